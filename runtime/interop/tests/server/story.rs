//! One story for each runtime: a good meter, a silent one, nonsense, a full server, a
//! full disk, and an orderly end. The meters are plain threads.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use waiting::Message;
use wakers::Flag;

use crate::{Error, Limits, Listeners, Server};

const LIMITS: Limits = Limits {
    heartbeat: Duration::from_secs(2),
    deadline: Duration::from_secs(20),
    patience: Duration::from_secs(20),
    grace: Duration::from_secs(20),
    meters: 3,
};

/// Runs a server to its end.
type Run<'r> = Pin<Box<dyn Future<Output = Result<u64, Error>> + 'r>>;

/// Waits for the stop, which another thread gives.
async fn stopped(stop: Arc<Flag>) {
    stop.wait().await;
}

/// Stops the server when it is dropped. So the test also ends if a meter panics.
struct StopAtEnd(Arc<Flag>);

impl Drop for StopAtEnd {
    fn drop(&mut self) {
        self.0.raise();
    }
}

/// Tells the story on a runtime, which runs one future to its end.
pub fn tell(block_on: impl Fn(Run<'_>) -> Result<u64, Error>) {
    let (listeners, address) = listen();
    let stop = Arc::new(Flag::new());
    let server = Server::new(LIMITS);
    let meters = thread::spawn({
        let stop = StopAtEnd(Arc::clone(&stop));
        move || meters(address, &stop.0)
    });
    let run = server.clone().run(listeners, io::sink(), stopped(stop));
    let sum = block_on(Box::pin(run)).expect("it was asked to stop");
    meters.join().expect("every meter saw what it expects");
    assert_eq!(sum, 51);
    let ends = ["late", "corrupt", "closed", "drained", "cut"];
    assert_eq!(ends.map(|end| server.metrics().get(end)), [1, 1, 2, 2, 0]);

    let (listeners, address) = listen();
    let meter = thread::spawn(move || {
        let mut meter = connect(address);
        send(&mut meter, Message::Reading(1));
        receive(&mut meter)
    });
    let server = Server::new(LIMITS);
    let run = server.run(listeners, Full, stopped(Arc::default()));
    let error = block_on(Box::pin(run)).expect_err("the disk is full");
    assert!(matches!(error, Error::Journal(_)));
    assert_eq!(meter.join().expect("the meter does not panic"), None);
}

fn meters(address: SocketAddr, stop: &Flag) {
    let mut good = connect(address);
    send(&mut good, Message::Reading(42));
    assert_eq!(answer(&mut good), Some(Message::Total(42)));
    let good = thread::spawn(|| answer_pings(good));

    let mut bad = connect(address);
    bad.write_all(&[9, 0]).expect("the connection stands");
    assert_eq!(receive(&mut bad), None);

    let mut silent = connect(address);
    let mut third = connect(address);
    let mut waits = connect(address);
    send(&mut waits, Message::Reading(1));
    send(&mut third, Message::Reading(5));
    assert_eq!(answer(&mut third), Some(Message::Total(5)));
    drop(third);
    assert_eq!(answer(&mut waits), Some(Message::Total(1)));
    drop(waits);

    assert_eq!(receive(&mut silent), Some(Message::Ping));
    assert_eq!(receive(&mut silent), None);

    let mut begun = connect(address);
    // One message, and the beginning of the next one.
    begun
        .write_all(&[1, 4, 0, 0, 0, 1, 1, 4, 0])
        .expect("the connection stands");
    assert_eq!(answer(&mut begun), Some(Message::Total(1)));
    stop.raise();
    let pings = good.join().expect("the server sends only pings");
    assert!(
        pings > 0,
        "the silent meter was late, so the good one was pinged"
    );
    begun.write_all(&[0, 0, 2]).expect("the connection stands");
    assert_eq!(receive(&mut begun), Some(Message::Total(3)));
    assert_eq!(receive(&mut begun), None);
}

/// The next message that is no ping. A ping comes if the machine was slow.
fn answer(meter: &mut TcpStream) -> Option<Message> {
    loop {
        match receive(meter) {
            Some(Message::Ping) => send(meter, Message::Pong),
            message => return message,
        }
    }
}

/// Answers each ping until the server hangs up. Returns how many pings there were.
fn answer_pings(mut meter: TcpStream) -> u32 {
    let mut pings = 0;
    while let Some(message) = receive(&mut meter) {
        assert_eq!(message, Message::Ping);
        pings += 1;
        let mut pong = Vec::new();
        Message::Pong.encode(&mut pong);
        // If the server stops at this moment, it does not read the answer.
        if meter.write_all(&pong).is_err() {
            break;
        }
    }
    pings
}

/// A disk without room.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn listen() -> (Listeners, SocketAddr) {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback works");
    let listeners = Listeners {
        meters: listen(),
        metrics: listen(),
    };
    let address = listeners.meters.local_addr().expect("it is bound");
    (listeners, address)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("the server listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("it is not zero");
    stream
}

fn send(stream: &mut TcpStream, message: Message) {
    let mut bytes = Vec::new();
    message.encode(&mut bytes);
    stream.write_all(&bytes).expect("the connection stands");
}

/// The next message of the server. `None` if it has hung up.
fn receive(stream: &mut TcpStream) -> Option<Message> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    let mut body = vec![0; usize::from(head[1])];
    stream.read_exact(&mut body).ok()?;
    Some(Message::decode(head[0], &body).expect("the server sends messages"))
}
