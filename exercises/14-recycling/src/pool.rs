//! Exercise `recycling/pool`: recycled memory for methods with `&self`, of which many may
//! run at the same time.
//!
//! - **P1** A `Block` is the only owner of its memory. Either it is in the pool, and then no
//!   future is in the memory. Or it belongs to the call whose future is in its memory.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::RefCell;
use std::pin::Pin;
use std::ptr::NonNull;

use recycling::{DynFuture, Functions};

/// The most free blocks of a pool.
pub const MOST: usize = 4;

/// Keeps the memory of calls that have ended, for the next ones.
#[derive(Default)]
pub struct Pool {
    free: RefCell<Vec<Block>>,
}

/// Memory from the heap. Its destructor frees it.
struct Block {
    memory: NonNull<u8>,
    layout: Layout,
}

/// What is in the memory during a call.
struct Placed<'p, F> {
    future: F,
    /// `None` after the block was moved out.
    block: Option<Block>,
    pool: &'p Pool,
}

impl Pool {
    /// Puts `future` into a free block, or into a new one if none fits.
    pub fn fill<'p, F: Future + 'p>(&'p self, future: F) -> DynFuture<'p, F::Output> {
        let layout = Layout::new::<Placed<'p, F>>();
        let block = self.take(layout).unwrap_or_else(|| Block::new(layout));
        let placed = block.memory.cast::<Placed<'p, F>>();
        // SAFETY: P1. The block holds this layout.
        unsafe { placed.write(Placed { future, block: Some(block), pool: self }) };
        // SAFETY: the future stays there, because the block is the only owner (P1).
        unsafe { DynFuture::new(placed.cast(), &Placed::<'p, F>::FUNCTIONS) }
    }

    /// Takes a free block that holds this layout out of the pool.
    fn take(&self, layout: Layout) -> Option<Block> {
        let _ = (self.free.borrow_mut(), Block::holds, layout);
        None
    }

    /// How many free blocks there are.
    pub fn len(&self) -> usize {
        self.free.borrow().len()
    }

    /// Whether there is no free block.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<F: Future> Placed<'_, F> {
    const FUNCTIONS: Functions<F::Output> = Functions {
        poll: |data, cx| {
            let placed = data.cast::<Self>().as_ptr();
            // SAFETY: the future is there, and stays there until `drop`.
            unsafe { Pin::new_unchecked(&mut (*placed).future) }.poll(cx)
        },
        drop: |data| {
            let placed = data.cast::<Self>().as_ptr();
            // SAFETY: the call is over, so nothing else uses these two.
            let (block, pool) = unsafe { ((*placed).block.take(), (*placed).pool) };
            let _ = (MOST, pool.len());
            // SAFETY: the future is there, and the handle calls this once.
            unsafe { (&raw mut (*placed).future).drop_in_place() };
            drop(block);
        },
    };
}

impl Block {
    fn new(layout: Layout) -> Block {
        // SAFETY: a reference is in it, so the size is not zero.
        let memory = NonNull::new(unsafe { alloc(layout) });
        let memory = memory.unwrap_or_else(|| handle_alloc_error(layout));
        Block { memory, layout }
    }

    /// Whether the memory is large enough and aligned for this layout.
    fn holds(&self, needs: Layout) -> bool {
        todo!("compare {needs:?} with {:?}", self.layout)
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: P1. It was allocated with this layout.
        unsafe { dealloc(self.memory.as_ptr(), self.layout) }
    }
}
