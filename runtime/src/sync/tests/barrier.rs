use crate::sync::{
    Barrier,
    testing::{at_once, glance},
};
use std::task::Poll;

#[test]
fn all_pass_when_the_last_has_come_round_after_round() {
    let barrier = Barrier::new(3);
    for _ in 0..2 {
        let mut first = Box::pin(barrier.wait());
        let mut second = Box::pin(barrier.wait());
        assert!(glance(first.as_mut()).is_pending());
        assert!(glance(second.as_mut()).is_pending());
        assert!(at_once(barrier.wait()).is_leader());
        for follower in [&mut first, &mut second] {
            let Poll::Ready(result) = glance(follower.as_mut()) else {
                panic!("it passes")
            };
            assert!(!result.is_leader());
        }
    }
}

#[test]
fn who_leaves_does_not_count() {
    let barrier = Barrier::new(2);
    let mut leaves = Box::pin(barrier.wait());
    assert!(glance(leaves.as_mut()).is_pending());
    drop(leaves);
    let mut stays = Box::pin(barrier.wait());
    assert!(glance(stays.as_mut()).is_pending());
    at_once(barrier.wait());
    assert!(glance(stays.as_mut()).is_ready());
}

#[test]
fn who_leaves_after_the_last_came_does_not_count_twice() {
    let barrier = Barrier::new(2);
    let mut leaves = Box::pin(barrier.wait());
    assert!(glance(leaves.as_mut()).is_pending());
    at_once(barrier.wait());
    drop(leaves);
    let mut next = Box::pin(barrier.wait());
    assert!(glance(next.as_mut()).is_pending());
    at_once(barrier.wait());
}

#[test]
fn a_barrier_for_none_or_one_stops_nobody() {
    assert!(at_once(Barrier::new(0).wait()).is_leader());
    assert!(at_once(Barrier::new(1).wait()).is_leader());
}
