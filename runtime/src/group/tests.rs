//! The group by itself: who is polled, how often, and who is woken.

use super::{FuturesUnordered, Group};
use crate::sync::testing::{Count, at_once, glance, poll, strangers};
use std::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// A future that a test opens, that counts its polls and keeps its waker.
#[derive(Clone, Default)]
struct StableSlot(Rc<Inside>);

#[derive(Default)]
struct Inside {
    open: Cell<bool>,
    polls: Cell<usize>,
    waker: RefCell<Option<Waker>>,
}

impl StableSlot {
    fn open(&self) {
        self.0.open.set(true);
        self.wake();
    }

    fn wake(&self) {
        let waker = self.0.waker.borrow().clone();
        waker.expect("polled before").wake();
    }

    fn polls(&self) -> usize {
        self.0.polls.get()
    }
}

impl Future for StableSlot {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.polls.set(self.0.polls.get() + 1);
        *self.0.waker.borrow_mut() = Some(context.waker().clone());
        if self.0.open.get() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

fn gates(count: usize) -> (Vec<StableSlot>, FuturesUnordered<StableSlot>) {
    let gates: Vec<_> = (0..count).map(|_| StableSlot::default()).collect();
    let group = gates.iter().cloned().collect();
    (gates, group)
}

fn polls(gates: &[StableSlot]) -> Vec<usize> {
    gates.iter().map(StableSlot::polls).collect()
}

#[test]
fn an_empty_group_is_over_and_may_be_filled_again() {
    let mut group = FuturesUnordered::new();
    assert_eq!(at_once(group.next()), None);
    group.push(ready(1));
    assert_eq!(at_once(group.next()), Some(1));
    assert_eq!(at_once(group.next()), None);
}

#[test]
fn only_who_was_woken_is_polled() {
    let (gates, mut group) = gates(4);
    assert!(glance(pin!(group.next())).is_pending());
    assert_eq!(polls(&gates), [1; 4]);
    gates[2].wake();
    assert!(glance(pin!(group.next())).is_pending());
    assert_eq!(polls(&gates), [1, 1, 2, 1]);
    assert!(glance(pin!(group.next())).is_pending());
    assert_eq!(polls(&gates), [1, 1, 2, 1], "a poll that nobody asked for");
}

#[test]
fn outputs_come_in_the_order_of_the_wakes() {
    let mut group = FuturesUnordered::new();
    let gates: Vec<_> = (0..3).map(|_| StableSlot::default()).collect();
    for (name, gate) in gates.iter().cloned().enumerate() {
        group.push(async move {
            gate.await;
            name
        });
    }
    assert!(glance(pin!(group.next())).is_pending());
    for name in [2, 0, 1] {
        gates[name].open();
    }
    assert_eq!(at_once(group.next()), Some(2));
    assert_eq!(at_once(group.next()), Some(0));
    assert_eq!(at_once(group.next()), Some(1));
    assert_eq!(at_once(group.next()), None);
}

#[test]
fn it_grows_while_it_is_waited_for() {
    let (gates, mut group) = gates(1);
    assert!(glance(pin!(group.next())).is_pending());
    let late = StableSlot::default();
    group.push(late.clone());
    assert!(glance(pin!(group.next())).is_pending());
    assert_eq!((gates[0].polls(), late.polls()), (1, 1));
    late.open();
    assert_eq!(at_once(group.next()), Some(()));
    assert_eq!(group.len(), 1);
}

#[test]
fn trap_03_many_wakes_of_one_member_wake_the_waiter_once() {
    let (gates, mut group) = gates(2);
    let (waker, count) = Count::waker();
    assert!(poll(pin!(group.next()), &waker).is_pending());
    gates.iter().for_each(StableSlot::wake);
    gates.iter().for_each(StableSlot::wake);
    assert_eq!(count.wakes(), 1);
    assert!(poll(pin!(group.next()), &waker).is_pending());
    assert_eq!(polls(&gates), [2; 2]);
}

#[test]
fn the_last_who_waits_is_the_one_who_is_woken() {
    let (gates, mut group) = gates(1);
    let wakers = [Count::waker(), Count::waker()];
    for (waker, _) in &wakers {
        assert!(poll(pin!(group.next()), waker).is_pending());
    }
    gates[0].open();
    assert_eq!([wakers[0].1.wakes(), wakers[1].1.wakes()], [0, 1]);
}

#[test]
fn trap_02_a_wake_after_the_end_wakes_nobody() {
    let (gates, mut group) = gates(2);
    assert!(glance(pin!(group.next())).is_pending());
    gates[0].open();
    assert_eq!(at_once(group.next()), Some(()));
    let (waker, count) = Count::waker();
    assert!(poll(pin!(group.next()), &waker).is_pending());
    gates[0].wake();
    assert_eq!(count.wakes(), 0);
    // Not even when another has taken the place.
    let next = StableSlot::default();
    group.push(next.clone());
    assert!(poll(pin!(group.next()), &waker).is_pending());
    gates[0].wake();
    assert_eq!((count.wakes(), next.polls()), (0, 1));
    next.wake();
    assert_eq!(count.wakes(), 1);
}

#[test]
fn trap_08_a_waker_may_outlive_the_group() {
    let (gates, mut group) = gates(1);
    let (waker, count) = Count::waker();
    assert!(poll(pin!(group.next()), &waker).is_pending());
    drop(group);
    gates[0].wake();
    assert_eq!(gates[0].polls(), 1);
    assert!(count.wakes() <= 1, "the task is woken in vain at most");
}

#[test]
fn a_place_is_used_again_with_its_waker_if_nobody_kept_that() {
    let mut group = FuturesUnordered::new();
    let mut wakers = Vec::new();
    for keeps in [false, false, true, true] {
        group.push(poll_fn(move |context| {
            Poll::Ready((
                keeps.then(|| context.waker().clone()),
                context.waker().data(),
            ))
        }));
        let (kept, data) = at_once(group.next()).unwrap();
        wakers.push((kept, data));
    }
    assert_eq!(wakers[0].1, wakers[1].1);
    assert_eq!(wakers[1].1, wakers[2].1);
    assert_ne!(wakers[2].1, wakers[3].1, "somebody has the third");
}

#[test]
fn trap_19_a_member_that_wakes_itself_is_polled_once_at_most() {
    let polls = Cell::new(0);
    let mut group = FuturesUnordered::new();
    group.push(poll_fn(|context| {
        polls.set(polls.get() + 1);
        context.waker().wake_by_ref();
        Poll::<()>::Pending
    }));
    let (waker, count) = Count::waker();
    for turn in 1..4 {
        let before = count.wakes();
        assert!(poll(pin!(group.next()), &waker).is_pending());
        assert_eq!(polls.get(), turn);
        assert!(count.wakes() > before, "it wants to be polled again");
    }
}

#[test]
fn trap_19_a_member_that_wakes_itself_does_not_keep_others_from_their_turn() {
    let (gates, mut group) = gates(2);
    let polls = Cell::new(0);
    let mut all = FuturesUnordered::<Pin<Box<dyn Future<Output = ()> + '_>>>::new();
    all.push(Box::pin(poll_fn(|context| {
        polls.set(polls.get() + 1);
        context.waker().wake_by_ref();
        Poll::Pending
    })));
    all.push(Box::pin(async { group.next().await.unwrap() }));
    assert!(poll(pin!(all.next()), Waker::noop()).is_pending());
    gates[1].open();
    assert!(poll(pin!(all.next()), Waker::noop()).is_ready());
    assert_eq!(polls.get(), 2);
}

#[test]
fn trap_19_a_spent_budget_polls_nobody_in_vain() {
    use crate::budget;

    let (gates, mut group) = gates(100);
    let (waker, count) = Count::waker();
    budget::with_budget(|| {
        while !budget::is_spent() {
            budget::spend();
        }
        assert!(poll(pin!(group.next()), &waker).is_pending());
    });
    assert_eq!(polls(&gates), [0; 100]);
    assert!(count.wakes() >= 1, "the task comes back");
    assert!(poll(pin!(group.next()), &waker).is_pending());
    assert_eq!(polls(&gates), [1; 100], "and they have kept their turn");
}

#[test]
fn trap_06_a_future_that_panics_goes_and_the_others_stay() {
    let mut group = FuturesUnordered::new();
    for name in 0..3 {
        group.push(async move {
            assert_ne!(name, 1, "ouch");
            name
        });
    }
    assert_eq!(at_once(group.next()), Some(0));
    let panicked = catch_unwind(AssertUnwindSafe(|| at_once(group.next())));
    assert!(panicked.is_err());
    assert_eq!(at_once(group.next()), Some(2));
    assert_eq!(at_once(group.next()), None);
}

#[test]
fn trap_06_a_waiter_that_panics_loses_no_member() {
    let (gates, mut group) = gates(1);
    assert!(poll(pin!(group.next()), &strangers::panicking()).is_pending());
    let panicked = catch_unwind(AssertUnwindSafe(|| gates[0].open()));
    assert!(panicked.is_err());
    assert_eq!(at_once(group.next()), Some(()));
}

#[test]
fn trap_10_wakers_and_destructors_may_call_back() {
    thread_local! {
        static OUTER: RefCell<Option<Waker>> = const { RefCell::new(None) };
    }
    // Every function of this waker wakes a member of the group it waits for.
    fn meddle() {
        let waker = OUTER.with_borrow(Clone::clone);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
    let mut group = Group::new();
    group.insert(());
    let meddler = strangers::meddling(meddle);
    for _ in 0..3 {
        let context = Context::from_waker(&meddler);
        let _ = group.poll_next(&context, |(), context| {
            OUTER.set(Some(context.waker().clone()));
            Poll::<()>::Pending
        });
        meddle();
    }
    drop(group);
    // It is the last that holds the list of the group, and with it the meddler. Not
    // dropped in `set`, under the borrow.
    drop(OUTER.take());
}

#[test]
fn dropping_it_drops_all_of_them_wherever_their_wakers_are() {
    let own = Arc::new(());
    let mut group: FuturesUnordered<_> = (0..3)
        .map(|_| {
            let own = Arc::clone(&own);
            let gate = StableSlot::default();
            async move {
                gate.await;
                drop(own);
            }
        })
        .collect();
    assert!(glance(pin!(group.next())).is_pending());
    assert_eq!(Arc::strong_count(&own), 4);
    group.clear();
    assert_eq!(Arc::strong_count(&own), 1);
}

#[test]
fn an_empty_group_is_terminated_when_it_has_said_so() {
    use futures_util::stream::FusedStream;

    let mut group = FuturesUnordered::new();
    assert!(!group.is_terminated());
    assert!(at_once(group.next()).is_none());
    assert!(group.is_terminated());
    group.push(ready(1));
    assert!(!group.is_terminated());
    assert_eq!(at_once(group.next()), Some(1));
    assert!(!group.is_terminated());
}
