//! Threads and polls that are still blocked in place when their runtime has ended.

use super::multi_thread;
use crate::support::{Drops, watched};
use std::{
    sync::{Arc, Mutex, mpsc},
    task::{Poll, Waker},
    thread,
};
use wakeful::{
    sync::oneshot,
    task::{JoinHandle, block_in_place},
};

#[test]
fn pitfall_08_a_poll_that_outlives_its_runtime_harms_no_other_runtime() {
    let (begun, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let (drops, wakers) = (Drops::default(), Arc::new(Mutex::new(None)));
    let runtime = multi_thread(2);
    watched("a poll that outlives its runtime", || {
        // The worker's own thread blocks until its runtime ends.
        let (first_begun, first_has) = mpsc::channel();
        let (first_go, first_may) = mpsc::channel::<()>();
        drop(runtime.spawn(async move {
            block_in_place(|| {
                first_begun.send(()).unwrap();
                first_may.recv().unwrap_err();
            });
        }));
        first_has.recv().unwrap();
        // Its replacement blocks even longer.
        let (droplet, waker) = (drops.droplet(), Arc::clone(&wakers));
        drop(runtime.spawn(async move {
            let _droplet = droplet;
            std::future::poll_fn(move |context| {
                *waker.lock().unwrap() = Some(context.waker().clone());
                block_in_place(|| {
                    begun.send(()).unwrap();
                    may_go_on.recv().unwrap_err();
                });
                Poll::<()>::Pending
            })
            .await;
        }));
        has_begun.recv().unwrap();
        drop(first_go);
        runtime.shutdown_background();
        // Another runtime reuses the memory of the first, and is not disturbed.
        let next = multi_thread(2);
        let tasks: Vec<_> = (0..10).map(|n| next.spawn(async move { n })).collect();
        drop(go_on);
        while drops.count() == 0 {
            let waker: Option<Waker> = wakers.lock().unwrap().clone();
            waker.unwrap().wake();
            thread::yield_now();
        }
        assert_eq!(drops.count(), 1);
        next.block_on(async {
            for (number, task) in tasks.into_iter().enumerate() {
                assert_eq!(task.await.unwrap(), number);
            }
        });
    });
}

#[test]
fn pitfall_09_a_poll_that_outlives_its_runtime_releases_only_its_own_task() {
    /// When dropped, lets the first task end and waits until it has.
    struct Between(mpsc::Sender<()>, JoinHandle<()>);
    impl Drop for Between {
        fn drop(&mut self) {
            self.0.send(()).unwrap();
            while !self.1.is_finished() {
                thread::yield_now();
            }
        }
    }
    let runtime = multi_thread(2);
    watched("two polls that outlive their runtime", || {
        // The worker's own thread blocks. Only that thread is waited for at shutdown.
        let ((own_begun, own_has), (own_go, own_may)) = (mpsc::channel(), mpsc::channel::<()>());
        drop(runtime.spawn(async move {
            block_in_place(|| {
                own_begun.send(()).unwrap();
                own_may.recv().unwrap_err();
            });
        }));
        own_has.recv().unwrap();
        // A thread that has handed off its worker adds the first task to the list of
        // tasks. Then ...
        let ((begun, has_begun), (go, may_go)) = (mpsc::channel(), mpsc::channel());
        let (waker, wakers) = mpsc::channel();
        let mut polls = 0;
        let first = std::future::poll_fn(move |context| {
            polls += 1;
            block_in_place(|| {
                if polls == 1 {
                    return waker.send(context.waker().clone()).unwrap();
                }
                begun.send(()).unwrap();
                may_go.recv().unwrap();
            });
            if polls == 1 {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        });
        let between = Between(go, runtime.spawn(first));
        let waker = wakers.recv().unwrap();
        // ... the task blocks the replacement thread.
        waker.wake_by_ref();
        has_begun.recv().unwrap();
        // The second task is not in the list when its runtime ends.
        let ((begun, has_begun), (go_on, may_go_on)) = (mpsc::channel(), mpsc::channel());
        let (dropped, is_dropped) = mpsc::channel::<()>();
        drop(runtime.spawn(async move {
            let _both = (between, dropped);
            std::future::poll_fn(move |_| {
                block_in_place(|| {
                    begun.send(()).unwrap();
                    may_go_on.recv().unwrap();
                });
                Poll::<()>::Pending
            })
            .await;
        }));
        has_begun.recv().unwrap();
        drop(own_go);
        runtime.shutdown_background();
        go_on.send(()).unwrap();
        is_dropped.recv().unwrap_err();
        // The waker's task is referenced only by the waker, and is still allocated.
        waker.wake();
    });
}

#[test]
fn pitfall_08_a_thread_that_handed_off_its_worker_is_not_a_worker_of_the_next_runtime() {
    let (begun, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<oneshot::Sender<()>>();
    let (woke, has_woken) = mpsc::channel();
    let (first_go, first_may) = mpsc::channel::<()>();
    let runtime = multi_thread(2);
    watched(
        "a thread that handed off its worker and outlives its runtime",
        || {
            // The worker's own thread blocks until the runtime ends. Its replacement
            // blocks until there is another multi-thread runtime.
            let (first_begun, first_has) = mpsc::channel();
            drop(runtime.spawn(async move {
                block_in_place(|| {
                    first_begun.send(()).unwrap();
                    first_may.recv().unwrap_err();
                });
            }));
            first_has.recv().unwrap();
            drop(runtime.spawn(async move {
                block_in_place(|| {
                    begun.send(()).unwrap();
                    // This poll of the first runtime wakes a task of the next one.
                    may_go_on.recv().unwrap().send(()).unwrap();
                    woke.send(()).unwrap();
                });
            }));
            has_begun.recv().unwrap();
            drop(first_go);
            runtime.shutdown_background();
            let next = multi_thread(2);
            let (wake, woken) = oneshot::channel();
            let task = next.spawn(async move { woken.await.is_ok() });
            // Wait until the task waits. Otherwise it would not need the wake.
            while next.metrics().worker_park_count(1) == 0 {
                thread::yield_now();
            }
            go_on.send(wake).unwrap();
            has_woken.recv().unwrap();
            assert!(
                next.block_on(task).unwrap(),
                "the other runtime cancelled the task"
            );
        },
    );
}
