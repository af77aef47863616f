//! The promises of `Budget`.

use std::future::{Pending, Ready, pending, poll_fn, ready};
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

#[test]
fn a_task_yields_when_its_budget_is_spent() {
    let (budget, count) = (Budget::default(), Arc::new(AtomicU32::new(0)));
    let mut task = pin!(greedy(budget.clone(), Arc::clone(&count)));
    let mut cx = Context::from_waker(Waker::noop());
    for polls in 1..=3 {
        assert!(budget.poll_task(8, task.as_mut(), &mut cx).is_pending());
        assert_eq!(count.load(Ordering::Relaxed), 8 * polls);
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
    assert_eq!(budget.poll_task(8, task.as_mut(), &mut cx), Poll::Ready(Some(8)));
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
    assert_eq!(budget.poll_task(8, outer.as_mut(), &mut cx), Poll::Ready(Some(7)));
    assert_eq!(budget.left(), None);
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
    assert_eq!(budget.poll_task(8, task.as_mut(), &mut cx), Poll::Ready(Some(6)));
}
