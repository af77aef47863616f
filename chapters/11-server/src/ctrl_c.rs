// ANCHOR: ctrl_c
//! Ctrl-C, as a future.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use reactor::{Direction, Registered, mio};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level::pipe};

/// Waits for Ctrl-C, or for a request of the system to end. The next Ctrl-C ends the
/// process at once.
///
/// # Errors
///
/// If the system has no more descriptors.
pub async fn ctrl_c() -> io::Result<()> {
    let (reader, writer) = UnixStream::pair()?;
    reader.set_nonblocking(true)?;
    let reader = Registered::new(mio::net::UnixStream::from_std(reader))?;
    let again = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        pipe::register(signal, writer.try_clone()?)?;
        // The order matters: at the first signal, `again` is still false.
        flag::register_conditional_shutdown(signal, 1, Arc::clone(&again))?;
        flag::register(signal, Arc::clone(&again))?;
    }
    reader.io(Direction::Read, |mut reader| reader.read(&mut [0])).await?;
    Ok(())
}
// ANCHOR_END: ctrl_c
