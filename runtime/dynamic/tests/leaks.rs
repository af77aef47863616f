//! Pitfalls of a leaked call. Published crates use its memory again, or drop its future too late.
//! Under Miri these tests need `-Zmiri-ignore-leaks`.

mod common;

use std::{
    cell::Cell,
    marker::PhantomPinned,
    mem::forget,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    ptr,
    task::{Context, Poll},
};

use common::*;

/// A waiter as in an intrusive list: the list has a pointer to it until it is dropped.
struct Waiter<'l> {
    list: &'l Cell<*const Waiter<'l>>,
    notified: Cell<bool>,
    _pinned: PhantomPinned,
}

impl Future for Waiter<'_> {
    type Output = Option<u32>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        if self.notified.get() {
            return Poll::Ready(Some(7));
        }
        self.list.set(ptr::from_ref(&*self).cast());
        Poll::Pending
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.list.set(ptr::null());
    }
}

struct List<'l>(&'l Cell<*const Waiter<'l>>);

impl Source for List<'_> {
    type Item = u32;

    fn next(&mut self) -> impl Future<Output = Option<u32>> {
        Waiter {
            list: self.0,
            notified: Cell::new(false),
            _pinned: PhantomPinned,
        }
    }
}

/// Writes to the waiter in the list. If its memory was freed, moved or used again, Miri says so.
fn notify(list: &Cell<*const Waiter<'_>>) {
    let waiter = list.get();
    assert!(!waiter.is_null());
    // SAFETY: a waiter in the list is pinned and not dropped, so its memory is still there.
    assert!(!unsafe { &*waiter }.notified.replace(true));
}

#[test]
fn the_box_of_a_leaked_call_is_never_used_again() {
    fn check(list: &Cell<*const Waiter<'_>>, mut source: impl Source<Item = u32>) {
        let mut call = Box::pin(source.next());
        assert!(call.as_mut().poll(&mut noop()).is_pending());
        forget(call);
        let leaked = list.get();
        let mut second = Box::pin(source.next());
        assert!(second.as_mut().poll(&mut noop()).is_pending());
        assert_ne!(list.get(), leaked);
        drop(second);
        list.set(leaked);
        drop(source);
        notify(list);
    }
    let list = Cell::new(ptr::null());
    check(&list, SourceBox::new(Boxing::new(List(&list))));
    check(&list, SourceBox::new(Cached::new(List(&list))));
    check(&list, SourceBox::new(Pool::new(List(&list))));
    check(&list, SourceBox::new(SideStack::new(List(&list))));
    Stack::new().enter(|| check(&list, SourceBox::new(SideStack::new(List(&list)))));
    check(
        &list,
        SourceBox::new(BoxingIn::new(List(&list), &TestAllocator)),
    );
    let space = CachedSpace::new();
    check(
        &list,
        SourceBox::new_with(ScratchOrBox::new(List(&list)), space),
    );
    let scratch = Scratch::<64, _>::new(List(&list));
    check(&list, SourceBox::new_with(scratch, Space::<64>::new()));
    check(
        &list,
        SourceBox::new_with(ScratchOrBox::new(List(&list)), Space::<0>::new()),
    );
}

/// The pattern of an arena that frees its memory while a leaked call is pinned in it. This arena counts
/// its calls, and leaks the memory of calls that did not end (AL2).
#[test]
fn an_arena_keeps_the_memory_of_a_leaked_call() {
    struct Arena {
        bytes: ptr::NonNull<[Cell<u128>; 16]>,
        used: Cell<usize>,
        calls: Cell<usize>,
    }
    impl Arena {
        fn new() -> Self {
            Self {
                bytes: ptr::NonNull::from(Box::leak(Box::new([const { Cell::new(0) }; 16]))),
                used: Cell::new(0),
                calls: Cell::new(0),
            }
        }
    }
    // SAFETY: AL1: it is the next part of the bytes. AL2: `free` makes them free after the last call,
    // and `drop` leaks them if a call did not end. AL3: calls stay on their thread.
    unsafe impl FutureAllocator for Arena {
        type Threads = wakeful_dynamic::OneThread;

        fn allocate(&self, layout: std::alloc::Layout) -> Option<ptr::NonNull<u8>> {
            let start = self.used.get();
            let end = start + layout.size().div_ceil(16);
            if layout.align() > 16 || end > 16 {
                return None;
            }
            self.used.set(end);
            self.calls.set(self.calls.get() + 1);
            // SAFETY: `start` is in the bytes.
            Some(unsafe { self.bytes.cast::<u128>().add(start).cast() })
        }

        unsafe fn free(&self, _: ptr::NonNull<u8>, _: std::alloc::Layout) {
            self.calls.set(self.calls.get() - 1);
            if self.calls.get() == 0 {
                self.used.set(0);
            }
        }
    }
    impl Drop for Arena {
        fn drop(&mut self) {
            if self.calls.get() == 0 {
                // SAFETY: the bytes came from a box, and no call uses them.
                drop(unsafe { Box::from_raw(self.bytes.as_ptr()) });
            }
        }
    }
    let list = Cell::new(ptr::null());
    let arena = Arena::new();
    let mut source = SourceBox::new(BoxingIn::new(List(&list), &arena));
    for _ in 0..3 {
        assert!(pin!(source.next()).poll(&mut noop()).is_pending());
        assert_eq!(arena.used.get(), 0);
    }
    let mut call = Box::pin(source.next());
    assert!(call.as_mut().poll(&mut noop()).is_pending());
    forget(call);
    let leaked = list.get();
    assert!(pin!(source.next()).poll(&mut noop()).is_pending());
    list.set(leaked);
    drop(source);
    drop(arena);
    notify(&list);
}

