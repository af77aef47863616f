//! A loop that sleeps in `thread::sleep` hears no socket.
//!
//! `cargo run -p timers --example deaf`

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use deadlines::Wheel;
use executor::Executor;
use reactor::mio::net::UdpSocket;
use reactor::{Direction, Reactor, Registered};
use timers::{Runtime, sleep, spawn};

// ANCHOR: meter
/// Waits for one message of a meter, which sends it after 100 ms.
async fn meter() {
    let begun = Instant::now();
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let socket = UdpSocket::bind(any).expect("a port is free");
    let address = socket.local_addr().expect("it is bound");
    let socket = Registered::new(socket).expect("the reactor watches it");
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        let sender = std::net::UdpSocket::bind(any).expect("a port is free");
        sender.send_to(b"42 litres", address).expect("the loopback works");
    });
    let mut bytes = [0; 9];
    let received = socket.io(Direction::Read, |socket| socket.recv(&mut bytes)).await;
    received.expect("the socket works");
    println!("  heard after {} ms", begun.elapsed().as_millis());
}
// ANCHOR_END: meter

// ANCHOR: deaf
/// As in `remind`: the thread sleeps until the wheel has work.
fn deaf(executor: &Executor, reactor: &Reactor, wheel: &Wheel, start: Instant) {
    let millis = || u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let reminder = wheel.timer(500);
    drop(executor.spawner().spawn(reminder));
    let meter = executor.spawner().spawn(meter());
    let joined = executor.block_on_with(meter, || {
        let next = wheel.next().unwrap_or(0);
        thread::sleep(Duration::from_millis(next.saturating_sub(millis())));
        wheel.advance(millis());
        reactor.turn(Some(Duration::ZERO)).expect("the selector works");
    });
    joined.expect("the task ends");
}
// ANCHOR_END: deaf

fn main() {
    println!("a loop that sleeps in thread::sleep");
    let reactor = Reactor::new().expect("a descriptor is free");
    let executor = Executor::with_unpark(reactor.waker());
    let entered = reactor.enter();
    deaf(&executor, &reactor, &Wheel::new(), Instant::now());
    drop(entered);

    println!("a loop that sleeps in the reactor");
    let runtime = Runtime::new().expect("a descriptor is free");
    runtime.block_on(async {
        drop(spawn(sleep(Duration::from_millis(500))));
        meter().await;
    });
}
