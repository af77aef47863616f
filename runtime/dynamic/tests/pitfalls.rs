//! The bugs that broke other crates for `dyn` calls. Each test runs with every adapter. The
//! program `leaks` has the tests that leak memory on purpose.

mod common;

use std::{
    cell::{Cell, RefCell},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
};

use common::*;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Counts its drops, and panics in the first one.
struct PanicsInDrop<'c>(&'c Cell<u32>);

impl Drop for PanicsInDrop<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
        assert!(self.0.get() != 1, "the destructor of the future");
    }
}

/// Runs a body that panics, and drops what it was about to return.
fn panics<R>(body: impl FnOnce() -> R) {
    assert!(catch_unwind(AssertUnwindSafe(|| drop(body()))).is_err());
}

#[test]
fn a_destructor_that_panics_after_ready_runs_once() {
    let drops = Cell::new(0);
    with_each_adapter!(
        From(async || {
            let _last = PanicsInDrop(&drops);
            yield_now().await;
            Some(1)
        }),
        |name, object| {
            drops.set(0);
            panics(|| block_on(object.next()));
            assert_eq!(drops.get(), 1, "{name}");
        }
    );
}

/// A handle that took the compiler's vtable apart would find no function here.
#[test]
fn a_call_whose_future_has_no_destructor_can_be_dropped() {
    struct Plain;
    impl Source for Plain {
        type Item = u32;

        fn next(&mut self) -> impl Future<Output = Option<u32>> {
            std::future::ready(Some(7))
        }
    }
    with_each_adapter!(Plain, |name, object| {
        drop(object.next());
        assert_eq!(block_on(object.next()), Some(7), "{name}");
    });
}

/// A future that is ready at once. Its destructor, which runs after that, panics.
struct ReadyThenPanics<'c> {
    _guard: PanicsInDrop<'c>,
}

impl Future for ReadyThenPanics<'_> {
    type Output = Option<u32>;

    fn poll(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<u32>> {
        std::task::Poll::Ready(Some(1))
    }
}

/// Its future is a type of ours, without an `async fn` around it.
struct ByHand<'c>(&'c Cell<u32>);

impl Source for ByHand<'_> {
    type Item = u32;

    fn next(&mut self) -> impl Future<Output = Option<u32>> {
        ReadyThenPanics {
            _guard: PanicsInDrop(self.0),
        }
    }
}

#[test]
fn the_storage_comes_back_after_a_destructor_that_panics() {
    let drops = Cell::new(0);
    with_each_adapter!(ByHand(&drops), |name, object| {
        drops.set(0);
        panics(|| block_on(object.next()));
        assert_eq!(drops.get(), 1, "{name}");
        // `Inline` would panic here if its storage were still busy.
        let allocated = allocations(|| assert_eq!(block_on(object.next()), Some(1), "{name}"));
        let boxes = [
            "Boxing",
            "BoxingIn",
            "CachedIf, off",
            "ScratchOrBox, too small",
        ];
        assert_eq!(allocated, usize::from(boxes.contains(&name)), "{name}");
    });
}

#[test]
fn a_call_that_panics_in_the_destructor_while_it_is_cancelled_gives_its_storage_back() {
    let drops = Cell::new(0);
    with_each_adapter!(
        From(async || {
            let _local = PanicsInDrop(&drops);
            yield_now().await;
            Some(drops.get())
        }),
        |name, object| {
            drops.set(0);
            panics(|| {
                let call = pin!(object.next());
                assert!(call.poll(&mut noop()).is_pending());
            });
            assert_eq!(drops.get(), 1, "{name}");
            assert_eq!(block_on(object.next()), Some(1), "{name}");
        }
    );
}

#[repr(align(512))]
struct Block([u8; 512]);

