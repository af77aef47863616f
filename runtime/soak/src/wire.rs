//! What the two ends say to each other.
//!
//! The client sends frames, each a header that tells how the server is to
//! behave, and some payload; the server answers. All payload is a keystream,
//! so both ends know every byte before it comes.

use crate::dice::{Dice, mix};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{fmt, io, time::Duration};
use wakeful::{
    net::TcpStream,
    task::yield_now,
    time::{sleep, timeout},
};

/// How the server is to behave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Take the payload and answer.
    Exchange,
    /// The same, and answer after `wait`.
    Slow,
    /// The same, and work the answer out on the blocking pool.
    Compute,
    /// The same, with a task that reads and one that writes.
    Relay,
    /// Give up when the payload has not come within `wait`.
    Impatient,
    /// Answer, end the answers, and read on to the end.
    Goodbye,
    /// Reset the connection, in the middle of the answer.
    Reset,
    /// Panic.
    Panic,
    /// Be aborted within `wait`, and go on till then.
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
    /// Bytes of payload, ...
    pub up: u32,
    /// ... and of the answer.
    pub down: u32,
    /// In milliseconds.
    pub wait: u32,
    pub seed: u64,
}

/// Bytes of a header.
pub const HEADER: usize = 24;

/// Marks a header, and so finds a stream that is out of step.
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
    /// With the place of the first byte that is another.
    pub fn check(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        for byte in bytes {
            let (at, expected) = (self.at, self.next());
            if *byte != expected {
                return Err(Trouble::Fault(format!(
                    "byte {at} of keystream {} is {byte}, and {expected} was sent",
                    self.seed
                )));
            }
        }
        Ok(())
    }
}

/// Why a conversation did not go on.
#[derive(Debug)]
pub enum Trouble {
    /// The peer has sent its last byte in the middle of something.
    CutOff,
    /// The connection was reset, or nobody reads at its other end.
    Reset,
    /// Nothing came for as long as somebody is willing to wait.
    Silence,
    /// What may not be.
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
            Self::CutOff => f.write_str("the stream ended in the middle"),
            Self::Reset => f.write_str("the connection was reset"),
            Self::Silence => f.write_str("nothing came"),
            Self::Fault(what) => f.write_str(what),
        }
    }
}

/// A byte that was sent comes within this time, or it was lost: minutes on a
/// machine that does nothing else, should a wake-up be lost; never otherwise.
pub const FOR_EVER: Duration = Duration::from_secs(90);

/// Runs a step of a conversation, but not for ever.
///
/// # Errors
/// With its own trouble, or [`Trouble::Silence`].
pub async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    timeout(limit, step).await.unwrap_or(Err(Trouble::Silence))
}

const PIECE: usize = 2048;

/// Reads `length` bytes and checks each.
///
/// # Errors
/// When they do not come, or are others.
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

/// Reads what comes until the end, and checks that it is a beginning of
/// `keys`. Returns how much came.
///
/// # Errors
/// When other bytes come, or more than `most`, or the end does not.
pub async fn receive_some(
    mut stream: &TcpStream,
    mut keys: Keystream,
    most: u32,
) -> Result<u32, Trouble> {
    let mut piece = [0; PIECE];
    let mut came = 0;
    loop {
        let count = stream.read(&mut piece).await?;
        if count == 0 {
            return Ok(came);
        }
        keys.check(&piece[..count])?;
        came += u32::try_from(count).expect("at most a piece");
        if came > most {
            return Err(Trouble::Fault(format!("{came} bytes of {most} came")));
        }
    }
}

/// Writes `length` bytes in pieces as chance has it, with pauses between some.
///
/// # Errors
/// When the peer is gone.
pub async fn send(
    mut stream: &TcpStream,
    mut keys: Keystream,
    length: u32,
    dice: &mut Dice,
) -> Result<(), Trouble> {
    let mut piece = [0; PIECE];
    let mut left = length as usize;
    while left > 0 {
        let most = if dice.one_in(4) {
            1 + dice.within(0..64) as usize
        } else {
            PIECE
        };
        let piece = &mut piece[..left.min(most)];
        keys.fill(piece);
        stream.write_all(piece).await?;
        left -= piece.len();
        match dice.within(0..64) {
            0 => sleep(dice.millis(1..20)).await,
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
    fn every_header_comes_back() {
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
    fn a_byte_that_is_another_is_found() {
        let mut bytes = [0; 100];
        Keystream::new(7).fill(&mut bytes);
        Keystream::new(7).check(&bytes).expect("the same bytes");
        bytes[63] ^= 1;
        let trouble = Keystream::new(7).check(&bytes).expect_err("another byte");
        assert!(trouble.to_string().starts_with("byte 63 "), "{trouble}");
    }
}
