//! What is promised of the wait list and of what is made of it. Channels have
//! their own.

mod barrier;
mod broadcast;
mod cancellation;
mod locks;
mod notify;
mod once_cell;
mod semaphore;
mod set_once;
mod watch;
