//! Exercise `dyn-traits/reusable`: a box that the caller keeps for its next future.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

/// A boxed future with this output. Its box is used again for the next future.
pub struct Reusable<T> {
    block: Block,
    /// The functions of the future in the block. `None` if there is no future in it.
    functions: Option<Functions<T>>,
}

struct Functions<T> {
    poll: unsafe fn(*mut u8, &mut Context<'_>) -> Poll<T>,
    drop: unsafe fn(*mut u8),
}

impl<T> Reusable<T> {
    /// Boxes a future.
    pub fn new<F: Future<Output = T> + 'static>(future: F) -> Reusable<T> {
        let block = Block::new(Layout::new::<F>());
        let mut reusable = Reusable { block, functions: None };
        reusable.write(future);
        reusable
    }

    /// Drops the future, and puts another one into the box. Allocates a box if the new
    /// future does not fit.
    pub fn set<F: Future<Output = T> + 'static>(&mut self, future: F) {
        let needs = Layout::new::<F>();
        if needs.size() > self.block.layout.size() {
            self.block = Block::new(needs);
        } else {
            self.clear();
        }
        self.write(future);
    }

    /// Polls the future.
    ///
    /// # Panics
    ///
    /// If there is no future, because the destructor of the last one has panicked in
    /// `set`.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<T> {
        let functions = self.functions.as_ref().expect("there is a future in the box");
        // SAFETY: the block has the future of these functions.
        unsafe { (functions.poll)(self.block.memory.as_ptr(), cx) }
    }

    /// Drops the future, if there is one.
    fn clear(&mut self) {
        if let Some(functions) = &self.functions {
            // SAFETY: the block has the future of these functions.
            unsafe { (functions.drop)(self.block.memory.as_ptr()) };
        }
        self.functions = None;
    }

    /// Moves a future into the block, which has no future and is large enough.
    fn write<F: Future<Output = T> + 'static>(&mut self, future: F) {
        let to = self.block.memory.cast::<F>();
        assert!(to.is_aligned(), "the block is not aligned for this future");
        // SAFETY: the block is ours.
        unsafe { to.write(future) };
        self.functions = Some(Functions { poll: poll::<F>, drop: drop_future::<F> });
    }
}

unsafe fn poll<F: Future>(future: *mut u8, cx: &mut Context<'_>) -> Poll<F::Output> {
    // SAFETY: `write` wrote an `F`, and `Reusable` lends it only to this call.
    let future = unsafe { &mut *future.cast::<F>() };
    // SAFETY: the future is not moved, and it is dropped in its block.
    unsafe { Pin::new_unchecked(future) }.poll(cx)
}

unsafe fn drop_future<F>(future: *mut u8) {
    // SAFETY: `write` wrote an `F`.
    unsafe { future.cast::<F>().drop_in_place() }
}

impl<T> Drop for Reusable<T> {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Memory from the heap. Its destructor frees it.
struct Block {
    memory: NonNull<u8>,
    layout: Layout,
}

impl Block {
    /// Has at least this layout. A future may have no bytes, but a block must have some.
    fn new(needs: Layout) -> Block {
        let layout = Layout::from_size_align(needs.size().max(1), needs.align())
            .expect("a larger size was valid, too");
        // SAFETY: the size is not 0.
        let memory = NonNull::new(unsafe { alloc(layout) });
        let memory = memory.unwrap_or_else(|| handle_alloc_error(layout));
        Block { memory, layout }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: the memory was allocated with this layout, and is freed once.
        unsafe { dealloc(self.memory.as_ptr(), self.layout) }
    }
}
