//! [`RawSemaphore`] with waiters that come, are served and are cancelled.

use crate::{
    sync::{
        raw_semaphore::RawSemaphore,
        testing::{Count, block_on, poll, poll_once},
    },
    taskdump::Resource,
};
use loom::{cell::UnsafeCell, model, sync::Arc, thread};
use std::pin::pin;

#[test]
fn a_released_permit_reaches_the_waiter() {
    model(|| {
        let semaphore = Arc::new(RawSemaphore::new(0, Resource::new("model")));
        let other = {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || semaphore.release(1))
        };
        block_on(semaphore.acquire(1)).unwrap();
        other.join().unwrap();
        assert_eq!(semaphore.available(), 0);
    });
}

#[test]
fn one_permit_has_one_holder_at_a_time() {
    model(|| {
        let shared = Arc::new((
            RawSemaphore::new(1, Resource::new("model")),
            UnsafeCell::new(0),
        ));
        let visit = |shared: Arc<(RawSemaphore, UnsafeCell<i32>)>| {
            block_on(shared.0.acquire(1)).unwrap();
            // SAFETY: the permit excludes the other thread. Loom reports an
            // access at the same time.
            shared.1.with_mut(|count| unsafe { *count += 1 });
            shared.0.release(1);
        };
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || visit(shared))
        };
        visit(Arc::clone(&shared));
        other.join().unwrap();
        // SAFETY: the other thread has ended.
        assert_eq!(shared.1.with(|count| unsafe { *count }), 2);
        assert_eq!(shared.0.available(), 1);
    });
}

#[test]
fn one_release_of_two_permits_serves_two_waiters() {
    model(|| {
        let semaphore = Arc::new(RawSemaphore::new(0, Resource::new("model")));
        let others = [(); 2].map(|()| {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || block_on(semaphore.acquire(1)).unwrap())
        });
        semaphore.release(2);
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(semaphore.available(), 0);
    });
}

#[test]
fn a_permit_handed_to_a_cancelled_waiter_goes_to_the_next() {
    model(|| {
        let semaphore = Arc::new(RawSemaphore::new(0, Resource::new("model")));
        let other = {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || semaphore.release(1))
        };
        {
            let mut leaves = pin!(semaphore.acquire(1));
            if poll_once(leaves.as_mut()).is_ready() {
                semaphore.release(1);
            }
        }
        block_on(semaphore.acquire(1)).unwrap();
        other.join().unwrap();
        assert_eq!(semaphore.available(), 0);
    });
}

#[test]
fn a_cancelled_large_request_lets_a_smaller_one_pass() {
    model(|| {
        let semaphore = Arc::new(RawSemaphore::new(0, Resource::new("model")));
        let mut much = Box::pin(semaphore.acquire(2));
        assert!(poll_once(much.as_mut()).is_pending());
        let (waker, count) = Count::waker();
        let mut little = pin!(semaphore.acquire(1));
        assert!(poll(little.as_mut(), &waker).is_pending());
        let other = {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || semaphore.release(1))
        };
        drop(much);
        other.join().unwrap();
        assert_eq!(count.wakes(), 1);
        assert_eq!(poll_once(little.as_mut()), std::task::Poll::Ready(Ok(())));
    });
}

#[test]
fn close_ends_a_wait() {
    model(|| {
        let semaphore = Arc::new(RawSemaphore::new(0, Resource::new("model")));
        let other = {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || semaphore.close())
        };
        assert!(block_on(semaphore.acquire(1)).is_err());
        other.join().unwrap();
    });
}

#[test]
fn more_waiters_than_one_batch_are_all_woken() {
    model(|| {
        let semaphore = Arc::new(RawSemaphore::new(0, Resource::new("model")));
        let (waker, count) = Count::waker();
        let mut waits: Vec<_> = (0..3).map(|_| Box::pin(semaphore.acquire(1))).collect();
        for wait in &mut waits {
            assert!(poll(wait.as_mut(), &waker).is_pending());
        }
        let other = {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || semaphore.release(3))
        };
        // A waiter leaves from the middle, perhaps after it was given a permit.
        drop(waits.remove(1));
        other.join().unwrap();
        assert!(count.wakes() >= 2);
        for wait in &mut waits {
            assert!(poll_once(wait.as_mut()).is_ready());
        }
        assert_eq!(semaphore.available(), 1);
    });
}
