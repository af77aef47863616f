//! Exercise `waiting/pump`: between a socket that never waits and a machine.

use std::io::{ErrorKind, Read, Write};
use std::time::Instant;

use waiting::{End, Machine};

/// The poll has news of `stream`: reads what there is to read, tells `machine`,
/// and sends what it has to send; it never writes without a byte to send.
///
/// The poll tells of news once. What has not been read when this returns may
/// never be read, unless something else comes. What could not be sent stays in
/// `machine.unsent()`; returns whether anything did.
pub fn pump(
    stream: &mut (impl Read + Write),
    machine: &mut Machine,
    now: Instant,
) -> Result<bool, End> {
    let mut buffer = [0; 16];
    match stream.read(&mut buffer) {
        Ok(len) => machine.on_bytes(&buffer[..len], now)?,
        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
        Err(error) => return Err(End::Broken(error)),
    }
    let unsent = machine.unsent();
    match stream.write(unsent) {
        Ok(_) => unsent.clear(),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
        Err(error) => return Err(End::Broken(error)),
    }
    Ok(!unsent.is_empty())
}
