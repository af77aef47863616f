//! The rows of the tables, in their order.

mod heap;
mod network;
mod tasks;
mod time;

use crate::harness::Row;

/// What one thread does.
pub fn one_thread() -> Vec<Row> {
    let mut rows = tasks::rows();
    rows.extend(time::rows());
    rows.extend(network::rows());
    rows.extend(heap::rows());
    rows.push(network::idle());
    rows
}
