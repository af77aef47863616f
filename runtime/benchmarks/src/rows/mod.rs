//! The rows of the tables, in their order.

mod channel;
mod done;
mod heap;
mod network;
mod pool;
mod tasks;
mod time;

use crate::harness::Row;

/// What one thread does.
pub fn one_thread() -> Vec<Row> {
    let mut rows = tasks::rows();
    rows.push(channel::row());
    rows.extend(time::rows());
    rows.extend(network::rows());
    rows.extend(heap::rows());
    rows.push(network::idle());
    rows
}

/// What two do.
pub fn two_threads() -> Vec<Row> {
    let mut rows = pool::rows();
    rows.push(channel::pool_row());
    rows.extend(network::pool_rows());
    rows
}
