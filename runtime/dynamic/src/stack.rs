//! [`Stack`]: memory for the futures of one task, in the order of its calls.

use core::{
    alloc::Layout,
    cell::Cell,
    fmt,
    pin::Pin,
    ptr::{self, NonNull},
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll},
};

use crate::{
    Place, Request,
    memory::{allocate, free},
};

/// The size of the first chunk. Each further chunk is at least twice as large.
const FIRST: usize = 1024;

std::thread_local! {
    /// The stack of the task that this thread polls, or null.
    static CURRENT: Cell<*mut Stack> = const { Cell::new(ptr::null_mut()) };
}

/// The side stack of one task. The adapter [`SideStack`](crate::SideStack) keeps its futures there.
///
/// Calls usually end in the reverse of the order in which they began, as the calls of functions
/// do. So one pointer that moves up and down replaces an allocator. The stack grows in chunks, as
/// the segmented stacks of threads once did, and a chunk never moves. In `join!`, the first call may
/// end before the second. Its bytes stay in use until the second call has ended too.
///
/// A task gets a stack with [`with_side_stack`]. An executor can provide one itself: keep a
/// `Stack` next to the task, and call [`enter`](Self::enter) around each poll.
///
/// If a call still exists when its stack is dropped, because it was leaked or moved to another
/// task, then its chunk is leaked.
pub struct Stack {
    /// The largest chunk, or null.
    current: *mut Chunk,
    /// A list of chunks that were full. They are freed when the stack grows, and at its end.
    full: *mut Chunk,
}

/// The head of a chunk. The bytes for frames follow it.
///
/// - **SS1** Only the owner of the stack uses the heads, and the fields of frames except `freed`.
/// - **SS2** A frame between the head and `used` belongs to one future until `freed` is true. All
///   of them form a list from `top`.
struct Chunk {
    next: *mut Self,
    layout: Layout,
    top: *mut Frame,
    /// How many bytes are in use, with the head.
    used: usize,
}

/// The head of a frame. Its future follows.
struct Frame {
    below: *mut Self,
    /// `used` of the chunk without this frame.
    used_below: usize,
    freed: AtomicBool,
}

// SAFETY: the owner touches only the heads, and `freed` is atomic. The futures in the frames
// belong to the calls.
unsafe impl Send for Stack {}
// SAFETY: a shared reference gives access to nothing but `Debug`.
unsafe impl Sync for Stack {}

impl Stack {
    /// An empty stack. The first call allocates a chunk of 1 KiB.
    pub const fn new() -> Self {
        Self {
            current: ptr::null_mut(),
            full: ptr::null_mut(),
        }
    }

    /// Runs `body`, usually a poll of the task, and gives its calls this stack.
    pub fn enter<R>(&mut self, body: impl FnOnce() -> R) -> R {
        struct Restore(*mut Stack);
        impl Drop for Restore {
            fn drop(&mut self) {
                CURRENT.set(self.0);
            }
        }
        let _restore = Restore(CURRENT.replace(ptr::from_mut(self)));
        body()
    }

    /// Memory for a future on the stack of the task that this thread polls.
    #[inline]
    pub(crate) fn push(layout: Layout, request: Request<'_>) -> Option<NonNull<u8>> {
        let stack = CURRENT.get();
        // SAFETY: `enter` borrows the stack mutably, and its `body` has no other access. `frame`
        // runs no code of the user.
        (!stack.is_null()).then(|| unsafe { (*stack).frame(layout, request) })
    }

    #[inline]
    fn frame(&mut self, layout: Layout, request: Request<'_>) -> NonNull<u8> {
        if let Some(chunk) = NonNull::new(self.current) {
            // SAFETY: SS1.
            let frame = unsafe {
                pop_freed(chunk);
                push_frame(chunk, layout)
            };
            if let Some(memory) = frame {
                return memory;
            }
        }
        self.grow(layout, request)
    }

    #[cold]
    fn grow(&mut self, layout: Layout, request: Request<'_>) -> NonNull<u8> {
        let has = NonNull::new(self.current).map_or(0, |chunk| {
            // SAFETY: SS1.
            unsafe { chunk.as_ref().layout.size() }
        });
        let needs = size_of::<Chunk>() + size_of::<Frame>() + layout.size() + layout.align();
        let size = (has * 2).max(needs).max(FIRST);
        let chunk_layout = Layout::from_size_align(size, align_of::<Chunk>());
        let chunk_layout = chunk_layout.expect("a chunk fits into memory");
        let chunk = allocate(chunk_layout, request).cast::<Chunk>();
        self.retire();
        self.free_full();
        // SAFETY: it is new and large enough for the head and a frame.
        unsafe {
            chunk.write(Chunk {
                next: ptr::null_mut(),
                layout: chunk_layout,
                top: ptr::null_mut(),
                used: size_of::<Chunk>(),
            });
            self.current = chunk.as_ptr();
            push_frame(chunk, layout).expect("the chunk was made for this frame")
        }
    }

