//! The protocol between the two ends.
//!
//! The client sends frames. Each has a header that says how the server must behave, and
//! some payload. The server answers. All payload is a keystream, so both ends know
//! every byte before it arrives.

use crate::random::{Random, mix};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{fmt, io, time::Duration};
use wakeful::{
    net::TcpStream,
    task::yield_now,
    time::{sleep, timeout},
};

/// How the server must behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Receive the payload and answer.
    Exchange,
    /// The same, but answer after `wait`.
    Slow,
    /// The same, but compute on the blocking pool first.
    Compute,
    /// The same, with one task that reads and one that writes.
    Relay,
    /// Give up if the payload does not arrive within `wait`.
    Impatient,
    /// Answer, end this direction, and read until the end.
    Goodbye,
    /// Reset the connection in the middle of the answer.
    Reset,
    /// Panic.
    Panic,
    /// Be aborted after `wait`, and continue until then.
    Abort,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Exchange,
        Self::Slow,
        Self::Compute,
        Self::Relay,
        Self::Impatient,
        Self::Goodbye,
        Self::Reset,
        Self::Panic,
        Self::Abort,
    ];
}

#[derive(Clone, Copy, Debug)]
pub struct Frame {
    pub kind: Kind,
    /// The number of bytes of payload.
    pub up: u32,
    /// The number of bytes of the answer.
    pub down: u32,
    /// A time in milliseconds.
    pub wait: u32,
    pub seed: u64,
}

/// The number of bytes of a header.
pub const HEADER: usize = 24;

/// Marks a header, so that a stream that is out of step is found.
const MARK: [u8; 3] = *b"soa";

impl Frame {
    pub fn encode(&self) -> [u8; HEADER] {
        let mut header = [0; HEADER];
        header[0] = self.kind as u8;
        header[1..4].copy_from_slice(&MARK);
        header[4..8].copy_from_slice(&self.up.to_le_bytes());
        header[8..12].copy_from_slice(&self.down.to_le_bytes());
        header[12..16].copy_from_slice(&self.wait.to_le_bytes());
        header[16..].copy_from_slice(&self.seed.to_le_bytes());
        header
    }

    pub fn decode(header: &[u8; HEADER]) -> Option<Self> {
        let number = |at: usize| {
            let bytes = header[at..at + 4].try_into().expect("four bytes");
            u32::from_le_bytes(bytes)
        };
        (header[1..4] == MARK).then_some(())?;
        Some(Self {
            kind: *Kind::ALL.get(usize::from(header[0]))?,
            up: number(4),
            down: number(8),
            wait: number(12),
            seed: u64::from_le_bytes(header[16..].try_into().expect("eight bytes")),
        })
    }

    pub fn wait(&self) -> Duration {
        Duration::from_millis(self.wait.into())
    }

    pub fn payload(&self) -> Keystream {
        Keystream::new(self.seed)
    }

    pub fn answer(&self) -> Keystream {
        Keystream::new(!self.seed)
    }
}

/// Bytes that both ends know.
pub struct Keystream {
    seed: u64,
    at: u64,
}

impl Keystream {
    fn new(seed: u64) -> Self {
        Self { seed, at: 0 }
    }

    fn next(&mut self) -> u8 {
        let word = mix(self.seed.wrapping_add(self.at / 8));
        let byte = word.to_le_bytes()[(self.at % 8) as usize];
        self.at += 1;
        byte
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.next());
    }

    /// # Errors
    /// With the position of the first wrong byte.
    pub fn check(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        for byte in bytes {
            let (at, expected) = (self.at, self.next());
            if *byte != expected {
                return Err(Trouble::Fault(format!(
                    "byte {at} of keystream {} is {byte} instead of {expected}",
                    self.seed
                )));
            }
        }
        Ok(())
    }
}

