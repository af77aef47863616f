//! Your runtime. Each module is one exercise, and its tests are in the file of
//! the same name under `tests/`. Later modules use earlier ones.
//!
//! `cargo course meters` runs a meter server on them.

pub mod blocking;
pub mod channel;
pub mod deadlines;
pub mod dyn_line;
pub mod executor;
pub mod join_all;
pub mod net;
pub mod notify;
pub mod reactor;
pub mod recycle;
pub mod run_queue;
pub mod time;
pub mod timeout;
pub mod waker;
