//! A client that survives everything that can go wrong with a connection: frames
//! that are cut short, peers that fall silent, servers that disappear, and servers
//! that do not speak the protocol.
//!
//! The client reacts to each kind of failure in one place, [`keep_reading`]. If
//! another attempt cannot help, it gives up. Otherwise it connects again, either at
//! once or after a pause that grows.
//!
//! `cargo run -p wakeful --example heartbeat` shows it with a server that makes a
//! different mistake on each connection, and ends. With an address, it stays
//! connected until the server ends the session. Try it with a frame written by hand.
//! A frame is a length in four bytes, a letter and a text. The letters are `R` for a
//! reading, `H` for a heartbeat, `E` for the end and `N` for a rejection:
//!
//! ```text
//! (printf '\0\0\0\5R21.5\0\0\0\1E'; sleep 1) | nc -l -p 7000 &
//! cargo run -p wakeful --example heartbeat -- 127.0.0.1:7000
//! ```

use futures_util::{AsyncReadExt, AsyncWriteExt, future::select};
use std::{env, error::Error, fmt, io, net::SocketAddr, pin::pin, time::Duration};
use wakeful::{
    net::{TcpListener, TcpStream},
    spawn_local,
    time::{error::Elapsed, interval, sleep, timeout},
};

/// How often each end sends a heartbeat.
const BEAT: Duration = Duration::from_millis(40);
/// A peer that sends nothing for this long is lost, whatever TCP believes.
const SILENCE: Duration = Duration::from_millis(400);
/// The longest frame that the client accepts.
const MAX_FRAME: u32 = 1024;
/// The first and the longest pause between two attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(5));

#[derive(Debug, PartialEq)]
enum Frame {
    Reading(String),
    Heartbeat,
    End,
    Reject(String),
}

/// Why a connection ended too early.
#[derive(Debug)]
enum Failure {
    /// The network or the peer failed.
    Lost(io::Error),
    /// The peer has sent nothing for too long.
    Silent,
    /// The peer does not speak this protocol.
    Protocol(String),
    /// The server does not want this client.
    Rejected(String),
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = wakeful::Runtime::new()?;
    runtime.block_on(async {
        match env::args().nth(1) {
            Some(address) => Ok(keep_reading(address.parse()?).await?),
            None => demo().await,
        }
    })
}

