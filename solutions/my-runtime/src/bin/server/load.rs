//! Good and bad meters. The good ones are tasks on your runtime, and the bad ones plain
//! threads.

use std::cell::{Cell, RefCell};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use my_runtime::executor::Executor;
use my_runtime::join_all::join_all;
use my_runtime::net::TcpStream;
use my_runtime::time::Time;

use crate::serve::run;

/// How long a good meter waits for an answer before it counts the answer as lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the user wants.
#[derive(Clone, Copy)]
pub struct Load {
    pub meters: u64,
    pub seconds: u64,
    pub bad: bool,
}

/// What all good meters count.
#[derive(Default)]
pub struct Counts {
    pub sent: Cell<usize>,
    pub failed: Cell<usize>,
    /// The time of each answer.
    times: RefCell<Vec<Duration>>,
}

impl Counts {
    pub fn answered(&self) -> usize {
        self.times.borrow().len()
    }

    /// The time within which this share of the answers came, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let mut times = self.times.borrow_mut();
        times.sort();
        let time = times.get(times.len().saturating_sub(1) * percent / 100);
        time.map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

/// Runs all good meters to their end. They connect one after the other.
pub fn good_meters(address: SocketAddr, load: Load, until: Instant) -> Rc<Counts> {
    let (executor, time) = (Executor::new(), Time::new());
    let counts = Rc::new(Counts::default());
    let (spawner, counted, clock) =
        (executor.spawner(), Rc::clone(&counts), time.clone());
    run(&executor, &time, async move {
        let mut meters = Vec::new();
        for _ in 0..load.meters {
            let Ok(stream) = TcpStream::connect(address).await else {
                counted.failed.set(counted.failed.get() + 1);
                continue;
            };
            let (counts, time) = (Rc::clone(&counted), clock.clone());
            meters.push(spawner.spawn(async move {
                if meter(stream, time, until, &counts).await.is_err() {
                    counts.failed.set(counts.failed.get() + 1);
                }
            }));
        }
        // A meter that panics has sent a reading without an answer.
        drop(join_all(meters).await);
    });
    counts
}

/// A good meter: a reading each second. Each answer must be its own total.
async fn meter(
    stream: TcpStream,
    time: Time,
    until: Instant,
    counts: &Counts,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut seconds = time.interval(Duration::from_secs(1));
    for total in 1_u32.. {
        seconds.tick().await;
        let begun = Instant::now();
        if begun >= until {
            break;
        }
        counts.sent.set(counts.sent.get() + 1);
        stream.write_all(&[1, 4, 0, 0, 0, 1]).await?;
        let answer = time.timeout(PATIENCE, answer(&stream)).await;
        if answer.map_err(|_| io::ErrorKind::TimedOut)?? != total {
            return Err(io::Error::other("a wrong answer"));
        }
        counts.times.borrow_mut().push(begun.elapsed());
    }
    Ok(())
}

/// Waits for the next total. If the meter was silent for too long, a ping comes first.
async fn answer(stream: &TcpStream) -> io::Result<u32> {
    loop {
        match receive(stream).await? {
            [3, 0] => stream.write_all(&[4, 0]).await?,
            [2, 4] => return receive(stream).await.map(u32::from_be_bytes),
            _ => return Err(io::Error::other("neither a total nor a ping")),
        }
    }
}

/// Waits for `N` bytes.
async fn receive<const N: usize>(stream: &TcpStream) -> io::Result<[u8; N]> {
    let (mut bytes, mut len) = ([0; N], 0);
    while len < N {
        match stream.read(&mut bytes[len..]).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            more => len += more,
        }
    }
    Ok(bytes)
}

/// A bad meter. An error means that the server has hung up.
type Bad = fn(std::net::TcpStream) -> io::Result<()>;

const BAD: [Bad; 5] = [silent, slow, nonsense, flood, half_closed];

/// One meter of each bad kind after the other, until the time is over. Returns how many.
pub fn bad_meters(address: SocketAddr, until: Instant) -> usize {
    let threads = BAD.map(|bad| {
        thread::spawn(move || {
            let mut met = 0;
            while Instant::now() < until {
                if let Ok(stream) = std::net::TcpStream::connect(address) {
                    drop(stream.set_read_timeout(Some(Duration::from_secs(2))));
                    drop(stream.set_write_timeout(Some(Duration::from_secs(2))));
                    drop(bad(stream));
                    met += 1;
                }
                thread::sleep(Duration::from_millis(10));
            }
            met
        })
    });
    threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
}

/// Says nothing.
fn silent(mut stream: std::net::TcpStream) -> io::Result<()> {
    stream.read_to_end(&mut Vec::new()).map(drop)
}

/// Sends one byte of a message in each half second.
fn slow(mut stream: std::net::TcpStream) -> io::Result<()> {
    for byte in [1, 4, 0, 0] {
        stream.write_all(&[byte])?;
        thread::sleep(Duration::from_millis(500));
    }
    Ok(())
}

/// Speaks another protocol.
fn nonsense(mut stream: std::net::TcpStream) -> io::Result<()> {
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    stream.read_to_end(&mut Vec::new()).map(drop)
}

/// Sends readings, and reads no answer.
fn flood(mut stream: std::net::TcpStream) -> io::Result<()> {
    (0..5000).try_for_each(|_| stream.write_all(&[1, 4, 0, 0, 0, 1]))
}

/// Closes its own side, and wants an answer. That is allowed.
fn half_closed(mut stream: std::net::TcpStream) -> io::Result<()> {
    stream.write_all(&[1, 4, 0, 0, 0, 1])?;
    stream.shutdown(Shutdown::Write)?;
    stream.read_exact(&mut [0; 6])
}
