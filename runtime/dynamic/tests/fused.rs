//! Methods with `#[dyn_async(fused)]`.

mod common;

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    rc::Rc,
    task::Poll,
};

use common::*;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[dyn_async]
trait Queue {
    type Item;

    #[dyn_async(fused)]
    async fn next(&mut self) -> Option<Self::Item>;

    /// Not fused.
    async fn reset(&mut self);
}

/// Calls a closure for each item.
struct Calls<F>(F);

impl<T, F: AsyncFnMut() -> Option<T>> Queue for Calls<F> {
    type Item = T;

    async fn next(&mut self) -> Option<T> {
        (self.0)().await
    }

    async fn reset(&mut self) {
        yield_now().await;
    }
}

/// Runs the body once with each adapter that serves fused methods. `$object` is a `QueueBox`.
macro_rules! with_each {
    ($value:expr, |$name:ident, $object:ident| $body:block) => {{
        {
            let ($name, mut $object) = ("Boxing", QueueBox::new(Boxing::new($value)));
            $body
        }
        {
            let ($name, mut $object) = ("Cached", QueueBox::new(Cached::new($value)));
            $body
        }
        {
            let ($name, mut $object) = ("Pool", QueueBox::new(Pool::new($value)));
            $body
        }
        {
            let ($name, mut $object) = ("Inline", QueueBox::new(Inline::<256, _>::new($value)));
            $body
        }
        Stack::new().enter(|| {
            let ($name, mut $object) = ("SideStack", QueueBox::new(SideStack::new($value)));
            $body
        });
        {
            let adapter = BoxingIn::new($value, &TestAllocator);
            let ($name, mut $object) = ("BoxingIn", QueueBox::new(adapter));
            $body
        }
    }};
}

#[test]
fn a_fused_call_returns_what_the_method_returns() {
    for waits in [0, 1, 3] {
        let mut last = 0;
        with_each!(
            Calls(async || {
                for _ in 0..waits {
                    yield_now().await;
                }
                last += 1;
                Some(last)
            }),
            |name, object| {
                let first = block_on(object.next()).unwrap();
                block_on(object.reset());
                assert_eq!(block_on(object.next()), Some(first + 1), "{name}");
            }
        );
    }
}

#[test]
fn a_fused_call_starts_with_its_first_poll() {
    let starts = Cell::new(0);
    with_each!(
        Calls(async || {
            starts.set(starts.get() + 1);
            Some(())
        }),
        |name, object| {
            starts.set(0);
            drop(object.next());
            assert_eq!(starts.get(), 0, "{name}");
            assert_eq!(block_on(object.next()), Some(()), "{name}");
            assert_eq!(starts.get(), 1, "{name}");
        }
    );
}

#[test]
fn each_poll_of_a_fused_call_polls_the_method_once() {
    let polls = Cell::new(0);
    with_each!(
        Calls(async || poll_fn(|_| {
            polls.set(polls.get() + 1);
            if polls.get() % 3 == 0 {
                Poll::Ready(Some(polls.get()))
            } else {
                Poll::Pending
            }
        })
        .await),
        |name, object| {
            polls.set(0);
            let mut call = pin!(object.next());
            for expected in [Poll::Pending, Poll::Pending, Poll::Ready(Some(3))] {
                assert_eq!(call.as_mut().poll(&mut noop()), expected, "{name}");
            }
        }
    );
}

#[test]
fn a_fused_call_that_is_cancelled_drops_its_future_and_gives_its_storage_back() {
    let alive = Rc::new(());
    with_each!(
        Calls(async || {
            let guard = Rc::clone(&alive);
            yield_now().await;
            Some(Rc::strong_count(&guard))
        }),
        |name, object| {
            {
                let mut call = pin!(object.next());
                assert!(call.as_mut().poll(&mut noop()).is_pending());
                assert_eq!(Rc::strong_count(&alive), 2, "{name}");
            }
            assert_eq!(Rc::strong_count(&alive), 1, "{name}");
            // `Inline` would panic here if its storage were still busy.
            assert_eq!(block_on(object.next()), Some(2), "{name}");
        }
    );
}

/// The future of a type of ours. It is ready at once, and then its destructor panics.
struct ReadyThenPanics<'c>(&'c Cell<u32>);

impl Future for ReadyThenPanics<'_> {
    type Output = Option<u32>;

    fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> Poll<Option<u32>> {
        Poll::Ready(Some(1))
    }
}

impl Drop for ReadyThenPanics<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
        assert!(self.0.get() != 1, "the destructor of the future");
    }
}

struct ByHand<'c>(&'c Cell<u32>);

impl Queue for ByHand<'_> {
    type Item = u32;

    fn next(&mut self) -> impl Future<Output = Option<u32>> {
        ReadyThenPanics(self.0)
    }

    async fn reset(&mut self) {}
}