/// Prints readings until the server ends the session, over as many connections as
/// necessary.
async fn keep_reading(server: SocketAddr) -> Result<(), Failure> {
    let mut pause = PAUSES.0;
    loop {
        let mut readings = 0;
        let failure = match read_readings(server, &mut readings).await {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        if readings > 0 {
            // This connection worked, so the failure is a new one.
            pause = PAUSES.0;
        }
        match failure {
            // Another attempt would get the same answer.
            Failure::Rejected(_) | Failure::Protocol(_) => return Err(failure),
            // The server or its route may have changed, and a new connection finds out.
            Failure::Silent => println!("client: {failure}, reconnecting at once"),
            // The server may be starting, so wait, longer after each attempt.
            Failure::Lost(_) => {
                println!("client: {failure}, reconnecting in {pause:?}");
                sleep(pause).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }
}

/// Prints readings from one connection. Returns `Ok` when the server ends the session.
async fn read_readings(server: SocketAddr, readings: &mut usize) -> Result<(), Failure> {
    let stream = timeout(SILENCE, TcpStream::connect(server)).await??;
    let read = async {
        loop {
            match timeout(SILENCE, read_frame(&stream)).await?? {
                Frame::Reading(text) => {
                    *readings += 1;
                    println!("client: reading {text}");
                }
                Frame::Heartbeat => {}
                Frame::End => return Ok(()),
                Frame::Reject(reason) => return Err(Failure::Rejected(reason)),
            }
        }
    };
    // The future that ends first also ends the other, and the connection.
    select(pin!(read), pin!(beat(&stream)))
        .await
        .factor_first()
        .0
}

/// Sends heartbeats for ever.
async fn beat<T>(stream: &TcpStream) -> Result<T, Failure> {
    let mut beats = interval(BEAT);
    loop {
        beats.tick().await;
        timeout(SILENCE, write_frame(stream, &Frame::Heartbeat)).await??;
    }
}

/// Reads one frame. This is not cancel safe: if it is dropped, a part of the frame is
/// lost. So the timeout in `read_readings` ends the connection, and not only the wait.
async fn read_frame(mut stream: &TcpStream) -> Result<Frame, Failure> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).await?;
    let length = u32::from_be_bytes(length);
    // Check before allocating, because the length comes from the peer.
    if !(1..=MAX_FRAME).contains(&length) {
        return Err(Failure::Protocol(format!("a frame of {length} bytes")));
    }
    let mut bytes = vec![0; length as usize];
    stream.read_exact(&mut bytes).await?;
    let text = String::from_utf8_lossy(&bytes[1..]).into_owned();
    match bytes[0] {
        b'R' => Ok(Frame::Reading(text)),
        b'H' => Ok(Frame::Heartbeat),
        b'E' => Ok(Frame::End),
        b'N' => Ok(Frame::Reject(text)),
        kind => Err(Failure::Protocol(format!("a frame of kind {kind}"))),
    }
}

/// Writes one frame. Only one future may write to a stream, because two would mix
/// their frames.
async fn write_frame(mut stream: &TcpStream, frame: &Frame) -> io::Result<()> {
    let (kind, text) = match frame {
        Frame::Reading(text) => (b'R', text.as_str()),
        Frame::Heartbeat => (b'H', ""),
        Frame::End => (b'E', ""),
        Frame::Reject(reason) => (b'N', reason.as_str()),
    };
    let length = u32::try_from(text.len() + 1).expect("texts are short");
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.push(kind);
    bytes.extend_from_slice(text.as_bytes());
    stream.write_all(&bytes).await
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Lost(error)
    }
}

impl From<Elapsed> for Failure {
    fn from(_: Elapsed) -> Self {
        Self::Silent
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost(error) => write!(f, "the connection was lost ({})", error.kind()),
            Self::Silent => write!(f, "the server is silent"),
            Self::Protocol(what) => write!(f, "the server does not speak this protocol ({what})"),
            Self::Rejected(reason) => write!(f, "the server rejected us ({reason})"),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Lost(error) => Some(error),
            _ => None,
        }
    }
}

/// Runs a server that makes a mistake on each connection, and a client.
async fn demo() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = spawn_local(make_mistakes(listener));
    keep_reading(address).await?;
    println!("client: the server has ended the session");
    for _ in 0..2 {
        if let Err(failure) = keep_reading(address).await {
            println!("client: {failure}, giving up");
        }
    }
    server.await??;
    Ok(())
}

async fn make_mistakes(listener: TcpListener) -> io::Result<()> {
    let reading = |text: &str| Frame::Reading(text.to_owned());
    // A frame that is cut short.
    let (mut stream, _) = listener.accept().await?;
    write_frame(&stream, &reading("20.5")).await?;
    stream.write_all(&[0, 0, 0]).await?;
    stream.close().await?;
    // A connection that stays open and silent.
    let (_silent, _) = listener.accept().await?;
    // A slow server that sends heartbeats.
    let (stream, _) = listener.accept().await?;
    let mut beats = interval(BEAT);
    for text in ["21.0", "21.5"] {
        for _ in 0..11 {
            beats.tick().await;
            write_frame(&stream, &Frame::Heartbeat).await?;
        }
        write_frame(&stream, &reading(text)).await?;
    }
    write_frame(&stream, &Frame::End).await?;
    // A server with another protocol.
    let (mut stream, _) = listener.accept().await?;
    stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
    // A server that rejects the client.
    let (stream, _) = listener.accept().await?;
    write_frame(&stream, &Frame::Reject("this is a thermometer".to_owned())).await
}