#[test]
fn an_over_aligned_future_is_aligned() {
    fn check(mut source: impl Source<Item = usize>) {
        for _ in 0..2 {
            let address = block_on(source.next()).unwrap();
            assert_eq!(address % align_of::<Block>(), 0);
        }
    }
    fn blocks() -> impl Source<Item = usize> {
        From(async || {
            let block = Block([3; 512]);
            let address = std::ptr::from_ref(&block).addr();
            yield_now().await;
            assert_eq!(block.0[511], 3);
            Some(address)
        })
    }
    check(SourceBox::new(Boxing::new(blocks())));
    check(SourceBox::new(Cached::new(blocks())));
    check(SourceBox::new(Inline::<2048, _, Block>::aligned(blocks())));
    let scratch = Scratch::<2048, _, Block>::aligned(blocks());
    check(SourceBox::new_with(
        scratch,
        Space::<2048, Block>::aligned(),
    ));
    // Large enough, but aligned to 8 bytes only: the box is the way out.
    check(SourceBox::new_with(
        ScratchOrBox::new(blocks()),
        Space::<4096>::new(),
    ));
}

#[test]
fn cached_does_not_use_a_box_with_too_small_an_alignment_again() {
    #[dyn_async]
    trait Two {
        async fn plain(&mut self) -> usize;
        async fn aligned(&mut self) -> usize;
    }
    struct Both;
    impl Two for Both {
        async fn plain(&mut self) -> usize {
            let bytes = [1u8; 4096];
            yield_now().await;
            bytes.len()
        }

        async fn aligned(&mut self) -> usize {
            let block = Block([1; 512]);
            yield_now().await;
            std::ptr::from_ref(&block).addr()
        }
    }
    let mut cached = Cached::new(Both);
    let mut both = TwoMut::new(&mut cached);
    for _ in 0..2 {
        assert_eq!(block_on(both.plain()), 4096);
        assert_eq!(block_on(both.aligned()) % align_of::<Block>(), 0);
    }
}

/// Its future has no bytes.
struct ZeroSized;

impl Source for ZeroSized {
    type Item = ();

    fn next(&mut self) -> impl Future<Output = Option<()>> {
        std::future::poll_fn(|_| std::task::Poll::Ready(Some(())))
    }
}

#[test]
fn a_zero_sized_future_needs_no_memory() {
    let mut boxing = SourceBox::new(Boxing::new(ZeroSized));
    assert_eq!(
        allocations(|| assert_eq!(block_on(boxing.next()), Some(()))),
        0
    );
    let mut inline = SourceBox::new(Inline::<0, _>::new(ZeroSized));
    assert_eq!(block_on(inline.next()), Some(()));
    let mut scratch = SourceBox::new_with(Scratch::<0, _>::new(ZeroSized), Space::<0>::new());
    assert_eq!(block_on(scratch.next()), Some(()));
    let mut cached = SourceBox::new(Cached::new(ZeroSized));
    assert_eq!(block_on(cached.next()), Some(()));
}

#[test]
fn a_call_borrows_its_arguments_and_its_output_borrows_the_object() {
    #[dyn_async]
    trait Line {
        async fn read<'b>(&mut self, buffer: &'b mut [u8], limit: &usize) -> &'b [u8];
        async fn last(&self, prefix: &str) -> &str;
    }
    struct Text(String);
    impl Line for Text {
        async fn read<'b>(&mut self, buffer: &'b mut [u8], limit: &usize) -> &'b [u8] {
            yield_now().await;
            let read = self.0.len().min(*limit);
            buffer[..read].copy_from_slice(&self.0.as_bytes()[..read]);
            &buffer[..read]
        }

        async fn last(&self, prefix: &str) -> &str {
            yield_now().await;
            self.0.strip_prefix(prefix).unwrap_or_default()
        }
    }
    let mut cached = Cached::new(Text("water 17".into()));
    let mut line = LineMut::new(&mut cached);
    let mut buffer = [0; 16];
    let read = block_on(line.read(&mut buffer, &5));
    let last = block_on(line.last(&String::from("water ")));
    assert_eq!((read, last), (&b"water"[..], "17"));
}

