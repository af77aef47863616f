//! The group by itself: which members are polled, how often, and which task is
//! woken.

use super::{FuturesUnordered, Group};
use crate::sync::testing::{Count, at_once, hostile_wakers, poll, poll_once};
use std::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// A future that is ready after the test opens it. It counts its polls and keeps its
/// waker.
#[derive(Clone, Default)]
struct Gate(Rc<Inside>);

#[derive(Default)]
struct Inside {
    open: Cell<bool>,
    polls: Cell<usize>,
    waker: RefCell<Option<Waker>>,
}

impl Gate {
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

impl Future for Gate {
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

fn gates(count: usize) -> (Vec<Gate>, FuturesUnordered<Gate>) {
    let gates: Vec<_> = (0..count).map(|_| Gate::default()).collect();
    let group = gates.iter().cloned().collect();
    (gates, group)
}

fn polls(gates: &[Gate]) -> Vec<usize> {
    gates.iter().map(Gate::polls).collect()
}

#[test]
fn an_empty_group_ends_and_can_be_filled_again() {
    let mut group = FuturesUnordered::new();
    assert_eq!(at_once(group.next()), None);
    group.push(ready(1));
    assert_eq!(at_once(group.next()), Some(1));
    assert_eq!(at_once(group.next()), None);
}

#[test]
fn only_woken_members_are_polled() {
    let (gates, mut group) = gates(4);
    assert!(poll_once(pin!(group.next())).is_pending());
    assert_eq!(polls(&gates), [1; 4]);
    gates[2].wake();
    assert!(poll_once(pin!(group.next())).is_pending());
    assert_eq!(polls(&gates), [1, 1, 2, 1]);
    assert!(poll_once(pin!(group.next())).is_pending());
    assert_eq!(polls(&gates), [1, 1, 2, 1], "a poll without a wake");
}

#[test]
fn outputs_come_in_the_order_of_the_wakes() {
    let mut group = FuturesUnordered::new();
    let gates: Vec<_> = (0..3).map(|_| Gate::default()).collect();
    for (name, gate) in gates.iter().cloned().enumerate() {
        group.push(async move {
            gate.await;
            name
        });
    }
    assert!(poll_once(pin!(group.next())).is_pending());
    for name in [2, 0, 1] {
        gates[name].open();
    }
    assert_eq!(at_once(group.next()), Some(2));
    assert_eq!(at_once(group.next()), Some(0));
    assert_eq!(at_once(group.next()), Some(1));
    assert_eq!(at_once(group.next()), None);
}

#[test]
fn a_future_can_be_pushed_between_two_polls() {
    let (gates, mut group) = gates(1);
    assert!(poll_once(pin!(group.next())).is_pending());
    let late = Gate::default();
    group.push(late.clone());
    assert!(poll_once(pin!(group.next())).is_pending());
    assert_eq!((gates[0].polls(), late.polls()), (1, 1));
    late.open();
    assert_eq!(at_once(group.next()), Some(()));
    assert_eq!(group.len(), 1);
}

#[test]
fn pitfall_03_many_wakes_of_one_member_wake_the_waiter_once() {
    let (gates, mut group) = gates(2);
    let (waker, count) = Count::waker();
    assert!(poll(pin!(group.next()), &waker).is_pending());
    gates.iter().for_each(Gate::wake);
    gates.iter().for_each(Gate::wake);
    assert_eq!(count.wakes(), 1);
    assert!(poll(pin!(group.next()), &waker).is_pending());
    assert_eq!(polls(&gates), [2; 2]);
}

#[test]
fn a_wake_wakes_the_last_task_that_polled_the_group() {
    let (gates, mut group) = gates(1);
    let wakers = [Count::waker(), Count::waker()];
    for (waker, _) in &wakers {
        assert!(poll(pin!(group.next()), waker).is_pending());
    }
    gates[0].open();
    assert_eq!([wakers[0].1.wakes(), wakers[1].1.wakes()], [0, 1]);
}

#[test]
fn pitfall_02_a_wake_for_a_member_that_is_gone_does_nothing() {
    let (gates, mut group) = gates(2);
    assert!(poll_once(pin!(group.next())).is_pending());
    gates[0].open();
    assert_eq!(at_once(group.next()), Some(()));
    let (waker, count) = Count::waker();
    assert!(poll(pin!(group.next()), &waker).is_pending());
    gates[0].wake();
    assert_eq!(count.wakes(), 0);
    // The next member gets the same key, and the late wake is not for it.
    let next = Gate::default();
    group.push(next.clone());
    assert!(poll(pin!(group.next()), &waker).is_pending());
    gates[0].wake();
    assert_eq!((count.wakes(), next.polls()), (0, 1));
    next.wake();
    assert_eq!(count.wakes(), 1);
}

#[test]
fn pitfall_08_a_waker_may_outlive_the_group() {
    let (gates, mut group) = gates(1);
    let (waker, count) = Count::waker();
    assert!(poll(pin!(group.next()), &waker).is_pending());
    drop(group);
    gates[0].wake();
    assert_eq!(gates[0].polls(), 1);
    assert_eq!(count.wakes(), 0, "the task does not wait any more");
}

#[test]
fn a_waker_serves_the_next_member_unless_a_clone_of_it_exists() {
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
    assert_ne!(wakers[2].1, wakers[3].1, "a clone of the third exists");
}

#[test]
fn pitfall_19_a_member_that_wakes_itself_is_polled_once_in_a_poll_of_the_group() {
    let polls = Cell::new(0);
    let mut group = FuturesUnordered::new();
    group.push(poll_fn(|context| {
        polls.set(polls.get() + 1);
        context.waker().wake_by_ref();
        Poll::<()>::Pending
    }));
    let (waker, count) = Count::waker();
    for round in 1..=3 {
        let wakes = count.wakes();
        assert!(poll(pin!(group.next()), &waker).is_pending());
        assert_eq!(polls.get(), round);
        assert!(count.wakes() > wakes, "the task is polled again");
    }
}

#[test]
fn pitfall_19_no_member_is_polled_while_the_budget_is_spent() {
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
    assert!(count.wakes() >= 1, "the task is polled again");
    assert!(poll(pin!(group.next()), &waker).is_pending());
    assert_eq!(polls(&gates), [1; 100], "the members stay in the batch");
}

#[test]
fn pitfall_06_a_future_that_panics_is_dropped_and_the_others_stay() {
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
fn pitfall_06_a_waiter_that_panics_loses_no_member() {
    let (gates, mut group) = gates(1);
    assert!(poll(pin!(group.next()), &hostile_wakers::panicking()).is_pending());
    let panicked = catch_unwind(AssertUnwindSafe(|| gates[0].open()));
    assert!(panicked.is_err());
    assert_eq!(at_once(group.next()), Some(()));
}

#[test]
fn pitfall_10_wakers_and_destructors_may_call_back() {
    thread_local! {
        static OUTER: RefCell<Option<Waker>> = const { RefCell::new(None) };
    }
    // Every function of this waker wakes a member of the group.
    fn meddle() {
        let waker = OUTER.with_borrow(Clone::clone);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
    let mut group = Group::new();
    group.insert(());
    let meddler = hostile_wakers::calling(meddle);
    for _ in 0..3 {
        let context = Context::from_waker(&meddler);
        let _ = group.poll_next(&context, |(), context| {
            OUTER.set(Some(context.waker().clone()));
            Poll::<()>::Pending
        });
        meddle();
    }
    drop(group);
    OUTER.set(None);
}

#[test]
fn clear_drops_all_futures_although_their_wakers_exist() {
    let own = Arc::new(());
    let mut group: FuturesUnordered<_> = (0..3)
        .map(|_| {
            let own = Arc::clone(&own);
            let gate = Gate::default();
            async move {
                gate.await;
                drop(own);
            }
        })
        .collect();
    assert!(poll_once(pin!(group.next())).is_pending());
    assert_eq!(Arc::strong_count(&own), 4);
    group.clear();
    assert_eq!(Arc::strong_count(&own), 1);
}

#[test]
fn an_empty_group_is_terminated_after_it_has_returned_none() {
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

#[test]
fn pitfall_11_a_waker_that_outlives_the_group_does_not_keep_the_task_that_waited() {
    let (gates, mut group) = gates(1);
    let (waker, count) = Count::waker();
    assert!(poll(pin!(group.next()), &waker).is_pending());
    drop((group, waker));
    assert_eq!(Arc::strong_count(&count), 1);
    assert!(gates[0].0.waker.borrow().is_some());
}

#[test]
fn members_that_wake_themselves_take_turns_with_members_that_are_ready() {
    let mut group = Group::new();
    for member in 0..3 {
        group.insert(member);
    }
    let mut polls = [0; 3];
    let context = Context::from_waker(Waker::noop());
    let mut next = || {
        group.poll_next(&context, |member, context| {
            polls[*member] += 1;
            context.waker().wake_by_ref();
            if polls[*member] == 3 {
                Poll::Ready(*member)
            } else {
                Poll::Pending
            }
        })
    };
    assert!(next().is_pending());
    assert!(next().is_pending());
    for member in 0..3 {
        assert!(matches!(next(), Poll::Ready(Some((ended, _))) if ended == member));
    }
    assert!(matches!(next(), Poll::Ready(None)));
    assert_eq!(polls, [3; 3]);
}

#[test]
fn the_futures_can_be_iterated_over_in_every_way() {
    let mut set: FuturesUnordered<_> = (1..=3).map(ready).collect();
    let mut sum = 0;
    for future in Pin::new(&set).iter_pin_ref() {
        sum += at_once(future.get_ref().clone());
    }
    assert_eq!(sum, 6);
    for mut future in Pin::new(&mut set).iter_pin_mut() {
        future.set(ready(4));
    }
    assert_eq!(set.iter().len(), 3);
    assert_eq!(set.iter_mut().size_hint(), (3, Some(3)));
    assert_eq!(at_once(set.next()), Some(4));
    let left: Vec<_> = set
        .into_iter()
        .map(std::future::Ready::into_inner)
        .collect();
    assert_eq!(left, [4, 4]);
}

#[test]
fn futures_that_were_taken_out_are_not_woken_through_the_set() {
    let (gates, mut set) = gates(2);
    let (waker, count) = Count::waker();
    assert!(poll(pin!(set.next()), &waker).is_pending());
    let futures: Vec<_> = set.into_iter().collect();
    gates.iter().for_each(Gate::wake);
    assert_eq!(count.wakes(), 0);
    assert_eq!(futures.len(), 2);
}
