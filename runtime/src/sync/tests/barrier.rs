use crate::sync::{
    Barrier,
    testing::{at_once, poll_once},
};
use std::task::Poll;

#[test]
fn the_last_arrival_lets_all_pass_in_every_generation() {
    let barrier = Barrier::new(3);
    for _ in 0..2 {
        let mut first = Box::pin(barrier.wait());
        let mut second = Box::pin(barrier.wait());
        assert!(poll_once(first.as_mut()).is_pending());
        assert!(poll_once(second.as_mut()).is_pending());
        assert!(at_once(barrier.wait()).is_leader());
        for follower in [&mut first, &mut second] {
            let Poll::Ready(result) = poll_once(follower.as_mut()) else {
                panic!("the followers may pass")
            };
            assert!(!result.is_leader());
        }
    }
}

#[test]
fn a_cancelled_arrival_does_not_count() {
    let barrier = Barrier::new(2);
    let mut leaves = Box::pin(barrier.wait());
    assert!(poll_once(leaves.as_mut()).is_pending());
    drop(leaves);
    let mut stays = Box::pin(barrier.wait());
    assert!(poll_once(stays.as_mut()).is_pending());
    at_once(barrier.wait());
    assert!(poll_once(stays.as_mut()).is_ready());
}

#[test]
fn an_arrival_cancelled_after_its_generation_is_not_subtracted_from_the_next() {
    let barrier = Barrier::new(2);
    let mut leaves = Box::pin(barrier.wait());
    assert!(poll_once(leaves.as_mut()).is_pending());
    at_once(barrier.wait());
    drop(leaves);
    let mut next = Box::pin(barrier.wait());
    assert!(poll_once(next.as_mut()).is_pending());
    at_once(barrier.wait());
}

#[test]
fn a_barrier_of_size_0_or_1_never_waits() {
    assert!(at_once(Barrier::new(0).wait()).is_leader());
    assert!(at_once(Barrier::new(1).wait()).is_leader());
}