#[test]
fn a_destructor_that_panics_after_the_first_poll_runs_once_and_gives_the_storage_back() {
    let drops = Cell::new(0);
    with_each!(ByHand(&drops), |name, object| {
        drops.set(0);
        let panicked = catch_unwind(AssertUnwindSafe(|| block_on(object.next())));
        assert!(panicked.is_err(), "{name}");
        assert_eq!(drops.get(), 1, "{name}");
        assert_eq!(block_on(object.next()), Some(1), "{name}");
    });
}

/// Writes its name when it is dropped.
struct Log<'d>(&'d RefCell<Vec<&'static str>>, &'static str);

impl Drop for Log<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push(self.1);
    }
}

#[test]
fn a_panic_in_the_first_poll_drops_the_future_once() {
    let dropped = RefCell::new(Vec::new());
    let panics = Cell::new(true);
    with_each!(
        Calls(async || {
            let _first = Log(&dropped, "first");
            let _second = Log(&dropped, "second");
            assert!(!panics.get(), "the method");
            Some(())
        }),
        |name, object| {
            panics.set(true);
            dropped.borrow_mut().clear();
            let mut call = Box::pin(object.next());
            let mut poll = || call.as_mut().poll(&mut noop());
            assert!(catch_unwind(AssertUnwindSafe(&mut poll)).is_err(), "{name}");
            assert_eq!(*dropped.borrow(), ["second", "first"], "{name}");
            // The call is finished now.
            assert!(catch_unwind(AssertUnwindSafe(&mut poll)).is_err(), "{name}");
            drop(call);
            assert_eq!(dropped.borrow().len(), 2, "{name}");
            panics.set(false);
            assert_eq!(block_on(object.next()), Some(()), "{name}");
        }
    );
}

#[test]
fn a_fused_call_that_is_polled_after_it_was_ready_panics() {
    with_each!(Calls(async || Some(1)), |name, object| {
        let mut call = pin!(object.next());
        assert!(call.as_mut().poll(&mut noop()).is_ready());
        let again = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut noop())));
        assert!(again.is_err(), "{name}");
    });
}

#[test]
fn a_fused_call_that_is_ready_at_once_allocates_only_what_its_adapter_allocates() {
    with_each!(Calls(async || Some(1)), |name, object| {
        block_on(object.next());
        let allocated = allocations(|| assert_eq!(block_on(object.next()), Some(1)));
        let boxes = ["Boxing", "BoxingIn"].contains(&name);
        assert_eq!(allocated, usize::from(boxes), "{name}");
    });
}

#[test]
fn fused_methods_take_arguments_and_run_at_once() {
    #[dyn_async]
    trait Store {
        #[dyn_async(fused)]
        async fn find<'k>(&self, key: &'k str, from: &[u32]) -> (&'k str, u32);

        #[dyn_async(fused, once)]
        async fn open(&self, name: String) -> usize;
    }

    struct Map(u32);

    impl Store for Map {
        async fn find<'k>(&self, key: &'k str, from: &[u32]) -> (&'k str, u32) {
            yield_now().await;
            (&key[1..], from[0] + self.0)
        }

        async fn open(&self, name: String) -> usize {
            yield_now().await;
            name.len()
        }
    }

    let adapter = Pool::new(Map(2));
    let store = StoreRef::new(&adapter);
    let (first, second) = ([1], [2]);
    let mut one = pin!(store.find("ab", &first));
    let mut other = pin!(store.find("cd", &second));
    assert!(one.as_mut().poll(&mut noop()).is_pending());
    assert!(other.as_mut().poll(&mut noop()).is_pending());
    assert_eq!(block_on(other), ("d", 4));
    assert_eq!(block_on(one), ("b", 3));
    assert_eq!(block_on(store.open("water".into())), 5);
}

#[test]
fn a_fused_call_of_a_send_trait_moves_to_another_thread() {
    #[dyn_async(Send)]
    trait Counter: Send {
        #[dyn_async(fused)]
        async fn add(&mut self, amount: u32) -> u32;
    }

    struct Plain(u32);

    impl Counter for Plain {
        async fn add(&mut self, amount: u32) -> u32 {
            yield_now().await;
            self.0 += amount;
            self.0
        }
    }

    fn check(mut counter: CounterBox<'_>) {
        let mut call = Box::pin(counter.add(2));
        assert!(call.as_mut().poll(&mut noop()).is_pending());
        let sum = std::thread::scope(|scope| scope.spawn(move || block_on(call)).join().unwrap());
        assert_eq!(sum, 2);
    }
    check(CounterBox::new(Boxing::new(Plain(0))));
    check(CounterBox::new(Cached::new(Plain(0))));
    check(CounterBox::new(Pool::new(Plain(0))));
    check(CounterBox::new(Inline::<64, _>::new(Plain(0))));
}
