//! Pitfall 1 again: a worker of a multi-thread runtime that is woken for queued work, but
//! first does something else.

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

/// A waker that wakes the `block_on` task of a multi-thread runtime, and queues work from
/// another thread.
struct WakeBoth {
    handle: Handle,
    block_on_task: Waker,
    results: mpsc::Sender<u64>,
}

impl WakeBoth {
    /// Queues work from a thread outside the runtime. The work returns how often
    /// the worker that runs it has parked.
    fn queue(handle: &Handle, worker: usize, results: &mpsc::Sender<u64>) {
        let (handle, results) = (handle.clone(), results.clone());
        let queue = move || {
            let metrics = handle.metrics();
            drop(handle.spawn(async move { results.send(metrics.worker_park_count(worker)) }));
        };
        thread::spawn(queue).join().unwrap();
    }
}

impl Wake for WakeBoth {
    fn wake(self: Arc<Self>) {
        Self::queue(&self.handle, 1, &self.results);
        self.block_on_task.wake_by_ref();
    }
}

#[test]
fn pitfall_01_a_worker_woken_for_work_that_polls_the_block_on_task_first_wakes_a_sibling() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let (handle, metrics) = (runtime.handle().clone(), runtime.metrics());
    watched(
        "work that is queued while the `block_on` task computes",
        || {
            // Worker 1 is blocked, so that the work wakes this thread.
            let (release, held) = mpsc::channel::<()>();
            let (begun, has_begun) = mpsc::channel();
            drop(runtime.spawn(async move {
                begun.send(()).unwrap();
                held.recv().unwrap();
            }));
            has_begun.recv().unwrap();
            let (results, parks) = mpsc::channel();
            let mut nap = runtime.enter(|| Box::pin(sleep(Duration::from_millis(1))));
            let mut is_first = true;
            runtime.block_on(poll_fn(|context| {
                if is_first {
                    is_first = false;
                    let wake_both = WakeBoth {
                        handle: handle.clone(),
                        block_on_task: context.waker().clone(),
                        results: results.clone(),
                    };
                    let waker = Waker::from(Arc::new(wake_both));
                    // The timer calls this waker while this thread still counts as parked.
                    return nap.as_mut().poll(&mut Context::from_waker(&waker));
                }
                // This poll takes long. Worker 1 parks in between, and has to be woken for
                // each piece of work.
                release.send(()).unwrap();
                for _ in 0..5 {
                    let count = parks.recv().unwrap();
                    while metrics.worker_park_count(1) == count {
                        thread::yield_now();
                    }
                    WakeBoth::queue(&handle, 1, &results);
                }
                parks.recv().unwrap();
                Poll::Ready(())
            }));
        },
    );
}

/// A waker that lets worker 1 park, and then queues work from another thread.
struct Calls {
    handle: Handle,
    release: Mutex<Option<mpsc::Sender<()>>>,
    is_called: Arc<AtomicBool>,
    block_on_task: Waker,
}

impl Wake for Calls {
    fn wake(self: Arc<Self>) {
        self.is_called.store(true, SeqCst);
        let metrics = self.handle.metrics();
        let count = metrics.worker_park_count(1);
        drop(self.release.lock().unwrap().take());
        while metrics.worker_park_count(1) == count {
            thread::yield_now();
        }
        let (results, parks) = mpsc::channel();
        WakeBoth::queue(&self.handle, 1, &results);
        parks.recv().unwrap();
        self.block_on_task.wake_by_ref();
    }
}

#[test]
fn pitfall_01_a_worker_woken_for_work_that_calls_a_waker_first_wakes_a_sibling() {
    // In most rounds, worker 0 has been woken for work when the timer fires.
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
                    block_on_task: context.waker().clone(),
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
