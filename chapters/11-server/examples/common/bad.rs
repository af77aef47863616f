//! Meters that behave badly. Each is a plain thread with a blocking socket, and returns
//! when the server has hung up, or when it has waited long enough.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};
use waiting::Message;

/// A meter waits this long for the server.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// A meter, which returns what became of its connection.
pub type Kind = fn(&TcpStream) -> &'static str;

pub const KINDS: [(&str, Kind); 6] = [
    ("silent", silent),
    ("one byte at a time", drip),
    ("talks nonsense", nonsense),
    ("does not read", flood),
    ("half-closed", half_closed),
    ("reset", reset),
];

// ANCHOR: bad
/// Connects and says nothing.
fn silent(mut stream: &TcpStream) -> &'static str {
    wait(&mut stream)
}

/// Sends a byte of a message, waits, sends the next one.
fn drip(mut stream: &TcpStream) -> &'static str {
    for byte in [1, 4, 0, 0, 0] {
        if stream.write_all(&[byte]).is_err() {
            return "disconnected";
        }
        thread::sleep(PATIENCE / 6);
    }
    wait(&mut stream)
}

/// Speaks another protocol.
fn nonsense(mut stream: &TcpStream) -> &'static str {
    drop(stream.write_all(b"GET / HTTP/1.1\r\n\r\n"));
    wait(&mut stream)
}

/// Sends readings as fast as it can, and never reads an answer.
fn flood(mut stream: &TcpStream) -> &'static str {
    let readings = reading().repeat(1000);
    loop {
        match stream.write_all(&readings) {
            Err(error) if timed_out(error.kind()) => return "still connected",
            Err(_) => return "disconnected",
            Ok(()) => {}
        }
    }
}
// ANCHOR_END: bad

// ANCHOR: half
/// Sends a reading and closes its own side. That is allowed: it wants an answer.
fn half_closed(mut stream: &TcpStream) -> &'static str {
    drop(stream.write_all(&reading()));
    drop(stream.shutdown(Shutdown::Write));
    match stream.read_exact(&mut [0; 6]) {
        Ok(()) => "answered",
        Err(_) => "not answered",
    }
}

/// Breaks off within a message. The kernel of the server gets a reset.
fn reset(mut stream: &TcpStream) -> &'static str {
    drop(stream.write_all(&[1, 4]));
    drop(SockRef::from(stream).set_linger(Some(Duration::ZERO)));
    "gone"
}
// ANCHOR_END: half

/// Waits for the end of the connection.
fn wait(stream: &mut &TcpStream) -> &'static str {
    loop {
        match stream.read(&mut [0; 64]) {
            Err(error) if timed_out(error.kind()) => return "still connected",
            Ok(0) | Err(_) => return "disconnected",
            Ok(_) => {}
        }
    }
}

fn timed_out(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn reading() -> Vec<u8> {
    let mut bytes = Vec::new();
    Message::Reading(1).encode(&mut bytes);
    bytes
}

/// Connects a bad meter, and returns what became of it.
pub fn meet(address: SocketAddr, meter: Kind) -> &'static str {
    let Ok(stream) = connect(address) else { return "not connected" };
    drop(stream.set_read_timeout(Some(PATIENCE)));
    drop(stream.set_write_timeout(Some(PATIENCE)));
    meter(&stream)
}

/// A meter has little memory, so the kernel keeps only some bytes for it.
fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_recv_buffer_size(4096)?;
    socket.set_send_buffer_size(4096)?;
    socket.connect(&address.into())?;
    Ok(socket.into())
}
