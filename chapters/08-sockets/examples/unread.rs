//! A meter that sends readings and does not read the answers: what do the event loop of
//! chapter 01 and our server do with it?

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use reactor::Runtime;
use waiting::{EventLoop, Message, Rules};

const RULES: Rules =
    Rules { deadline: Duration::from_mins(1), heartbeat: Duration::from_mins(1) };

fn listener() -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    // Small buffers are full sooner. Accepted sockets have the same ones.
    socket2::SockRef::from(&listener).set_send_buffer_size(4096)?;
    socket2::SockRef::from(&listener).set_recv_buffer_size(4096)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

fn event_loop() -> io::Result<SocketAddr> {
    let (listener, address) = listener()?;
    let mut event_loop = EventLoop::new(listener, RULES)?;
    thread::spawn(move || while event_loop.turn().is_ok() {});
    Ok(address)
}

fn tasks() -> io::Result<SocketAddr> {
    let (listener, address) = listener()?;
    thread::spawn(move || {
        let runtime = Runtime::new()?;
        runtime.block_on(async {
            sockets::run(&sockets::TcpListener::from_std(listener)?).await;
            io::Result::Ok(())
        })
    });
    Ok(address)
}

// ANCHOR: unread
/// Sends readings until the server takes no more. Then reads all answers.
fn unread(address: SocketAddr) -> io::Result<()> {
    let mut meter = TcpStream::connect(address)?;
    socket2::SockRef::from(&meter).set_send_buffer_size(4096)?;
    // A write that waits longer than this stands still.
    meter.set_write_timeout(Some(Duration::from_millis(500)))?;
    let mut reading = Vec::new();
    Message::Reading(1).encode(&mut reading);
    let (many, mut sent) = (reading.repeat(1000), 0);
    let end = loop {
        match meter.write(&many[sent % many.len()..]) {
            Ok(len) => sent += len,
            Err(error) => break error.kind(),
        }
    };
    if matches!(end, ErrorKind::WouldBlock | ErrorKind::TimedOut) {
        println!("  after {} readings, the meter cannot send any more", sent / 6);
        let mut answers = vec![0; sent / 6 * 6];
        meter.read_exact(&mut answers)?;
        println!("  now it reads, and gets {} answers", answers.len() / 6);
    } else {
        println!("  after {} readings, it is disconnected", sent / 6);
    }
    Ok(())
}
// ANCHOR_END: unread

fn main() -> io::Result<()> {
    println!("the event loop of chapter 01");
    unread(event_loop()?)?;
    println!("our server");
    unread(tasks()?)
}