/// Why a conversation ended early.
#[derive(Debug)]
pub enum Trouble {
    /// The stream ended in the middle of a frame.
    CutOff,
    /// The connection was reset or closed by the peer.
    Reset,
    /// No byte arrived within the limit.
    Silence,
    /// A fault in the runtime or in this program.
    Fault(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::CutOff,
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected => Self::Reset,
            _ => Self::Fault(error.to_string()),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff => f.write_str("the stream ended in the middle of a frame"),
            Self::Reset => f.write_str("the connection was reset"),
            Self::Silence => f.write_str("no byte arrived in time"),
            Self::Fault(what) => f.write_str(what),
        }
    }
}

/// A byte that does not arrive within this time was lost. If a wake-up were lost, an
/// idle machine would wait for minutes. Nothing else takes so long.
pub const LOST_AFTER: Duration = Duration::from_secs(90);

/// Runs a step of a conversation with a time limit.
///
/// # Errors
/// With the step's own trouble, or with [`Trouble::Silence`].
pub async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    timeout(limit, step).await.unwrap_or(Err(Trouble::Silence))
}

const PIECE: usize = 2048;

/// Reads `length` bytes and checks each of them.
///
/// # Errors
/// If they do not arrive, or if one is wrong.
pub async fn receive(
    mut stream: &TcpStream,
    mut keys: Keystream,
    length: u32,
) -> Result<(), Trouble> {
    let mut piece = [0; PIECE];
    let mut left = length as usize;
    while left > 0 {
        let most = left.min(PIECE);
        let count = stream.read(&mut piece[..most]).await?;
        if count == 0 {
            return Err(Trouble::CutOff);
        }
        keys.check(&piece[..count])?;
        left -= count;
    }
    Ok(())
}

/// Reads until the end of the stream, and checks that the bytes are the beginning of
/// `keys`. Returns their number.
///
/// # Errors
/// If a byte is wrong, if more than `most` arrive, or if the end does not arrive.
pub async fn receive_some(
    mut stream: &TcpStream,
    mut keys: Keystream,
    most: u32,
) -> Result<u32, Trouble> {
    let mut piece = [0; PIECE];
    let mut received = 0;
    loop {
        let count = stream.read(&mut piece).await?;
        if count == 0 {
            return Ok(received);
        }
        keys.check(&piece[..count])?;
        received += u32::try_from(count).expect("a piece is short");
        if received > most {
            return Err(Trouble::Fault(format!(
                "{received} bytes arrived instead of {most}"
            )));
        }
    }
}

/// Writes `length` bytes in pieces of random length, with some pauses between them.
///
/// # Errors
/// If the peer has closed the connection.
pub async fn send(
    mut stream: &TcpStream,
    mut keys: Keystream,
    length: u32,
    random: &mut Random,
) -> Result<(), Trouble> {
    let mut piece = [0; PIECE];
    let mut left = length as usize;
    while left > 0 {
        let most = if random.one_in(4) {
            1 + random.within(0..64) as usize
        } else {
            PIECE
        };
        let piece = &mut piece[..left.min(most)];
        keys.fill(piece);
        stream.write_all(piece).await?;
        left -= piece.len();
        match random.within(0..64) {
            0 => sleep(random.millis(1..20)).await,
            1..4 => yield_now().await,
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoded_header_equals_the_encoded_one() {
        for kind in Kind::ALL {
            let frame = Frame {
                kind,
                up: 1,
                down: 2,
                wait: 3,
                seed: 4,
            };
            let back = Frame::decode(&frame.encode()).expect("a header");
            assert_eq!(format!("{frame:?}"), format!("{back:?}"));
        }
        assert!(Frame::decode(&[0; HEADER]).is_none());
    }

    #[test]
    fn a_wrong_byte_is_found() {
        let mut bytes = [0; 100];
        Keystream::new(7).fill(&mut bytes);
        Keystream::new(7).check(&bytes).expect("the same bytes");
        bytes[63] ^= 1;
        let trouble = Keystream::new(7).check(&bytes).expect_err("another byte");
        assert!(trouble.to_string().starts_with("byte 63 "), "{trouble}");
    }
}
