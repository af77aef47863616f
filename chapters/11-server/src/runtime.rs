// ANCHOR: names
//! The names of the runtime. The other files of this server know no other runtime.

pub use channels::{Semaphore, mpsc, oneshot};
pub use futures_util::io::{AsyncReadExt, AsyncWriteExt};
pub use pinning::{Either, race};
pub use sockets::{TcpListener, TcpStream};
pub use timers::{sleep, spawn, timeout};

/// Gives a permit back that was taken with `forget`.
pub fn give_back(semaphore: &Semaphore) {
    semaphore.add_permit();
}
// ANCHOR_END: names
