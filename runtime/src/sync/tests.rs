//! What the docs of `sync` promise. The channels `mpsc` and `oneshot` and the
//! module `local` have tests of their own.

mod barrier;
mod broadcast;
mod cancellation;
mod locks;
mod mapped_guards;
mod notify;
mod once_cell;
mod semaphore;
mod set_once;
mod traits;
mod watch;
