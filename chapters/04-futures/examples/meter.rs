//! Chapter 01's session with one meter, served by the `async fn`.

use std::pin::pin;
use std::time::Duration;

use futures_by_hand::{Clock, Line, Message, Rules, Stuck, serve};

const RULES: Rules =
    Rules { deadline: Duration::from_millis(50), heartbeat: Duration::from_millis(100) };

fn bytes(message: Message) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    bytes
}

fn main() -> Result<(), Stuck> {
    let clock = Clock::new();
    let (three, four) = (bytes(Message::Reading(3)), bytes(Message::Reading(4)));
    let (first, rest) = four.split_at(2);
    let pong = bytes(Message::Pong);
    let script = [(10, &*three), (20, first), (40, rest), (150, &*pong)];
    let mut line = Line::new(&clock, &script);
    let end = clock.run(pin!(serve(&mut line, RULES)))?;
    for (tick, message) in line.sent() {
        println!("{tick:4} ms  server: {message:?}");
    }
    println!("{:4} ms  the conversation ends: {end:?}", clock.now());
    Ok(())
}
