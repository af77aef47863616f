//! Two meters, and one thread that serves them one after the other.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use waiting::{Message, Rules, threads};

const RULES: Rules =
    Rules { deadline: Duration::from_secs(1), heartbeat: Duration::from_secs(20) };

/// The first meter connects and says nothing, the second has something to say.
fn two_meters(listener: TcpListener, serve: fn(&TcpListener)) -> io::Result<String> {
    let address = listener.local_addr()?;
    thread::spawn(move || serve(&listener));

    let _first = TcpStream::connect(address)?;
    let mut second = TcpStream::connect(address)?;
    let mut reading = Vec::new();
    Message::Reading(7).encode(&mut reading);
    second.write_all(&reading)?;
    second.set_read_timeout(Some(Duration::from_millis(500)))?;
    let mut bytes = [0; 7];
    Ok(match second.read_exact(&mut bytes) {
        Err(_) => "no answer in half a second".to_string(),
        Ok(()) => match Message::decode(bytes[0], &bytes[2..6], bytes[6]) {
            Ok(message) => format!("{message:?}"),
            Err(end) => format!("{end:?}"),
        },
    })
}

// ANCHOR: queue
fn one_after_the_other(listener: &TcpListener) {
    while let Ok((stream, _)) = listener.accept() {
        threads::one(stream, RULES);
    }
}

fn a_thread_each(listener: &TcpListener) {
    while let Ok((stream, _)) = listener.accept() {
        thread::spawn(move || threads::one(stream, RULES));
    }
}
// ANCHOR_END: queue

fn main() -> io::Result<()> {
    let listener = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    println!("one after the other: {}", two_meters(listener()?, one_after_the_other)?);
    println!("a thread each:       {}", two_meters(listener()?, a_thread_each)?);
    Ok(())
}
