//! An event loop that uses the place in a slab as its token. One meter's message closes
//! the connection of another one, and a third meter takes over its place.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use reactor::mio::{self, Events, Interest, Poll, Token};
use slab::Slab;

/// Both ends of a connection.
fn pair() -> io::Result<(TcpStream, mio::net::TcpStream)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let meter = TcpStream::connect(listener.local_addr()?)?;
    let (stream, _) = listener.accept()?;
    stream.set_nonblocking(true)?;
    Ok((meter, mio::net::TcpStream::from_std(stream)))
}

type Meters = Slab<(&'static str, mio::net::TcpStream)>;

// ANCHOR: add
fn add(
    meters: &mut Meters,
    poll: &Poll,
    name: &'static str,
    mut stream: mio::net::TcpStream,
) -> io::Result<()> {
    let place = meters.vacant_entry();
    let token = Token(place.key());
    poll.registry().register(&mut stream, token, Interest::READABLE)?;
    println!("{name} has token {}", token.0);
    place.insert((name, stream));
    Ok(())
}
// ANCHOR_END: add

// ANCHOR: event_loop
/// Handles all events of one poll.
fn handle(events: &Events, meters: &mut Meters, poll: &Poll) -> io::Result<TcpStream> {
    let (attic, stream) = pair()?;
    let mut waiting = Some(stream);
    for event in events {
        let Some((name, io)) = meters.get_mut(event.token().0) else { continue };
        println!("event {} is for the {name}", event.token().0);
        if event.is_read_closed() {
            println!("  it has hung up, so its connection is closed");
            meters.remove(event.token().0);
            continue;
        }
        if let (1, Some(stream)) = (io.read(&mut [0])?, waiting.take()) {
            println!("  it says: the attic replaces the garden");
            meters.remove(1);
            add(meters, poll, "attic", stream)?;
        }
    }
    Ok(attic)
}
// ANCHOR_END: event_loop

fn main() -> io::Result<()> {
    let (mut poll, mut events) = (Poll::new()?, Events::with_capacity(8));
    let mut meters = Slab::new();
    let ((mut roof, first), (garden, second)) = (pair()?, pair()?);
    add(&mut meters, &poll, "roof", first)?;
    add(&mut meters, &poll, "garden", second)?;
    // The roof sends a byte, and then the garden hangs up.
    roof.write_all(b"x")?;
    drop(garden);
    // Both are in the kernel before the turn begins.
    for (_, (_, io)) in &meters {
        while io.peek(&mut [0]).is_err() {}
    }
    poll.poll(&mut events, Some(Duration::from_secs(1)))?;
    let attic = handle(&events, &mut meters, &poll)?;
    let names: Vec<_> = meters.iter().map(|(_, (name, _))| *name).collect();
    println!("still connected: {}", names.join(", "));
    drop((roof, attic));
    Ok(())
}
