//! Exercise `waiting/pump`: move bytes between a non-blocking socket and a machine.

use std::io::{ErrorKind, Read, Write};
use std::time::Instant;

use waiting::{End, Machine};

/// Moves bytes after the poll has reported `stream`. It reads all bytes that have
/// arrived, gives them to `machine`, and sends the bytes in `machine.unsent()`. It
/// never calls `write` with an empty slice.
///
/// The poll reports new bytes only once. Bytes that are still unread when this
/// function returns may wait there for ever. And a machine ends the conversation when
/// too many of its answers are unsent, so they must be sent while there is more to
/// read. Bytes that the socket did not accept stay in `machine.unsent()`. Returns
/// whether there are any.
pub fn pump(
    stream: &mut (impl Read + Write),
    machine: &mut Machine,
    now: Instant,
) -> Result<bool, End> {
    let mut buffer = [0; 16];
    // hole: begin
    loop {
        let unsent = machine.unsent();
        while !unsent.is_empty() {
            match stream.write(unsent) {
                Ok(sent) => _ = unsent.drain(..sent),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => break,
                    ErrorKind::Interrupted => {}
                    _ => return Err(End::Broken(error)),
                },
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) => return Err(End::Closed),
            Ok(len) => machine.on_bytes(&buffer[..len], now)?,
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock => return Ok(!machine.unsent().is_empty()),
                ErrorKind::Interrupted => {}
                _ => return Err(End::Broken(error)),
            },
        }
    }
    // hole: instead
    //| match stream.read(&mut buffer) {
    //|     Ok(len) => machine.on_bytes(&buffer[..len], now)?,
    //|     Err(error) if error.kind() == ErrorKind::WouldBlock => {}
    //|     Err(error) => return Err(End::Broken(error)),
    //| }
    //| let unsent = machine.unsent();
    //| match stream.write(unsent) {
    //|     Ok(_) => unsent.clear(),
    //|     Err(error) if error.kind() == ErrorKind::WouldBlock => {}
    //|     Err(error) => return Err(End::Broken(error)),
    //| }
    //| Ok(!unsent.is_empty())
    // hole: end
}
