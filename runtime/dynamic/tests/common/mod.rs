//! What several test programs use.
#![allow(dead_code, unused_macros, unused_imports)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    pin::pin,
    ptr::NonNull,
    task::{Context, Poll, Waker},
};

pub use wakeful_dynamic::{
    AnyThread, Boxing, BoxingIn, Cached, CachedIf, CachedSpace, DynFuture, FutureAllocator, Inline,
    NoAlloc, NoSpace, OnlySpace, Pool, Scratch, ScratchOrBox, SideStack, Space, Stack, dyn_async,
    with_side_stack,
};

/// The trait that most tests call.
#[dyn_async]
pub trait Source {
    type Item;
    async fn next(&mut self) -> Option<Self::Item>;
}

/// Calls a closure for each item.
pub struct From<F>(pub F);

impl<T, F: AsyncFnMut() -> Option<T>> Source for From<F> {
    type Item = T;

    async fn next(&mut self) -> Option<T> {
        (self.0)().await
    }
}

/// Runs the body once with each adapter. `$object` is a `SourceBox`.
macro_rules! with_each_adapter {
    ($value:expr, |$name:ident, $object:ident| $body:block) => {{
        {
            let ($name, mut $object) = ("Boxing", SourceBox::new(Boxing::new($value)));
            $body
        }
        {
            let ($name, mut $object) = ("Cached", SourceBox::new(Cached::new($value)));
            $body
        }
        {
            let ($name, mut $object) = ("Pool", SourceBox::new(Pool::new($value)));
            $body
        }
        {
            let adapter = CachedIf::new($value, false);
            let ($name, mut $object) = ("CachedIf, off", SourceBox::new(adapter));
            $body
        }
        {
            let adapter = BoxingIn::new($value, &TestAllocator);
            let ($name, mut $object) = ("BoxingIn", SourceBox::new(adapter));
            $body
        }
        {
            let adapter = Scratch::<256, _>::new($value);
            let ($name, mut $object) = (
                "CachedSpace",
                SourceBox::new_with(adapter, CachedSpace::new()),
            );
            $body
        }
        Stack::new().enter(|| {
            let ($name, mut $object) = ("SideStack", SourceBox::new(SideStack::new($value)));
            // The chunk, so that it does not count as the allocation of a call.
            drop(SourceMut::new(&mut SideStack::new(From(async || Some(())))).next());
            $body
        });
        {
            let ($name, mut $object) = ("Inline", SourceBox::new(Inline::<256, _>::new($value)));
            $body
        }
        {
            let adapter = Scratch::<256, _>::new($value);
            let ($name, mut $object) =
                ("Scratch", SourceBox::new_with(adapter, Space::<256>::new()));
            $body
        }
        {
            let adapter = ScratchOrBox::new($value);
            let ($name, mut $object) = (
                "ScratchOrBox, too small",
                SourceBox::new_with(adapter, Space::<0>::new()),
            );
            $body
        }
    }};
}
pub(crate) use with_each_adapter;

/// Polls a future until it is ready. It must wake itself, or be ready soon.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..1000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut noop()) {
            return output;
        }
    }
    panic!("the future is still pending after 1000 polls");
}

pub fn noop() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

/// Is pending once.
pub async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut yielded, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Counts the allocations of each thread.
pub struct Counting;

std::thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// How many times `body` allocates on this thread. The program needs `Counting` as its allocator.
pub fn allocations(body: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    body();
    ALLOCATIONS.get() - before
}

/// An allocator for `BoxingIn` on top of the system's.
pub struct TestAllocator;

// SAFETY: AL1, AL2 and AL3: the system's allocator keeps them.
unsafe impl FutureAllocator for TestAllocator {
    type Threads = AnyThread;

    fn allocate(&self, layout: Layout) -> Option<NonNull<u8>> {
        let size = layout.size().max(1);
        let layout = Layout::from_size_align(size, layout.align()).ok()?;
        // SAFETY: the size is not 0.
        NonNull::new(unsafe { std::alloc::alloc(layout) })
    }

    unsafe fn free(&self, memory: NonNull<u8>, layout: Layout) {
        let size = layout.size().max(1);
        // SAFETY: `allocate` used the same layout.
        unsafe {
            let layout = Layout::from_size_align_unchecked(size, layout.align());
            std::alloc::dealloc(memory.as_ptr(), layout);
        }
    }
}
