//! Exercise `server/lines`: lines out of a stream of bytes, under a time limit.

use std::io;

// hole: begin
use server::futures_util::io::AsyncReadExt;
// hole: instead
// hole: end
use server::futures_util::io::AsyncRead;

/// Why there is no next line.
#[derive(Debug)]
pub enum LineError {
    /// More bytes than allowed have arrived without the end of a line.
    TooLong,
    /// The stream ended within a line.
    Truncated,
    /// The stream failed.
    Io(io::Error),
}

/// Reads lines from a stream.
pub struct Lines<R> {
    // hole: begin
    stream: R,
    longest: usize,
    /// The bytes that have arrived and are not part of a returned line.
    received: Vec<u8>,
    // hole: instead
    //| _stream: R,
    //| _longest: usize,
    // hole: end
}

impl<R: AsyncRead + Unpin> Lines<R> {
    /// The lines of `stream`. A line may have `longest` bytes.
    pub fn new(stream: R, longest: usize) -> Lines<R> {
        // hole: begin
        Lines { stream, longest, received: Vec::new() }
        // hole: instead
        //| Lines { _stream: stream, _longest: longest }
        // hole: end
    }

    /// Waits for the next line, and returns it without its `\n`. `None` means that the
    /// stream has ended after a line.
    ///
    /// A line may contain any byte except `\n`. `next` returns them all, also a `\r`.
    ///
    /// It never keeps more than `longest` bytes and one read of 64 bytes.
    ///
    /// Cancel safe: if the future is dropped, no byte is lost.
    ///
    /// # Errors
    ///
    /// See [`LineError`]. After an error, drop the reader. The result of another `next`
    /// is not specified.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, LineError> {
        // hole: begin
        loop {
            if let Some(end) = self.received.iter().position(|&byte| byte == b'\n') {
                if end > self.longest {
                    return Err(LineError::TooLong);
                }
                let mut line: Vec<u8> = self.received.drain(..=end).collect();
                line.pop();
                return Ok(Some(line));
            }
            if self.received.len() > self.longest {
                return Err(LineError::TooLong);
            }
            let mut bytes = [0; 64];
            match self.stream.read(&mut bytes).await {
                Ok(0) if self.received.is_empty() => return Ok(None),
                Ok(0) => return Err(LineError::Truncated),
                Ok(len) => self.received.extend(&bytes[..len]),
                Err(error) => return Err(LineError::Io(error)),
            }
        }
        // hole: instead
        //| std::future::ready(()).await;
        //| todo!("return the next line")
        // hole: end
    }
}
