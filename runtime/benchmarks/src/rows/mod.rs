//! The rows of the tables, in order.

mod channel;
mod done;
mod fair;
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

/// The rows of the table for one thread.
fn one_thread() -> Vec<Row> {
    let mut rows = tasks::rows();
    rows.extend(channel::rows());
    rows.extend(time::rows());
    rows.extend(fair::rows());
    rows.extend(network::rows());
    rows.extend(heap::rows());
    rows.push(network::idle());
    rows
}

/// The rows of the table for two workers.
fn two_threads() -> Vec<Row> {
    let mut rows = pool::rows();
    rows.extend(channel::pool_rows());
    rows.extend(fair::pool_rows());
    rows.extend(network::pool_rows());
    rows
}