#[test]
fn inline_panics_instead_of_using_its_busy_storage_again() {
    let list = Cell::new(ptr::null());
    // The object is leaked too, because its destructor would end the process.
    let mut source = std::mem::ManuallyDrop::new(SourceBox::new(Inline::<64, _>::new(List(&list))));
    let mut call = source.next();
    assert!(Pin::new(&mut call).poll(&mut noop()).is_pending());
    forget(call);
    for _ in 0..2 {
        let second = catch_unwind(AssertUnwindSafe(|| drop(source.next())));
        let message = *second.unwrap_err().downcast::<&str>().unwrap();
        assert!(message.contains("was leaked"), "{message}");
    }
    notify(&list);
}

/// Runs a test of this program in another process.
#[cfg(all(unix, not(miri)))]
#[test]
fn inline_ends_the_process_if_it_is_dropped_while_its_storage_is_busy() {
    use std::{env, os::unix::process::ExitStatusExt, process::Command};

    const VARIABLE: &str = "WAKEFUL_DYNAMIC_DROPS_A_BUSY_OBJECT";
    if env::var_os(VARIABLE).is_some() {
        let list = Cell::new(ptr::null());
        let mut source = SourceBox::new(Inline::<64, _>::new(List(&list)));
        let mut call = source.next();
        assert!(Pin::new(&mut call).poll(&mut noop()).is_pending());
        forget(call);
        drop(source);
        return;
    }
    let name = "inline_ends_the_process_if_it_is_dropped_while_its_storage_is_busy";
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(VARIABLE, "1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.signal().is_some(), "{output:?}");
    assert!(
        errors.contains("while the future of a leaked call is pinned inside"),
        "{errors}"
    );
}

#[test]
fn a_leaked_call_is_not_dropped_after_its_arguments() {
    #[dyn_async]
    trait Sink {
        async fn put(&mut self, value: &Cell<u32>);
    }
    struct Writer<'v>(&'v Cell<u32>);
    impl Drop for Writer<'_> {
        fn drop(&mut self) {
            self.0.set(9);
        }
    }
    struct Slow;
    impl Sink for Slow {
        async fn put(&mut self, value: &Cell<u32>) {
            let _writer = Writer(value);
            yield_now().await;
        }
    }
    fn check(mut sink: impl Sink) {
        {
            // The destructor of the first call would write to this value after its end.
            let value = Box::new(Cell::new(1));
            let mut call = Box::pin(sink.put(&value));
            assert!(call.as_mut().poll(&mut noop()).is_pending());
            forget(call);
            assert_eq!(value.get(), 1);
        }
        let value = Cell::new(1);
        block_on(sink.put(&value));
        assert_eq!(value.get(), 9);
    }
    check(SinkBox::new(Boxing::new(Slow)));
    check(SinkBox::new(Cached::new(Slow)));
    check(SinkBox::new(Pool::new(Slow)));
    Stack::new().enter(|| check(SinkBox::new(SideStack::new(Slow))));
    check(SinkBox::new_with(
        ScratchOrBox::new(Slow),
        CachedSpace::new(),
    ));
    let scratch = Scratch::<64, _>::new(Slow);
    check(SinkBox::new_with(scratch, Space::<64>::new()));
}

#[test]
fn a_call_that_is_leaked_before_its_first_poll_is_not_different() {
    let list = Cell::new(ptr::null());
    let mut source = SourceBox::new(Cached::new(List(&list)));
    forget(source.next());
    let call = pin!(source.next());
    assert!(call.poll(&mut noop()).is_pending());
}
