// ANCHOR: names
//! The names of the runtime. The other files of this server know no other runtime.

pub use futures_util::io::{AsyncReadExt, AsyncWriteExt};
pub use pinning::{Either, race};
pub use wakeful::net::{TcpListener, TcpStream};
pub use wakeful::spawn_local as spawn;
pub use wakeful::sync::{Semaphore, mpsc, oneshot};
pub use wakeful::time::{sleep, timeout};

/// Gives a permit back that was taken with `forget`.
pub fn give_back(semaphore: &Semaphore) {
    semaphore.add_permits(1);
}
// ANCHOR_END: names
