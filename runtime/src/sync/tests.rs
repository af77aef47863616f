//! What is promised of the wait list and of what is made of it. Channels have
//! their own.

mod notify;
mod semaphore;