#[test]
fn calls_with_a_shared_reference_run_at_once_and_recursively() {
    #[dyn_async]
    trait Tree {
        async fn sum(&self, depth: u32) -> u32;
    }
    struct Both<'t>(Option<TreeRef<'t>>);
    impl Tree for Both<'_> {
        async fn sum(&self, depth: u32) -> u32 {
            yield_now().await;
            let Some(below) = &self.0 else { return depth };
            let mut left = pin!(below.sum(depth + 1));
            let mut right = pin!(below.sum(depth + 2));
            assert!(left.as_mut().poll(&mut noop()).is_pending());
            assert!(right.as_mut().poll(&mut noop()).is_pending());
            right.await + left.await
        }
    }
    let leaf = Cached::new(Both(None));
    let node = Boxing::new(Both(Some(TreeRef::new(&leaf))));
    let root = Cached::new(Both(Some(TreeRef::new(&node))));
    // 2 + 3 on the left, 3 + 4 on the right.
    assert_eq!(block_on(TreeRef::new(&root).sum(0)), 12);
}

#[test]
fn a_call_that_panics_drops_its_future_and_gives_its_storage_back() {
    struct Notes<'c>(&'c Cell<u32>);
    impl Drop for Notes<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let (drops, calls) = (Cell::new(0), Cell::new(0));
    with_each_adapter!(
        From(async || {
            let _local = Notes(&drops);
            yield_now().await;
            calls.set(calls.get() + 1);
            assert!(calls.get() != 1, "the first call");
            Some(7)
        }),
        |name, object| {
            drops.set(0);
            calls.set(0);
            panics(|| block_on(object.next()));
            assert_eq!(drops.get(), 1, "{name}");
            assert_eq!(block_on(object.next()), Some(7), "{name}");
            assert_eq!(drops.get(), 2, "{name}");
        }
    );
}

#[test]
fn a_call_that_panics_before_its_future_exists_gives_its_storage_back() {
    struct Eager<'c>(&'c Cell<u32>);
    impl Source for Eager<'_> {
        type Item = u32;

        fn next(&mut self) -> impl Future<Output = Option<u32>> {
            let calls = self.0.get() + 1;
            self.0.set(calls);
            assert!(calls != 1, "the first call");
            std::future::ready(Some(calls))
        }
    }
    let calls = Cell::new(0);
    with_each_adapter!(Eager(&calls), |name, object| {
        calls.set(0);
        panics(|| block_on(object.next()));
        assert_eq!(block_on(object.next()), Some(2), "{name}");
    });
}

#[test]
fn a_call_drops_its_values_in_the_order_of_a_static_call() {
    struct Named<'l>(&'static str, &'l RefCell<Vec<&'static str>>);
    impl Drop for Named<'_> {
        fn drop(&mut self) {
            self.1.borrow_mut().push(self.0);
        }
    }
    async fn run(source: &mut impl Source, log: &RefCell<Vec<&'static str>>) {
        let output = source.next().await;
        log.borrow_mut().push("ready");
        drop(output);
    }
    let log = RefCell::new(Vec::new());
    let source = || {
        From(async || {
            let _first = Named("first", &log);
            yield_now().await;
            let _second = Named("second", &log);
            yield_now().await;
            Some(Named("output", &log))
        })
    };
    block_on(run(&mut source(), &log));
    let expected = log.take();
    assert_eq!(expected, ["second", "first", "ready", "output"]);
    with_each_adapter!(source(), |name, object| {
        block_on(run(&mut object, &log));
        assert_eq!(log.take(), expected, "{name}");
    });
}

#[test]
fn a_call_that_is_polled_after_it_was_ready_panics() {
    with_each_adapter!(From(async || Some(1)), |_name, object| {
        let mut call = pin!(object.next());
        assert!(call.as_mut().poll(&mut noop()).is_ready());
        panics(|| call.as_mut().poll(&mut noop()));
    });
}
