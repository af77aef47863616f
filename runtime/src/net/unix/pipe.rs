//! Pipes between processes, with or without a name.
//!
//! [`pipe`] creates one without a name. [`OpenOptions`] opens the ends of a
//! FIFO, a pipe with a name in the file system.

mod end;
mod open_options;
mod receiver;
mod sender;

pub use open_options::OpenOptions;
pub use receiver::Receiver;
pub use sender::Sender;

use std::io;

/// Creates a pipe without a name.
///
/// # Errors
/// When the system has no descriptors left.
///
/// # Panics
/// Outside a runtime.
///
/// ```
/// use futures_util::{AsyncReadExt, AsyncWriteExt};
/// use wakeful::net::unix::pipe;
///
/// let runtime = wakeful::Runtime::new()?;
/// runtime.block_on(async {
///     let (mut sender, mut receiver) = pipe::pipe()?;
///     sender.write_all(b"hello").await?;
///     drop(sender);
///     let mut text = String::new();
///     receiver.read_to_string(&mut text).await?;
///     assert_eq!(text, "hello");
///     Ok::<(), std::io::Error>(())
/// })?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn pipe() -> io::Result<(Sender, Receiver)> {
    let (sender, receiver) = mio::unix::pipe::new()?;
    Ok((Sender::new(sender)?, Receiver::new(receiver)?))
}
