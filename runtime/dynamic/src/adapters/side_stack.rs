//! [`SideStack`]: each call takes a frame of its task's side stack.

use super::{boxing::boxed, value_adapter::value_adapter};
use crate::{
    DynFuture, Request,
    stack::{OnStack, Stack},
};

/// Keeps the future of each call on the side stack of the task that makes the call.
///
/// A task gets a side stack with [`with_side_stack`](crate::with_side_stack). A call outside such
/// a task has a box of its own. The first call allocates a chunk, and later ones allocate only if
/// the stack has to grow.
///
/// The stack belongs to the task, and not to the object. So one stack serves all objects of the
/// task, with `&mut self` and `&self`. A call may move to another task or thread. A call that is
/// leaked, or that outlives its task, leaks its chunk of the stack.
///
/// No executor provides the stack by itself, and `wakeful` does not either. A call finds the stack of its task
/// through a thread-local. The executor would have to set it before each poll of each task and restore it
/// after that, and keep a `Stack` in each task, also in tasks without objects. With one call around the future
/// of the tasks that need a stack, the other tasks cost nothing.
///
/// This adapter needs `std` for the thread-local. Without `std`, use [`Scratch`](crate::Scratch), or
/// [`BoxingIn`](crate::BoxingIn) with an arena for the task.
#[derive(Clone, Copy, Debug, Default)]
pub struct SideStack<T> {
    inner: T,
}

value_adapter! {
    impl SideStack;
    // AD1: as written. AD2: the caller's memory is not used. AD4: `OnStack` may be released on any
    // thread.
    call<K>(request, make) = on_stack(request, make);
}

/// A call on the side stack, or in a box.
#[inline]
fn on_stack<'d, F>(request: Request<'_>, make: impl FnOnce() -> F) -> DynFuture<'d, F::Output>
where
    F: Future + 'd,
    F::Output: 'd,
{
    match Stack::push(DynFuture::layout::<OnStack, F>(), request) {
        // SAFETY: EM1 and EM2: the frame belongs to this future until its release (SS2). A stack
        // with a frame that was not released leaks it. EM3: the place is empty.
        Some(memory) => unsafe { DynFuture::emplace(memory, OnStack, make) },
        None => boxed(request, make),
    }
}
