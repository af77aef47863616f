//! The rows of the tables, in their order.

mod channel;
mod done;
mod heap;
mod network;
mod pool;
mod tasks;
mod time;

use crate::harness::{Row, Table};

pub fn tables() -> Vec<Table> {
    vec![
        Table {
            title: "one thread, processor time",
            rows: one_thread(),
        },
        Table {
            title: "two workers, wall time",
            rows: two_threads(),
        },
    ]
}

/// What one thread does.
fn one_thread() -> Vec<Row> {
    let mut rows = tasks::rows();
    rows.push(channel::row());
    rows.extend(time::rows());
    rows.extend(network::rows());
    rows.extend(heap::rows());
    rows.push(network::idle());
    rows
}

/// What two do.
fn two_threads() -> Vec<Row> {
    let mut rows = pool::rows();
    rows.push(channel::pool_row());
    rows.extend(network::pool_rows());
    rows
}
