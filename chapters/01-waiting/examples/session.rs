//! One meter talks to both servers: readings, then silence, then a pong, then
//! silence for good.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use waiting::{EventLoop, Message, Rules, threads};

const RULES: Rules =
    Rules { deadline: Duration::from_millis(50), heartbeat: Duration::from_millis(100) };

fn say(stream: &mut TcpStream, message: Message) -> io::Result<()> {
    println!("  meter:  {message:?}");
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    stream.write_all(&bytes)
}

/// Waits for a message; `false` if the server has hung up.
fn hear(stream: &mut TcpStream) -> io::Result<bool> {
    let mut head = [0; 2];
    if stream.read_exact(&mut head).is_err() {
        println!("  server: (hangs up)");
        return Ok(false);
    }
    let mut rest = vec![0; usize::from(head[1]) + 1];
    stream.read_exact(&mut rest)?;
    let (body, check) = rest.split_at(rest.len() - 1);
    match Message::decode(head[0], body, check[0]) {
        Ok(message) => println!("  server: {message:?}"),
        Err(end) => println!("  server: {end:?}"),
    }
    Ok(true)
}

fn session(address: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    for more in [3, 4] {
        say(&mut stream, Message::Reading(more))?;
        hear(&mut stream)?;
    }
    hear(&mut stream)?;
    say(&mut stream, Message::Pong)?;
    while hear(&mut stream)? {}

    let mut slow = TcpStream::connect(address)?;
    println!("  meter:  (two bytes of a message, and no more)");
    slow.write_all(&[1, 4])?;
    hear(&mut slow)?;
    Ok(())
}

fn main() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || threads::run(&listener, RULES, 64 * 1024));
    println!("a thread for each connection");
    session(address)?;

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let mut event_loop = EventLoop::new(listener, RULES)?;
    thread::spawn(move || while event_loop.turn().is_ok() {});
    println!("one thread for all");
    session(address)
}
