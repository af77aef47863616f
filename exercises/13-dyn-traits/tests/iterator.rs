//! The promises of the exercise `iterator`.

use std::cell::Cell;
use std::future::poll_fn;
use std::mem;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use dyn_traits_exercises::iterator::{Adapter, AsyncIterator, DynIterator};

mod counting;
use counting::count;

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        let mut cx = Context::from_waker(Waker::noop());
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

/// Waits once before each value. It counts its calls of `nth`.
struct Numbers {
    next: u32,
    end: u32,
    jumps: Rc<Cell<u32>>,
}

impl Numbers {
    fn to(end: u32) -> Numbers {
        Numbers { next: 0, end, jumps: Rc::default() }
    }
}

impl AsyncIterator for Numbers {
    type Item = u32;

    async fn next(&mut self) -> Option<u32> {
        let mut waited = false;
        poll_fn(|_| {
            let ready = mem::replace(&mut waited, true);
            if ready { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        self.next += 1;
        (self.next <= self.end).then_some(self.next)
    }

    async fn nth(&mut self, n: usize) -> Option<u32> {
        self.jumps.set(self.jumps.get() + 1);
        self.next += u32::try_from(n).ok()?;
        self.next().await
    }
}

/// Doubles the values of any iterator, and leaves out those that are too large.
struct Doubled<I>(I);

impl<I: AsyncIterator<Item = u32>> AsyncIterator for Doubled<I> {
    type Item = u32;

    async fn next(&mut self) -> Option<u32> {
        loop {
            let double = self.0.next().await?.checked_mul(2);
            if double.is_some() {
                return double;
            }
        }
    }
}

async fn sum(iterator: &mut (impl AsyncIterator<Item = u32> + ?Sized)) -> u32 {
    let mut sum = 0;
    while let Some(value) = iterator.next().await {
        sum += value;
    }
    sum
}

fn both<I: AsyncIterator<Item = u32> + 'static>(
    iterator: impl Fn() -> I,
) -> [Box<dyn DynIterator<Item = u32>>; 2] {
    [true, false].map(|keep| {
        let object: Box<dyn DynIterator<Item = u32>> =
            Box::new(Adapter::new(iterator(), keep));
        object
    })
}

#[test]
fn an_object_gives_the_values_of_its_iterator() {
    for mut object in both(|| Numbers::to(4)) {
        assert_eq!(run(sum(&mut *object)), 10, "the sum of the values");
        assert_eq!(
            run(DynIterator::next(&mut *object)),
            None,
            "the iterator is at its end"
        );
    }
}

#[test]
fn an_adapter_takes_an_iterator_of_an_iterator() {
    for mut object in both(|| Doubled(Numbers::to(4))) {
        assert_eq!(run(sum(&mut *object)), 20, "the sum of the values");
    }
}

#[test]
fn with_keep_all_calls_share_one_box() {
    let mut object = Adapter::new(Numbers::to(10), true);
    let first = count(|| {
        assert_eq!(run(DynIterator::next(&mut object)), Some(1), "the first value");
    });
    assert_eq!(first, (1, 0), "allocated and freed by the first call");
    let object: &mut dyn DynIterator<Item = u32> = &mut object;
    let later = count(|| assert_eq!(run(sum(object)), 54, "the sum of the other values"));
    assert_eq!(later, (0, 0), "allocated and freed by all later calls");
}

#[test]
fn without_keep_each_call_has_a_box_that_is_freed() {
    let mut object = Adapter::new(Numbers::to(10), false);
    let object: &mut dyn DynIterator<Item = u32> = &mut object;
    // Ten values, and the end.
    let calls = count(|| assert_eq!(run(sum(object)), 55, "the sum of the values"));
    assert_eq!(calls, (11, 11), "allocated and freed by eleven calls");
}

#[test]
fn nth_makes_the_same_choice_as_next() {
    for (keep, each) in [(true, (0, 0)), (false, (1, 1))] {
        let mut object = Adapter::new(Numbers::to(10), keep);
        // With `keep`, this call allocates the box.
        assert_eq!(
            run(DynIterator::nth(&mut object, 1)),
            Some(2),
            "one value is left out"
        );
        let calls = count(|| {
            assert_eq!(
                run(DynIterator::nth(&mut object, 1)),
                Some(4),
                "one more value is left out"
            );
        });
        assert_eq!(calls, each, "allocated and freed by `nth`, keep is {keep}");
    }
}

#[test]
fn the_object_leaves_out_values_too() {
    for mut object in both(|| Numbers::to(10)) {
        let object: &mut dyn DynIterator<Item = u32> = &mut *object;
        assert_eq!(run(AsyncIterator::nth(object, 0)), Some(1), "no value is left out");
        assert_eq!(
            run(AsyncIterator::nth(object, 3)),
            Some(5),
            "three values are left out"
        );
        assert_eq!(run(AsyncIterator::nth(object, 9)), None, "only five values are left");
    }
}

#[test]
fn an_object_uses_the_nth_of_its_iterator() {
    for keep in [true, false] {
        let jumps = Rc::new(Cell::new(0));
        let numbers = Numbers { next: 0, end: 9, jumps: Rc::clone(&jumps) };
        let mut object: Box<dyn DynIterator<Item = u32>> =
            Box::new(Adapter::new(numbers, keep));
        assert_eq!(
            run(AsyncIterator::nth(&mut *object, 4)),
            Some(5),
            "four values are left out"
        );
        assert_eq!(jumps.get(), 1, "calls of the iterator's own `nth`");
    }
}