    /// Moves the current chunk to the full ones.
    fn retire(&mut self) {
        if let Some(mut chunk) = NonNull::new(self.current) {
            // SAFETY: SS1.
            unsafe { chunk.as_mut().next = self.full };
            self.full = chunk.as_ptr();
            self.current = ptr::null_mut();
        }
    }

    /// Frees the full chunks that have no frames left.
    fn free_full(&mut self) {
        let mut chunks = core::mem::replace(&mut self.full, ptr::null_mut());
        while let Some(mut chunk) = NonNull::new(chunks) {
            // SAFETY: SS1. After `pop_freed`, no future is in a chunk without frames.
            unsafe {
                chunks = chunk.as_ref().next;
                pop_freed(chunk);
                if chunk.as_ref().top.is_null() {
                    free(chunk.cast(), chunk.as_ref().layout);
                } else {
                    chunk.as_mut().next = self.full;
                    self.full = chunk.as_ptr();
                }
            }
        }
    }
}

/// Pops the frames at the top whose futures are gone.
///
/// # Safety
/// The caller owns the stack (SS1).
#[inline]
unsafe fn pop_freed(chunk: NonNull<Chunk>) {
    let chunk = chunk.as_ptr();
    // SAFETY: SS1 and SS2. The Acquire pairs with the Release in `OnStack::release`: the future is
    // gone before its bytes are used again.
    unsafe {
        while !(*chunk).top.is_null() && (*(*chunk).top).freed.load(Ordering::Acquire) {
            let frame = (*chunk).top;
            (*chunk).used = (*frame).used_below;
            (*chunk).top = (*frame).below;
        }
    }
}

/// Puts a frame on the top, if the chunk has enough bytes left. Returns the memory after its head.
///
/// # Safety
/// The caller owns the stack (SS1).
#[inline]
unsafe fn push_frame(chunk: NonNull<Chunk>, layout: Layout) -> Option<NonNull<u8>> {
    let start = chunk.cast::<u8>();
    let chunk = chunk.as_ptr();
    // SAFETY: SS1. The memory lies inside of the chunk, after `used`, so no other code uses it.
    unsafe {
        let align = layout.align().max(align_of::<Frame>());
        let after_head = start.addr().get() + (*chunk).used + size_of::<Frame>();
        let at = after_head.next_multiple_of(align) - start.addr().get();
        let used = at.checked_add(layout.size())?;
        if used > (*chunk).layout.size() {
            return None;
        }
        let memory = start.add(at);
        let frame = memory.cast::<Frame>().sub(1);
        frame.write(Frame {
            below: (*chunk).top,
            used_below: (*chunk).used,
            freed: AtomicBool::new(false),
        });
        (*chunk).top = frame.as_ptr();
        (*chunk).used = used;
        Some(memory)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.retire();
        // Chunks with frames stay in the list, and are leaked (EM2).
        self.free_full();
    }
}

impl Default for Stack {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").finish_non_exhaustive()
    }
}

/// The place of a future in a frame.
pub(crate) struct OnStack;

// SAFETY: PL1: `freed` is atomic. PL2: the bytes of the future are not touched.
unsafe impl Place for OnStack {
    #[inline]
    unsafe fn release(self, memory: NonNull<u8>, _layout: Layout) {
        // SAFETY: SS2: the frame's head stands before the memory, and is there until `freed` is
        // true. The Release pairs with the Acquire in `pop_freed`.
        unsafe {
            let frame = memory.cast::<Frame>().sub(1).as_ptr();
            (*frame).freed.store(true, Ordering::Release);
        }
    }
}

/// Gives a future a [`Stack`] of its own. Use it around the future of a task:
///
/// ```
/// # futures_executor::block_on(async {
/// use wakeful_dynamic::{SideStack, dyn_async, with_side_stack};
///
/// #[dyn_async]
/// trait Meter {
///     async fn read(&self) -> u32;
/// }
///
/// struct Water(u32);
///
/// impl Meter for Water {
///     async fn read(&self) -> u32 {
///         self.0
///     }
/// }
///
/// let task = with_side_stack(async {
///     let water = SideStack::new(Water(7));
///     let meter = MeterRef::new(&water);
///     meter.read().await + meter.read().await
/// });
/// assert_eq!(task.await, 14);
/// # });
/// ```
pub fn with_side_stack<F: Future>(future: F) -> WithSideStack<F> {
    WithSideStack {
        future,
        stack: Stack::new(),
    }
}

/// The future that [`with_side_stack`] returns.
#[derive(Debug)]
#[must_use = "a future does nothing until you `.await` or poll it"]
pub struct WithSideStack<F> {
    /// Stands before `stack`, so its calls end first.
    future: F,
    stack: Stack,
}

impl<F: Future> Future for WithSideStack<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: `future` is pinned, and `stack` is not: the chunks do not move with it.
        let (future, stack) = unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut this.future), &mut this.stack)
        };
        stack.enter(|| future.poll(cx))
    }
}
