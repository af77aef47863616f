// ANCHOR: names
//! The names of the runtime. The other files of this server know no other runtime.

pub use pinning::{Either, race};
pub use tokio::io::{AsyncReadExt, AsyncWriteExt};
pub use tokio::net::{TcpListener, TcpStream};
pub use tokio::sync::{Semaphore, mpsc, oneshot};
pub use tokio::task::spawn_local as spawn;
pub use tokio::time::{sleep, timeout};

/// Gives a permit back that was taken with `forget`.
pub fn give_back(semaphore: &Semaphore) {
    semaphore.add_permits(1);
}
// ANCHOR_END: names
