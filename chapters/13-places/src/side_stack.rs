// ANCHOR: head
//! A stack beside the task. The futures of its calls lie on it.

use std::alloc::Layout;
use std::cell::{Cell, UnsafeCell};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::ptr::NonNull;
use std::rc::Rc;
use std::task::{Context, Poll};

use dyn_traits::boxed;
use pin_project_lite::pin_project;

use crate::{DynFuture, DynLine, End, Line, Message, Offer};
// ANCHOR_END: head

// ANCHOR: stack
const BYTES: usize = 4096;

/// A piece of memory. Its used part grows and shrinks at one end. The futures of calls
/// lie in it, the newest one at the top.
struct SideStack {
    bytes: Box<UnsafeCell<[MaybeUninit<u8>; BYTES]>>,
    /// How many bytes are in use, from the beginning.
    top: Cell<usize>,
    /// How many futures are in it.
    live: Cell<usize>,
}

/// The place of a future on the stack. It keeps the stack alive.
struct Piece {
    stack: Rc<SideStack>,
    /// From here to `end`: a gap for the alignment, and the memory of the future.
    start: usize,
    end: usize,
}
// ANCHOR_END: stack

// ANCHOR: reserve
impl SideStack {
    /// Reserves a piece at the top, if there is room.
    fn reserve(self: &Rc<Self>, needs: Layout) -> Option<(NonNull<u8>, Piece)> {
        let start = self.top.get();
        // SAFETY: `top` is at most the size of the box.
        let top = unsafe { self.bytes.get().cast::<u8>().add(start) };
        let gap = top.align_offset(needs.align());
        let end = start.checked_add(gap)?.checked_add(needs.size())?;
        if end > BYTES {
            return None;
        }
        self.top.set(end);
        self.live.set(self.live.get() + 1);
        // SAFETY: the piece ends inside of the box.
        let memory = NonNull::new(unsafe { top.add(gap) })?;
        Some((memory, Piece { stack: Rc::clone(self), start, end }))
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let stack = &self.stack;
        stack.live.set(stack.live.get() - 1);
        if stack.live.get() == 0 {
            stack.top.set(0);
        } else if stack.top.get() == self.end {
            stack.top.set(self.start);
        }
        // Otherwise it is not at the top. Its bytes come back with the last call.
    }
}
// ANCHOR_END: reserve

// ANCHOR: task
thread_local! {
    /// The stack of the task that is being polled.
    static CURRENT: Cell<Option<Rc<SideStack>>> = const { Cell::new(None) };
}

pin_project! {
    /// A task with a side stack.
    pub struct WithSideStack<F> {
        #[pin]
        task: F,
        stack: Rc<SideStack>,
    }
}

/// Restores the earlier stack, even if the poll panics.
struct Restore(Option<Rc<SideStack>>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

impl<F: Future> Future for WithSideStack<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _restore = Restore(CURRENT.replace(Some(Rc::clone(this.stack))));
        this.task.poll(cx)
    }
}
// ANCHOR_END: task

// ANCHOR: adapter
/// Puts the future of each call onto the side stack of the task. Outside of such a task,
/// or if the stack is full, a future gets a box.
pub struct OnSideStack<L>(pub L);

fn on_side_stack<'a, F: Future + 'a>(future: F) -> DynFuture<'a, F::Output> {
    // An `Rc` in a `Cell` can only be taken out and put back.
    let current = CURRENT.take();
    let needs = DynFuture::<F::Output>::layout::<Piece, F>();
    let reserved = current.as_ref().and_then(|stack| stack.reserve(needs));
    CURRENT.set(current);
    match reserved {
        // SAFETY: D1. The piece fits, and no other call has it until it is dropped. D2: a
        // leaked piece is never dropped, so `top` stays above it, and the stack stays.
        Some((memory, piece)) => unsafe { DynFuture::new(memory, piece, future) },
        None => boxed(future),
    }
}
// ANCHOR_END: adapter

// ANCHOR: rest
/// The line is not pinned, because its functions take `&mut self`.
impl<L> Unpin for OnSideStack<L> {}

impl<L: Line> DynLine for OnSideStack<L> {
    fn byte<'a>(self: Pin<&'a mut Self>, _: Offer<'a>) -> DynFuture<'a, Result<u8, End>> {
        on_side_stack(self.get_mut().0.byte())
    }

    fn send<'a>(
        self: Pin<&'a mut Self>,
        message: Message,
        _: Offer<'a>,
    ) -> DynFuture<'a, Result<(), End>> {
        on_side_stack(self.get_mut().0.send(message))
    }
}

/// How many bytes of the side stack are in use in the task that is being polled.
pub fn side_stack_in_use() -> Option<usize> {
    let current = CURRENT.take();
    let in_use = current.as_ref().map(|stack| stack.top.get());
    CURRENT.set(current);
    in_use
}

/// Gives a task a side stack.
pub fn with_side_stack<F: Future>(task: F) -> WithSideStack<F> {
    let bytes = Box::new(UnsafeCell::new([MaybeUninit::uninit(); BYTES]));
    let stack = Rc::new(SideStack { bytes, top: Cell::new(0), live: Cell::new(0) });
    WithSideStack { task, stack }
}
// ANCHOR_END: rest
