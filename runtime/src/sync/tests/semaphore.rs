use crate::sync::{
    Semaphore, TryAcquireError,
    semaphore::merged,
    testing::{Count, at_once, hostile_wakers, poll, poll_once},
};
use std::{
    cell::RefCell,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
};

type Wait<'a> = Pin<Box<dyn Future<Output = bool> + 'a>>;

fn wait(semaphore: &Semaphore, permits: u32) -> Wait<'_> {
    Box::pin(async move {
        let acquired = semaphore.acquire_many(permits).await;
        acquired.map(super::super::SemaphorePermit::forget).is_ok()
    })
}

#[test]
fn a_permit_is_free_again_when_its_guard_is_dropped() {
    let semaphore = Semaphore::new(1);
    let permit = at_once(semaphore.acquire()).unwrap();
    assert_eq!(
        semaphore.try_acquire().err(),
        Some(TryAcquireError::NoPermits)
    );
    drop(permit);
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn waiters_get_permits_in_the_order_in_which_they_came() {
    let semaphore = Semaphore::new(0);
    let mut waits: Vec<_> = (0..5).map(|_| wait(&semaphore, 1)).collect();
    for wait in &mut waits {
        assert!(poll_once(wait.as_mut()).is_pending());
    }
    for served in 0..5 {
        semaphore.add_permits(1);
        assert!(
            semaphore.try_acquire().is_err(),
            "the permit belongs to a waiter"
        );
        for (number, wait) in waits.iter_mut().enumerate().skip(served) {
            assert_eq!(poll_once(wait.as_mut()).is_ready(), number == served);
        }
    }
}

#[test]
fn no_task_overtakes_a_larger_request() {
    let semaphore = Semaphore::new(2);
    let mut many = wait(&semaphore, 3);
    let mut one = wait(&semaphore, 1);
    assert!(poll_once(many.as_mut()).is_pending());
    assert!(poll_once(one.as_mut()).is_pending());
    assert!(semaphore.try_acquire().is_err());
    semaphore.add_permits(1);
    assert!(poll_once(one.as_mut()).is_pending());
    assert!(poll_once(many.as_mut()).is_ready());
    semaphore.add_permits(1);
    assert!(poll_once(one.as_mut()).is_ready());
}

#[test]
fn a_cancelled_large_request_wakes_a_smaller_one() {
    let semaphore = Semaphore::new(2);
    let (waker, count) = Count::waker();
    let mut many = wait(&semaphore, 3);
    let mut one = wait(&semaphore, 1);
    assert!(poll_once(many.as_mut()).is_pending());
    assert!(poll(one.as_mut(), &waker).is_pending());
    drop(many);
    assert_eq!(count.wakes(), 1);
    assert!(poll_once(one.as_mut()).is_ready());
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn a_cancelled_waiter_passes_its_permit_to_the_next() {
    let semaphore = Semaphore::new(0);
    let (waker, count) = Count::waker();
    let mut first = wait(&semaphore, 1);
    let mut second = wait(&semaphore, 1);
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    semaphore.add_permits(1);
    assert_eq!(count.wakes(), 0);
    drop(first);
    assert_eq!(count.wakes(), 1);
    assert!(poll_once(second.as_mut()).is_ready());
}

#[test]
fn a_waiter_can_leave_from_any_position_of_the_queue() {
    for leaves in 0..4 {
        let semaphore = Semaphore::new(0);
        let mut waits: Vec<_> = (0..4).map(|_| wait(&semaphore, 1)).collect();
        for wait in &mut waits {
            assert!(poll_once(wait.as_mut()).is_pending());
        }
        drop(waits.remove(leaves));
        semaphore.add_permits(3);
        assert!(
            waits
                .iter_mut()
                .all(|wait| poll_once(wait.as_mut()).is_ready())
        );
        assert_eq!(semaphore.available_permits(), 0);
    }
}

#[test]
fn close_refuses_waiting_and_later_requests() {
    let semaphore = Semaphore::new(1);
    let permit = semaphore.try_acquire().unwrap();
    let mut waits = wait(&semaphore, 1);
    assert!(poll_once(waits.as_mut()).is_pending());
    semaphore.close();
    assert_eq!(poll_once(waits.as_mut()), Poll::Ready(false));
    assert!(at_once(semaphore.acquire()).is_err());
    assert_eq!(semaphore.try_acquire().err(), Some(TryAcquireError::Closed));
    drop(permit);
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn permits_handed_out_before_close_stay_valid() {
    let semaphore = Semaphore::new(0);
    let mut waits = wait(&semaphore, 1);
    assert!(poll_once(waits.as_mut()).is_pending());
    semaphore.add_permits(1);
    semaphore.close();
    assert_eq!(poll_once(waits.as_mut()), Poll::Ready(true));
}

#[test]
fn acquiring_zero_permits_never_waits() {
    let semaphore = Semaphore::new(0);
    let mut waits = wait(&semaphore, 1);
    assert!(poll_once(waits.as_mut()).is_pending());
    assert_eq!(at_once(semaphore.acquire_many(0)).unwrap().num_permits(), 0);
}

#[test]
fn permits_can_be_forgotten_merged_and_split() {
    let semaphore = Semaphore::new(5);
    assert_eq!(semaphore.forget_permits(1), 1);
    let mut permit = semaphore.try_acquire_many(2).unwrap();
    permit.merge(semaphore.try_acquire().unwrap());
    assert_eq!(permit.num_permits(), 3);
    let two = permit.split(2).unwrap();
    assert!(permit.split(2).is_none());
    drop(two);
    assert_eq!(semaphore.available_permits(), 3);
    permit.forget();
    assert_eq!(semaphore.available_permits(), 3);
    assert_eq!(semaphore.forget_permits(9), 3);
}

#[test]
#[should_panic(expected = "permits of two semaphores cannot be merged")]
fn permits_of_two_semaphores_are_not_merged() {
    let (one, other) = (Semaphore::new(1), Semaphore::new(1));
    let mut permit = one.try_acquire().unwrap();
    permit.merge(other.try_acquire().unwrap());
}

#[test]
#[should_panic(expected = "at most usize::MAX >> 3 permits")]
fn adding_too_many_permits_panics() {
    Semaphore::new(Semaphore::MAX_PERMITS).add_permits(1);
}

#[test]
#[should_panic(expected = "at most usize::MAX >> 3 permits")]
fn a_merged_guard_holds_all_permits_and_no_more() {
    let most = Semaphore::MAX_PERMITS;
    assert_eq!(merged(most - 1, 1), most);
    merged(most, 1);
}

#[test]
fn an_owned_permit_keeps_its_semaphore_alive() {
    let semaphore = Arc::new(Semaphore::new(3));
    let mut permit = at_once(Arc::clone(&semaphore).acquire_many_owned(2)).unwrap();
    permit.merge(Arc::clone(&semaphore).try_acquire_owned().unwrap());
    assert!(Arc::clone(&semaphore).try_acquire_owned().is_err());
    assert!(Arc::ptr_eq(permit.semaphore(), &semaphore));
    drop(permit.split(1));
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn pitfall_06_a_panicking_waker_loses_no_other_wake() {
    let semaphore = Semaphore::new(0);
    let (waker, count) = Count::waker();
    let mut waits: Vec<_> = (0..20).map(|_| wait(&semaphore, 1)).collect();
    for (number, wait) in waits.iter_mut().enumerate() {
        let waker = match number % 2 {
            0 => hostile_wakers::panicking(),
            _ => waker.clone(),
        };
        assert!(poll(wait.as_mut(), &waker).is_pending());
    }
    semaphore.add_permits(20);
    assert_eq!(count.wakes(), 10);
    assert!(
        waits
            .iter_mut()
            .all(|wait| poll_once(wait.as_mut()).is_ready())
    );
}

thread_local! {
    static MEDDLED_WITH: RefCell<Option<Arc<Semaphore>>> = const { RefCell::new(None) };
}

#[test]
fn pitfall_10_a_waker_may_call_the_type_that_wakes_it() {
    fn meddle() {
        MEDDLED_WITH.with_borrow(|semaphore| {
            // Both calls take the lock.
            let semaphore = semaphore.as_ref().unwrap();
            assert_eq!(semaphore.forget_permits(0), 0);
            assert!(poll_once(pin!(semaphore.acquire_many(100))).is_pending());
        });
    }
    let semaphore = Arc::new(Semaphore::new(0));
    MEDDLED_WITH.set(Some(Arc::clone(&semaphore)));
    {
        let waker = hostile_wakers::calling(meddle);
        let mut waits = wait(&semaphore, 1);
        assert!(poll(waits.as_mut(), &waker).is_pending());
        assert!(poll_once(waits.as_mut()).is_pending(), "with another waker");
        assert!(poll(waits.as_mut(), &waker).is_pending());
        semaphore.add_permits(1);
        assert!(poll_once(waits.as_mut()).is_ready());
        let mut leaves = wait(&semaphore, 1);
        assert!(poll(leaves.as_mut(), &waker).is_pending());
        drop(leaves);
    }
    MEDDLED_WITH.set(None);
}

#[test]
fn threads_never_hold_more_permits_than_exist() {
    let rounds = if cfg!(miri) { 5 } else { 5_000 };
    let shared = Arc::new((Semaphore::new(2), std::sync::atomic::AtomicUsize::new(0)));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                crate::block_on(async {
                    for _ in 0..rounds {
                        use std::sync::atomic::Ordering::SeqCst;
                        let _permit = shared.0.acquire().await.unwrap();
                        assert!(shared.1.fetch_add(1, SeqCst) < 2);
                        crate::task::yield_now().await;
                        shared.1.fetch_sub(1, SeqCst);
                    }
                });
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(shared.0.available_permits(), 2);
}

#[test]
fn futures_that_wait_are_send_and_sync() {
    fn crosses<T: Send + Sync>(_: &T) {}
    let semaphore = Arc::new(Semaphore::new(1));
    crosses(&semaphore);
    crosses(&semaphore.acquire());
    crosses(&Arc::clone(&semaphore).acquire_owned());
    crosses(&crate::sync::Notify::new().notified());
}

#[test]
#[cfg(target_pointer_width = "64")]
fn merged_guards_hold_more_permits_than_one_call_acquires() {
    let semaphore = Arc::new(Semaphore::new(1 << 34));
    let mut first = semaphore.try_acquire_many(u32::MAX).unwrap();
    first.merge(semaphore.try_acquire_many(u32::MAX).unwrap());
    let most = u32::MAX as usize;
    assert_eq!(first.num_permits(), 2 * most);
    let split = first.split(most + 1).unwrap();
    assert_eq!(
        (split.num_permits(), first.num_permits()),
        (most + 1, most - 1)
    );
    drop((first, split));
    assert_eq!(semaphore.available_permits(), 1 << 34);
}

#[test]
fn a_thread_can_block_until_it_has_permits() {
    let semaphore = Arc::new(Semaphore::new(0));
    std::thread::scope(|threads| {
        threads.spawn(|| semaphore.add_permits(2));
        let permit = semaphore.blocking_acquire_many(2).unwrap();
        assert_eq!(permit.num_permits(), 2);
        assert!(std::ptr::eq(permit.semaphore(), Arc::as_ptr(&semaphore)));
    });
    let owned = Arc::clone(&semaphore).blocking_acquire_owned().unwrap();
    assert_eq!(semaphore.available_permits(), 1);
    drop(owned);
    let both = Arc::clone(&semaphore).blocking_acquire_many_owned(2);
    assert_eq!(both.unwrap().num_permits(), 2);
    drop(semaphore.blocking_acquire().unwrap());
    semaphore.close();
    assert!(semaphore.blocking_acquire().is_err());
}

#[test]
fn forgetting_permits_keeps_them_from_a_waiter() {
    let semaphore = Semaphore::new(1);
    let mut waits = wait(&semaphore, 2);
    assert!(poll_once(waits.as_mut()).is_pending());
    assert_eq!(semaphore.forget_permits(1), 1);
    semaphore.add_permits(1);
    assert!(poll_once(waits.as_mut()).is_pending(), "one permit is free");
    semaphore.add_permits(1);
    assert!(poll_once(waits.as_mut()).is_ready());
}

#[test]
fn a_permit_dropped_after_close_is_counted() {
    let semaphore = Semaphore::new(2);
    let permit = semaphore.try_acquire().unwrap();
    semaphore.close();
    assert_eq!(semaphore.available_permits(), 1);
    drop(permit);
    assert_eq!(semaphore.available_permits(), 2);
    semaphore.add_permits(1);
    assert_eq!(semaphore.available_permits(), 3);
    assert!(semaphore.is_closed());
}

#[test]
fn splitting_zero_permits_gives_an_empty_guard() {
    let semaphore = Semaphore::new(1);
    let mut permit = semaphore.try_acquire().unwrap();
    let empty = permit.split(0).unwrap();
    assert_eq!((empty.num_permits(), permit.num_permits()), (0, 1));
    drop(empty);
    assert_eq!(semaphore.available_permits(), 0);
}

/// Spends the budget of the poll that runs now.
fn spend_budget() {
    while poll_once(pin!(crate::task::consume_budget())).is_ready() {}
}

#[test]
fn a_task_without_budget_keeps_its_position_in_the_queue() {
    let semaphore = Semaphore::new(0);
    let (waker, count) = Count::waker();
    let mut first = wait(&semaphore, 1);
    let mut second = wait(&semaphore, 1);
    crate::budget::with_budget(|| {
        spend_budget();
        assert!(poll(first.as_mut(), &waker).is_pending());
    });
    assert!(poll_once(second.as_mut()).is_pending());
    assert_eq!(count.wakes(), 0, "it waits for a permit");
    semaphore.add_permits(1);
    assert_eq!(count.wakes(), 1);
    assert!(poll_once(second.as_mut()).is_pending());
    assert!(poll_once(first.as_mut()).is_ready());
}

#[test]
fn a_task_without_budget_holds_its_permit_until_its_next_poll() {
    let semaphore = Semaphore::new(1);
    let (waker, count) = Count::waker();
    let mut acquires = wait(&semaphore, 1);
    let mut cancelled = wait(&semaphore, 1);
    crate::budget::with_budget(|| {
        spend_budget();
        assert!(poll(acquires.as_mut(), &waker).is_pending());
    });
    assert_eq!(count.wakes(), 1, "the task is polled again");
    assert_eq!(semaphore.available_permits(), 0);
    assert!(poll_once(acquires.as_mut()).is_ready());

    semaphore.add_permits(1);
    crate::budget::with_budget(|| {
        spend_budget();
        assert!(poll(cancelled.as_mut(), &waker).is_pending());
    });
    drop(cancelled);
    assert_eq!(semaphore.available_permits(), 1, "it gives the permit back");
}
