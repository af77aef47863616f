//! Exercise `dyn-traits/dyn-line`: lines behind `dyn`, with one box for all calls of an
//! object.
//!
//! In the chapter, the box holds the future and its place. Here the box holds only the
//! future, and the handle of the call knows the box and the slot. The box is a `Block` of
//! the module `recycle`, which chapter 14 completes.

use std::alloc::Layout;
use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::net::TcpStream;
use crate::recycle::Block;

/// A line to a meter.
pub trait Line {
    /// Reads some bytes. 0 means that the peer has closed its direction.
    fn read(&mut self, buffer: &mut [u8]) -> impl Future<Output = io::Result<usize>>;

    /// Sends all bytes.
    fn write_all(&mut self, bytes: &[u8]) -> impl Future<Output = io::Result<()>>;
}

impl Line for TcpStream {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        TcpStream::read(self, buffer).await
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        TcpStream::write_all(self, bytes).await
    }
}

/// A [`Line`] that can be `dyn`.
pub trait DynLine {
    /// Reads some bytes. 0 means that the peer has closed its direction.
    fn read<'a>(&'a mut self, buffer: &'a mut [u8]) -> Call<'a, io::Result<usize>>;

    /// Sends all bytes.
    fn write_all<'a>(&'a mut self, bytes: &'a [u8]) -> Call<'a, io::Result<()>>;
}

/// An object is a line again.
impl Line for Box<dyn DynLine> {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        DynLine::read(&mut **self, buffer).await
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        DynLine::write_all(&mut **self, bytes).await
    }
}

/// Makes an object of a line. All its calls share one box.
pub struct Cached<L> {
    line: L,
    slot: Slot,
}

impl<L: Line> Cached<L> {
    /// Allocates nothing yet.
    pub fn new(line: L) -> Cached<L> {
        Cached { line, slot: Slot::default() }
    }
}

impl<L: Line> DynLine for Cached<L> {
    fn read<'a>(&'a mut self, buffer: &'a mut [u8]) -> Call<'a, io::Result<usize>> {
        self.slot.fill(self.line.read(buffer))
    }

    fn write_all<'a>(&'a mut self, bytes: &'a [u8]) -> Call<'a, io::Result<()>> {
        self.slot.fill(self.line.write_all(bytes))
    }
}

/// Keeps a block between two calls.
#[derive(Default)]
pub struct Slot(Cell<Option<Block>>);

/// The future of one call, in a block that goes back to its slot.
#[must_use = "a future does nothing until it is polled"]
pub struct Call<'a, T> {
    slot: &'a Slot,
    /// The future is in this block. `None` when it was dropped.
    block: Option<Block>,
    /// Polls the future at this address.
    poll: unsafe fn(*mut u8, &mut Context<'_>) -> Poll<T>,
    /// Drops the future at this address.
    drop: unsafe fn(*mut u8),
}

impl Slot {
    /// Puts a future into the block of this slot. If there is none, or if it does not
    /// fit, allocates another one.
    pub fn fill<'a, F: Future + 'a>(&'a self, future: F) -> Call<'a, F::Output> {
        let _ = (self.0.take(), Block::new(Layout::new::<F>()));
        drop(future);
        todo!("put the future into a block, and keep the two functions that know its type")
    }
}

impl<T> Future for Call<'_, T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let block = self.block.as_ref().expect("a call has a block until it is dropped");
        // SAFETY: the future is in the block. This is the function for its type.
        unsafe { (self.poll)(block.memory.as_ptr(), cx) }
    }
}

impl<T> Drop for Call<'_, T> {
    fn drop(&mut self) {
        let _ = (self.slot, self.block.take(), self.drop);
        todo!("drop the future, and give its block back to the slot")
    }
}
