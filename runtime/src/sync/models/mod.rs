//! Loom models of the types that wait in a list. The channels `mpsc` and
//! `oneshot`, which have queues of their own, have their models there.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p wakeful --lib --release`

mod channels;
mod locks;
mod notify;
mod raw_semaphore;
