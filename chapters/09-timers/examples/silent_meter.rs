//! A server with a deadline for each message, and a meter that stops in the middle of one.
//!
//! `cargo run -p timers --example silent_meter`

use std::error::Error;
use std::io::Write;
use std::net::TcpStream as Meter;
use std::time::Duration;

use sockets::{Line, TcpListener};
use timers::{Runtime, timeout};
use waiting::{End, MAX, Message};

const LIMIT: Duration = Duration::from_millis(200);

// ANCHOR: message
/// Waits for a message. When it has begun, the rest must come within the limit.
async fn message(line: &mut Line) -> Result<Message, End> {
    let kind = line.byte().await?;
    let message = timeout(LIMIT, rest(line, kind)).await;
    message.unwrap_or_else(|late| Err(End::Broken(late.into())))
}

/// Receives the rest of a message that began with `kind`.
async fn rest(line: &mut Line, kind: u8) -> Result<Message, End> {
    let len = usize::from(line.byte().await?);
    let mut body = [0; MAX];
    let body = body.get_mut(..len).ok_or(End::Corrupt)?;
    for byte in &mut *body {
        *byte = line.byte().await?;
    }
    Message::decode(kind, body)
}
// ANCHOR_END: message

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let mut meter = Meter::connect(listener.local_addr()?)?;
        let (stream, _) = listener.accept().await?;
        let mut line = Line::new(stream)?;
        let mut bytes = Vec::new();
        Message::Reading(42).encode(&mut bytes);
        let (begin, end) = bytes.split_at(3);
        for part in [begin, end, begin] {
            meter.write_all(part)?;
        }
        for _ in 0..2 {
            match message(&mut line).await {
                Ok(message) => println!("{message:?}"),
                Err(error) => println!("hang up: {error:?}"),
            }
        }
        Ok(())
    })
}
