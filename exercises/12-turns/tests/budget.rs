//! The promises of `Budget`.

use std::future::{Pending, Ready, pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use turns_exercises::budget::{Budget, Leaf};

/// Counts its wakes.
#[derive(Default)]
struct Wakes(AtomicU32);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Awaits ready leaves for ever, and counts them.
async fn greedy(budget: Budget, count: Arc<AtomicU32>) {
    loop {
        let leaf: Leaf<Ready<()>> = budget.leaf(ready(()));
        leaf.await;
        count.fetch_add(1, Ordering::Relaxed);
        assert!(count.load(Ordering::Relaxed) < 1000, "this task never yields");
    }
}

/// Polls a ready leaf once. Says whether the budget allowed it.
fn spend_one(budget: &Budget, cx: &mut Context<'_>) -> bool {
    pin!(budget.leaf(ready(()))).poll(cx).is_ready()
}

#[test]
fn a_task_yields_when_its_budget_is_spent() {
    let (budget, count) = (Budget::default(), Arc::new(AtomicU32::new(0)));
    let mut task = pin!(greedy(budget.clone(), Arc::clone(&count)));
    let mut cx = Context::from_waker(Waker::noop());
    for polls in 1..=3 {
        assert!(budget.poll_task(8, task.as_mut(), &mut cx).is_pending());
        assert_eq!(
            count.load(Ordering::Relaxed),
            8 * polls,
            "leaves that were ready after {polls} polls with 8 units each"
        );
    }
}

#[test]
fn a_leaf_without_budget_wakes_its_task() {
    let (budget, wakes) = (Budget::default(), Arc::new(Wakes::default()));
    let mut task = pin!(greedy(budget.clone(), Arc::default()));
    let waker = Waker::from(Arc::clone(&wakes));
    let polled = budget.poll_task(8, task.as_mut(), &mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    assert_eq!(wakes.0.load(Ordering::Relaxed), 1, "the task must be polled again");
}

#[test]
fn a_leaf_that_waits_spends_nothing() {
    let budget = Budget::default();
    let mut leaves: Vec<Leaf<Pending<()>>> =
        (0..20).map(|_| budget.leaf(pending())).collect();
    let inner = budget.clone();
    let mut task = pin!(poll_fn(|cx| {
        for leaf in &mut leaves {
            assert!(pin!(leaf).poll(cx).is_pending());
        }
        Poll::Ready(inner.left())
    }));
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(
        budget.poll_task(8, task.as_mut(), &mut cx),
        Poll::Ready(Some(8)),
        "units that are left of 8"
    );
}

#[test]
fn a_task_that_polls_another_task_keeps_its_own_budget() {
    let budget = Budget::default();
    let inside = budget.clone();
    let mut outer = pin!(poll_fn(|cx| {
        let mut leaf: Leaf<Ready<()>> = inside.leaf(ready(()));
        assert!(pin!(&mut leaf).poll(cx).is_ready());
        let mut inner = pin!(ready(()));
        assert!(inside.poll_task(100, inner.as_mut(), cx).is_ready());
        Poll::Ready(inside.left())
    }));
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(
        budget.poll_task(8, outer.as_mut(), &mut cx),
        Poll::Ready(Some(7)),
        "units that are left of the outer task's 8"
    );
    assert_eq!(budget.left(), None, "no task is polled any more, so there is no budget");
}

#[test]
fn a_leaf_in_a_leaf_spends_two_units() {
    let budget = Budget::default();
    let inside = budget.clone();
    let mut task = pin!(poll_fn(|cx| {
        let mut leaf = inside.leaf(inside.leaf(ready(())));
        assert!(pin!(&mut leaf).poll(cx).is_ready());
        Poll::Ready(inside.left())
    }));
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(
        budget.poll_task(8, task.as_mut(), &mut cx),
        Poll::Ready(Some(6)),
        "units that are left of 8"
    );
}

#[test]
fn a_leaf_in_a_leaf_may_spend_the_last_unit() {
    let budget = Budget::default();
    let inside = budget.clone();
    let mut task = pin!(poll_fn(|cx| {
        let mut leaf = inside.leaf(inside.leaf(ready(())));
        assert!(pin!(&mut leaf).poll(cx).is_ready(), "there was a unit at its start");
        Poll::Ready(inside.left())
    }));
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(
        budget.poll_task(1, task.as_mut(), &mut cx),
        Poll::Ready(Some(0)),
        "units that are left of 1"
    );
}

#[test]
fn outside_of_a_task_leaves_are_free() {
    let budget = Budget::default();
    let mut cx = Context::from_waker(Waker::noop());
    for number in 0..3 {
        assert!(
            spend_one(&budget, &mut cx),
            "no task is polled, and leaf {number} waits"
        );
        assert_eq!(budget.left(), None, "no task is polled, so there is no budget");
    }
}

#[test]
fn a_spent_budget_stays_spent_until_the_end_of_the_poll() {
    let budget = Budget::default();
    let inside = budget.clone();
    let mut task = pin!(poll_fn(|cx| {
        let ready: Vec<_> = (0..5).map(|_| spend_one(&inside, cx)).collect();
        Poll::Ready(ready)
    }));
    let mut cx = Context::from_waker(Waker::noop());
    let expected = vec![true, true, false, false, false];
    assert_eq!(
        budget.poll_task(2, task.as_mut(), &mut cx),
        Poll::Ready(expected),
        "which of five leaves were ready, with 2 units"
    );
}

#[test]
fn a_task_without_units_polls_no_leaf() {
    let budget = Budget::default();
    let inside = budget.clone();
    let mut task = pin!(poll_fn(|cx| Poll::Ready(spend_one(&inside, cx))));
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(
        budget.poll_task(0, task.as_mut(), &mut cx),
        Poll::Ready(false),
        "whether a leaf was ready, with 0 units"
    );
}

#[test]
fn an_inner_task_and_an_outer_task_spend_their_own_units() {
    let budget = Budget::default();
    let (outside, inside) = (budget.clone(), budget.clone());
    let mut outer = pin!(poll_fn(|cx| {
        let mut inner = pin!(poll_fn(|cx| {
            assert_eq!(inside.left(), Some(100), "the inner task got 100 units");
            assert!(
                (0..5).all(|_| spend_one(&inside, cx)),
                "the inner task had 100 units, and one of 5 leaves was not ready"
            );
            Poll::Ready(inside.left())
        }));
        let left = outside.poll_task(100, inner.as_mut(), cx);
        assert_eq!(left, Poll::Ready(Some(95)), "the inner task has spent 5 of 100");
        Poll::Ready(outside.left())
    }));
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(
        budget.poll_task(8, outer.as_mut(), &mut cx),
        Poll::Ready(Some(8)),
        "the outer task had 8 units, and has spent none"
    );
}

#[test]
fn after_a_panic_the_budget_is_what_it_was_before() {
    let budget = Budget::default();
    let inside = budget.clone();
    let mut outer = pin!(poll_fn(|cx| {
        let mut inner = pin!(poll_fn(|_| -> Poll<()> { panic!("part of the test") }));
        let poll = AssertUnwindSafe(|| inside.poll_task(3, inner.as_mut(), cx));
        assert!(catch_unwind(poll).is_err(), "the panic of the inner task must go on");
        Poll::Ready(inside.left())
    }));
    let mut cx = Context::from_waker(Waker::noop());
    assert_eq!(
        budget.poll_task(8, outer.as_mut(), &mut cx),
        Poll::Ready(Some(8)),
        "an inner task has panicked, and the outer task had 8 units"
    );
    assert_eq!(budget.left(), None, "no task is polled any more");
}
