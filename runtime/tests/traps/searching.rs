//! Trap 1 once more: who is woken for work in a pool, and finds something else
//! to do first.

use crate::support::watched;
use std::{
    future::{Future, poll_fn},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};
use wakeful::{
    runtime::{Builder, Handle},
    time::sleep,
};

/// Wakes the root of a pool, and has work queued from elsewhere, in one.
struct Both {
    handle: Handle,
    root: Waker,
    say: mpsc::Sender<u64>,
}

impl Both {
    /// Queues work as a thread of no pool does. The work says how often the
    /// worker that runs it has slept.
    fn queue(handle: &Handle, worker: usize, say: &mpsc::Sender<u64>) {
        let (handle, say) = (handle.clone(), say.clone());
        let queue = move || {
            let metrics = handle.metrics();
            drop(handle.spawn(async move { say.send(metrics.worker_park_count(worker)) }));
        };
        thread::spawn(queue).join().unwrap();
    }
}

impl Wake for Both {
    fn wake(self: Arc<Self>) {
        Self::queue(&self.handle, 1, &self.say);
        self.root.wake_by_ref();
    }
}

#[test]
fn trap_01_who_is_woken_for_work_and_finds_the_root_due_keeps_nobody_asleep() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let (handle, metrics) = (runtime.handle().clone(), runtime.metrics());
    watched("work that is queued while the root computes", || {
        // Worker 1 is held up, so that this thread is the one to be woken.
        let (release, held) = mpsc::channel::<()>();
        let (begun, has_begun) = mpsc::channel();
        drop(runtime.spawn(async move {
            begun.send(()).unwrap();
            held.recv().unwrap();
        }));
        has_begun.recv().unwrap();
        let (say, hear) = mpsc::channel();
        let mut nap = runtime.enter(|| Box::pin(sleep(Duration::from_millis(1))));
        let mut is_first = true;
        runtime.block_on(poll_fn(|context| {
            if is_first {
                is_first = false;
                let both = Both {
                    handle: handle.clone(),
                    root: context.waker().clone(),
                    say: say.clone(),
                };
                let waker = Waker::from(Arc::new(both));
                // Called while this thread sleeps, as the others see it.
                return nap.as_mut().poll(&mut Context::from_waker(&waker));
            }
            // This poll takes long. Worker 1 sleeps meanwhile, and is to be
            // woken for each piece of work.
            release.send(()).unwrap();
            for _ in 0..5 {
                let sleeps = hear.recv().unwrap();
                while metrics.worker_park_count(1) == sleeps {
                    thread::yield_now();
                }
                Both::queue(&handle, 1, &say);
            }
            hear.recv().unwrap();
            Poll::Ready(())
        }));
    });
}

/// Has worker 1 sleep, and then come to work from elsewhere.
struct Calls {
    handle: Handle,
    release: Mutex<Option<mpsc::Sender<()>>>,
    is_called: Arc<AtomicBool>,
    root: Waker,
}

impl Wake for Calls {
    fn wake(self: Arc<Self>) {
        self.is_called.store(true, SeqCst);
        let metrics = self.handle.metrics();
        let sleeps = metrics.worker_park_count(1);
        drop(self.release.lock().unwrap().take());
        while metrics.worker_park_count(1) == sleeps {
            thread::yield_now();
        }
        let (say, hear) = mpsc::channel();
        Both::queue(&self.handle, 1, &say);
        hear.recv().unwrap();
        self.root.wake_by_ref();
    }
}

#[test]
fn trap_01_who_is_woken_for_work_and_calls_a_waker_first_keeps_nobody_asleep() {
    // Most of the times, worker 0 has been woken for work when the time is up.
    for _ in 0..20 {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .unwrap();
        let handle = runtime.handle().clone();
        watched("work that is queued while a waker computes", || {
            let (release, held) = mpsc::channel::<()>();
            let (begun, has_begun) = mpsc::channel();
            drop(runtime.spawn(async move {
                begun.send(()).unwrap();
                held.recv().unwrap_err();
            }));
            has_begun.recv().unwrap();
            let is_called = Arc::new(AtomicBool::new(false));
            let (is_over, from) = (Arc::clone(&is_called), handle.clone());
            let elsewhere = thread::spawn(move || {
                while !is_over.load(SeqCst) {
                    drop(from.spawn(async {}));
                    thread::yield_now();
                }
            });
            let mut release = Some(release);
            let mut nap = runtime.enter(|| Box::pin(sleep(Duration::from_millis(1))));
            runtime.block_on(poll_fn(|context| {
                if release.is_none() {
                    return Poll::Ready(());
                }
                let calls = Calls {
                    handle: handle.clone(),
                    release: Mutex::new(release.take()),
                    is_called: Arc::clone(&is_called),
                    root: context.waker().clone(),
                };
                let waker = Waker::from(Arc::new(calls));
                assert!(
                    nap.as_mut()
                        .poll(&mut Context::from_waker(&waker))
                        .is_pending()
                );
                Poll::Pending
            }));
            elsewhere.join().unwrap();
        });
    }
}
