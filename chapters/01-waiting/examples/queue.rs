//! Two meters, and one thread that serves one after the other.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

// ANCHOR: serve
/// Reads counts from one meter, and answers each with the total so far. (A real
/// server needs a larger total than one byte.)
fn serve(mut meter: TcpStream) {
    let (mut total, mut count) = (0, [0]);
    while meter.read_exact(&mut count).is_ok() {
        total = count[0].wrapping_add(total);
        if meter.write_all(&[total]).is_err() {
            return;
        }
    }
}
// ANCHOR_END: serve

// ANCHOR: servers
fn one_after_the_other(listener: &TcpListener) {
    while let Ok((meter, _)) = listener.accept() {
        serve(meter);
    }
}

fn a_thread_each(listener: &TcpListener) {
    while let Ok((meter, _)) = listener.accept() {
        thread::spawn(move || serve(meter));
    }
}
// ANCHOR_END: servers

/// The first meter connects and says nothing. The second one sends a count.
fn two_meters(server: fn(&TcpListener)) -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || server(&listener));

    let _silent = TcpStream::connect(address)?;
    let mut second = TcpStream::connect(address)?;
    second.write_all(&[7])?;
    second.set_read_timeout(Some(Duration::from_millis(500)))?;
    let mut total = [0];
    Ok(match second.read_exact(&mut total) {
        Ok(()) => format!("the second meter hears {}", total[0]),
        Err(_) => "the second meter gives up after half a second".to_string(),
    })
}

fn main() -> io::Result<()> {
    println!("one after the other: {}", two_meters(one_after_the_other)?);
    println!("a thread each:       {}", two_meters(a_thread_each)?);
    Ok(())
}
