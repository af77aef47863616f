//! A client that keeps a connection through everything that goes wrong with
//! one: frames cut short, peers that fall silent, servers that go away, and
//! servers that talk nonsense.
//!
//! Each kind of failure has its own answer, and they are in one place:
//! [`keep_listening`]. What cannot get better by trying again is given up; what
//! may is tried again, at once or after a pause that grows.
//!
//! `cargo run -p wakeful --example heartbeat` shows it against a server that
//! does one thing wrong at each connection, and ends. With an address it stays
//! connected until the server says that it is done; try it with a frame by
//! hand, which is a length in four bytes, a letter and a text (`R` a reading,
//! `H` a heartbeat, `E` the end, `N` no):
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

/// How often each end says that it is there.
const BEAT: Duration = Duration::from_millis(40);
/// A peer that says nothing for this long is gone, whatever TCP believes.
const SILENCE: Duration = Duration::from_millis(400);
/// The longest frame; a longer one is no frame.
const LONGEST: u32 = 1024;
/// Pauses between attempts: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(5));

#[derive(Debug, PartialEq)]
enum Frame {
    Reading(String),
    Heartbeat,
    End,
    No(String),
}

/// What ends a connection before its end.
#[derive(Debug)]
enum Failure {
    /// The way to the peer is broken, or the peer is.
    Lost(io::Error),
    /// The peer has said nothing for too long.
    Silent,
    /// The peer does not speak this language.
    Nonsense(String),
    /// The peer does not want us.
    Refused(String),
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = wakeful::Runtime::new()?;
    runtime.block_on(async {
        match env::args().nth(1) {
            Some(address) => Ok(keep_listening(address.parse()?).await?),
            None => show().await,
        }
    })
}

/// Prints readings until the server has no more, over as many connections as
/// that takes.
async fn keep_listening(server: SocketAddr) -> Result<(), Failure> {
    let mut pause = PAUSES.0;
    loop {
        let mut heard = 0;
        let failure = match listen(server, &mut heard).await {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        if heard > 0 {
            // The connection was good: what failed is new.
            pause = PAUSES.0;
        }
        match failure {
            // Asking again would be rude, and pointless.
            Failure::Refused(_) | Failure::Nonsense(_) => return Err(failure),
            // It may have moved, or the way to it: a new connection finds it.
            Failure::Silent => println!("client: {failure}; connects again at once"),
            // It may be starting: give it time, more each time.
            Failure::Lost(_) => {
                println!("client: {failure}; connects again after {pause:?}");
                sleep(pause).await;
                pause = (pause * 2).min(PAUSES.1);
            }
        }
    }
}

/// Prints readings from one connection; `Ok` is the server's own end.
async fn listen(server: SocketAddr, heard: &mut usize) -> Result<(), Failure> {
    let stream = timeout(SILENCE, TcpStream::connect(server)).await??;
    let read = async {
        loop {
            match timeout(SILENCE, read_frame(&stream)).await?? {
                Frame::Reading(text) => {
                    *heard += 1;
                    println!("client: reading {text}");
                }
                Frame::Heartbeat => {}
                Frame::End => return Ok(()),
                Frame::No(reason) => return Err(Failure::Refused(reason)),
            }
        }
    };
    // Whichever ends first ends the other, and with it the connection.
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

/// Reads one frame. Not cancel safe: dropped in between, it has taken a part.
/// So the deadline above ends the connection, and not only the wait.
async fn read_frame(mut stream: &TcpStream) -> Result<Frame, Failure> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).await?;
    let length = u32::from_be_bytes(length);
    // Before there is a buffer for it: the length is a stranger's word.
    if !(1..=LONGEST).contains(&length) {
        return Err(Failure::Nonsense(format!("a frame of {length} bytes")));
    }
    let mut bytes = vec![0; length as usize];
    stream.read_exact(&mut bytes).await?;
    let text = String::from_utf8_lossy(&bytes[1..]).into_owned();
    match bytes[0] {
        b'R' => Ok(Frame::Reading(text)),
        b'H' => Ok(Frame::Heartbeat),
        b'E' => Ok(Frame::End),
        b'N' => Ok(Frame::No(text)),
        kind => Err(Failure::Nonsense(format!("a frame of kind {kind}"))),
    }
}

/// Writes one frame. One future at a time may write: two would mix their
/// frames.
async fn write_frame(mut stream: &TcpStream, frame: &Frame) -> io::Result<()> {
    let (kind, text) = match frame {
        Frame::Reading(text) => (b'R', text.as_str()),
        Frame::Heartbeat => (b'H', ""),
        Frame::End => (b'E', ""),
        Frame::No(reason) => (b'N', reason.as_str()),
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
            Self::Lost(error) => write!(f, "the connection is lost ({})", error.kind()),
            Self::Silent => write!(f, "the server has fallen silent"),
            Self::Nonsense(what) => write!(f, "the server talks nonsense: {what}"),
            Self::Refused(reason) => write!(f, "the server says no: {reason}"),
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

/// A server that does one thing wrong at each connection, and its client.
async fn show() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = spawn_local(go_wrong(listener));
    keep_listening(address).await?;
    println!("client: the server has no more");
    for _ in 0..2 {
        if let Err(failure) = keep_listening(address).await {
            println!("client: {failure}; gives up");
        }
    }
    server.await??;
    Ok(())
}

async fn go_wrong(listener: TcpListener) -> io::Result<()> {
    let reading = |text: &str| Frame::Reading(text.to_owned());
    // A frame that is cut short.
    let (mut stream, _) = listener.accept().await?;
    write_frame(&stream, &reading("20.5")).await?;
    stream.write_all(&[0, 0, 0]).await?;
    stream.close().await?;
    // Nothing at all, on a connection that stays open.
    let (_silent, _) = listener.accept().await?;
    // A server that is slow, and says that it is there.
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
    // Something else that speaks TCP.
    let (mut stream, _) = listener.accept().await?;
    stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
    // And one that is polite about it.
    let (stream, _) = listener.accept().await?;
    write_frame(&stream, &Frame::No("this is a thermometer".to_owned())).await
}
