//! The driver of a multi-thread runtime. When one worker blocks, the other polls the
//! reactor and the timers, and runs the tasks. Each test blocks a worker until that has
//! happened, and hangs if it does not happen.

use crate::support::watched;
use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};
use wakeful::{
    Runtime,
    runtime::Builder,
    spawn,
    task::yield_now,
    time::{Instant, Sleep, sleep, sleep_until},
};

/// Long enough for a parked worker to be left alone by all others.
const IDLE_TIME: Duration = Duration::from_millis(if cfg!(miri) { 400 } else { 20 });

fn multi_thread() -> Builder {
    Builder::new_multi_thread().worker_threads(2)
}

/// A waker that does not belong to the runtime, and runs `F`.
struct UserWaker<F>(F);

impl<F: Fn() + Send + Sync> Wake for UserWaker<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

/// A sleep whose waker calls `code`.
fn alarm(at: Instant, code: impl Fn() + Send + Sync + 'static) -> Pin<Box<Sleep>> {
    let waker = Waker::from(Arc::new(UserWaker(code)));
    let mut alarm = Box::pin(sleep_until(at));
    let polled = alarm.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    alarm
}

/// Receives a message from a task after `duration`.
fn message_after(duration: Duration) -> mpsc::Receiver<()> {
    let (sender, received) = mpsc::channel();
    drop(spawn(async move {
        sleep(duration).await;
        // The test may be over by then, so ignore the error.
        let _ = sender.send(());
    }));
    received
}

fn run<F: Future>(awaited: &'static str, runtime: &Runtime, future: F) -> F::Output {
    watched(awaited, || runtime.block_on(future))
}

#[test]
fn a_block_on_task_that_is_woken_as_its_worker_parks_may_block() {
    let worker_0 = thread::current().id();
    // Worker 1 is busy until worker 0 parks, so worker 0 gets the driver.
    let (release, blocked) = mpsc::channel::<()>();
    let (release, blocked) = (Mutex::new(Some(release)), Arc::new(Mutex::new(blocked)));
    // The hook wakes the `block_on` task when worker 0 parks, after `is_due` was set.
    let block_on_task = Arc::new(Mutex::new(None::<Waker>));
    let is_due = Arc::new(AtomicUsize::new(0));
    let hook = {
        let (block_on_task, is_due) = (Arc::clone(&block_on_task), Arc::clone(&is_due));
        move || {
            if thread::current().id() == worker_0 {
                drop(release.lock().unwrap().take());
                if is_due.swap(0, SeqCst) == 1 {
                    block_on_task.lock().unwrap().take().unwrap().wake();
                }
            }
        }
    };
    let runtime = multi_thread().on_thread_park(hook).build().unwrap();
    run("the timer next to the `block_on` task", &runtime, async {
        let (sender, received) = mpsc::channel();
        for _ in 0..2 {
            let (sender, blocked) = (sender.clone(), Arc::clone(&blocked));
            drop(spawn(async move {
                if thread::current().id() != worker_0 {
                    sender.send(()).unwrap();
                    let _ = blocked.lock().unwrap().recv();
                }
            }));
        }
        received.recv().unwrap();
        let received = message_after(3 * IDLE_TIME);
        let is_due = Arc::clone(&is_due);
        let _alarm = alarm(Instant::now() + 2 * IDLE_TIME, move || {
            is_due.store(1, SeqCst);
        });
        let mut is_first = true;
        poll_fn(|context| {
            *block_on_task.lock().unwrap() = Some(context.waker().clone());
            if std::mem::take(&mut is_first) {
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        received.recv().unwrap();
    });
}

#[test]
fn an_unpark_hook_may_block_after_its_worker_was_kept_from_parking() {
    #[derive(PartialEq)]
    enum Event {
        TaskRan,
        HookBlocks,
    }

    // The stages: 0 not yet, 1 worker 1 may begin, 2 it was kept from parking, 3 it
    // blocks.
    let stage = Arc::new(AtomicUsize::new(0));
    let (release, blocked) = mpsc::channel::<()>();
    let blocked = Mutex::new(blocked);
    let (sender, received) = mpsc::channel();
    let hook_sender = Mutex::new(sender.clone());
    let worker_0 = thread::current().id();
    let next = move |stage: &AtomicUsize, from| {
        let is_1 = thread::current().id() != worker_0;
        let (success, failure) = (SeqCst, SeqCst);
        is_1 && stage
            .compare_exchange(from, from + 1, success, failure)
            .is_ok()
    };
    let (parks, unparks) = (Arc::clone(&stage), Arc::clone(&stage));
    let runtime = multi_thread()
        .on_thread_park(move || {
            if next(&parks, 1) {
                drop(spawn(async {}));
            }
        })
        .on_thread_unpark(move || {
            if next(&unparks, 2) {
                hook_sender.lock().unwrap().send(Event::HookBlocks).unwrap();
                let _ = blocked.lock().unwrap().recv();
            }
        })
        .build()
        .unwrap();
    run("a timer next to the hook", &runtime, async {
        stage.store(1, SeqCst);
        let call_the_other = || {
            let sender = sender.clone();
            drop(spawn(async move {
                let _ = sender.send(Event::TaskRan);
            }));
        };
        // All but the last of these tasks run on the other worker, because this one
        // does not get to its tasks.
        call_the_other();
        loop {
            call_the_other();
            if received.recv().unwrap() == Event::HookBlocks {
                break;
            }
        }
        sleep(IDLE_TIME).await;
        drop(release);
    });
}

#[test]
fn a_foreign_waker_may_block_until_a_timer_fires() {
    let runtime = multi_thread().build().unwrap();
    run("the timer next to the waker", &runtime, async {
        let received = Mutex::new(message_after(2 * IDLE_TIME));
        let (end, ended) = wakeful::sync::oneshot::channel();
        let end = Mutex::new(Some(end));
        let _alarm = alarm(Instant::now() + IDLE_TIME, move || {
            received.lock().unwrap().recv().unwrap();
            end.lock().unwrap().take().unwrap().send(()).unwrap();
        });
        ended.await.unwrap();
    });
}

#[test]
fn a_foreign_waker_may_block_until_a_task_from_another_thread_has_run() {
    let runtime = multi_thread().build().unwrap();
    let handle = runtime.handle().clone();
    run("a task next to the waker", &runtime, async {
        let (end, ended) = wakeful::sync::oneshot::channel();
        let end = Mutex::new(Some(end));
        let _alarm = alarm(Instant::now() + IDLE_TIME, move || {
            for _ in 0..5 {
                let handle = handle.clone();
                let (sender, received) = mpsc::channel();
                let elsewhere = thread::spawn(move || {
                    drop(handle.spawn(async move { sender.send(()).unwrap() }));
                });
                received.recv().unwrap();
                elsewhere.join().unwrap();
            }
            end.lock().unwrap().take().unwrap().send(()).unwrap();
        });
        ended.await.unwrap();
    });
}

#[test]
fn a_foreign_waker_may_block_until_a_task_woken_with_it_has_run() {
    for tasks in [1, 2] {
        let runtime = multi_thread().build().unwrap();
        run("a task woken with the waker", &runtime, async {
            let (sender, received) = mpsc::channel();
            let received = Mutex::new(received);
            let (end, ended) = wakeful::sync::oneshot::channel();
            let end = Mutex::new(Some(end));
            let at = Instant::now() + 2 * IDLE_TIME;
            let _alarm = alarm(at, move || {
                received.lock().unwrap().recv().unwrap();
                end.lock().unwrap().take().unwrap().send(()).unwrap();
            });
            for _ in 0..tasks {
                let sender = sender.clone();
                drop(spawn(async move {
                    sleep_until(at).await;
                    let _ = sender.send(());
                }));
            }
            yield_now().await;
            sleep(IDLE_TIME / 4).await;
            ended.await.unwrap();
        });
    }
}

#[test]
fn a_block_on_task_may_block_until_a_task_woken_with_it_has_run() {
    let runtime = multi_thread().build().unwrap();
    // The test does not control which worker finds that both are due.
    for _ in 0..if cfg!(miri) { 1 } else { 10 } {
        run(
            "the task that is woken with the `block_on` task",
            &runtime,
            async {
                let (sender, received) = mpsc::channel();
                let over = Instant::now() + IDLE_TIME;
                drop(spawn(async move {
                    sleep_until(over).await;
                    sender.send(()).unwrap();
                }));
                sleep_until(over).await;
                received.recv().unwrap();
            },
        );
    }
}

#[test]
fn a_park_hook_may_block_until_a_task_from_another_thread_has_run() {
    let worker_0 = thread::current().id();
    let (begun, has_begun) = mpsc::channel();
    let (ran, has_run) = mpsc::channel::<()>();
    let waits = Mutex::new((begun, has_run));
    let is_due = Arc::new(AtomicUsize::new(0));
    let due = Arc::clone(&is_due);
    let runtime = multi_thread()
        .on_thread_park(move || {
            if thread::current().id() != worker_0 && due.swap(0, SeqCst) == 1 {
                let (begun, has_run) = &*waits.lock().unwrap();
                begun.send(()).unwrap();
                has_run.recv().unwrap();
            }
        })
        .build()
        .unwrap();
    let handle = runtime.handle().clone();
    let (end, ended) = wakeful::sync::oneshot::channel();
    let elsewhere = thread::spawn(move || {
        for _ in 0..if cfg!(miri) { 2 } else { 20 } {
            is_due.store(1, SeqCst);
            // Until worker 1 has run one, found no more, and calls its hook.
            while has_begun.try_recv().is_err() {
                drop(handle.spawn(async {}));
                thread::yield_now();
            }
            // Give worker 0 time to park as well.
            (0..50).for_each(|_| thread::yield_now());
            let (ran, (seen, is_seen)) = (ran.clone(), mpsc::channel());
            drop(handle.spawn(async move {
                ran.send(()).unwrap();
                seen.send(()).unwrap();
            }));
            is_seen.recv().unwrap();
        }
        end.send(()).unwrap();
    });
    run("the task that a hook waits for", &runtime, async {
        ended.await.unwrap();
    });
    elsewhere.join().unwrap();
}

/// Blocks a hook of worker 1 until the timer of a foreign thread fires.
fn a_hook_waits_for_a_foreign_timer(
    awaited: &'static str,
    set: fn(Builder, Box<dyn Fn() + Send + Sync>) -> Builder,
) {
    let is_due = Arc::new(AtomicUsize::new(0));
    let (over, is_over) = mpsc::channel::<()>();
    let is_over = Mutex::new(is_over);
    let due = Arc::clone(&is_due);
    let hook = move || {
        if due.swap(0, SeqCst) == 1 {
            is_over.lock().unwrap().recv().unwrap();
        }
    };
    let runtime = set(multi_thread(), Box::new(hook)).build().unwrap();
    let handle = runtime.handle().clone();
    let (end, ended) = wakeful::sync::oneshot::channel();
    let foreign = thread::spawn(move || {
        for _ in 0..if cfg!(miri) { 1 } else { 3 } {
            // Both workers are parked, and no backup poller runs any more. The clock of
            // another runtime measures this, because an event here would start it again.
            wakeful::block_on(async { sleep(10 * IDLE_TIME).await });
            is_due.store(1, SeqCst);
            // This deadline is before all others, so the worker that holds the driver is
            // woken for it, and has no task to run.
            handle.block_on(async { sleep(IDLE_TIME).await });
            over.send(()).unwrap();
            while is_due.load(SeqCst) == 1 {
                thread::yield_now();
            }
        }
        end.send(()).unwrap();
    });
    run(awaited, &runtime, async {
        ended.await.unwrap();
    });
    foreign.join().unwrap();
}

#[test]
fn a_hook_may_block_until_the_timer_of_a_foreign_thread_fires() {
    a_hook_waits_for_a_foreign_timer("a timer while an unpark hook blocks", |builder, hook| {
        builder.on_thread_unpark(hook)
    });
    a_hook_waits_for_a_foreign_timer("a timer while a park hook blocks", |builder, hook| {
        builder.on_thread_park(hook)
    });
}

#[test]
fn a_foreign_waker_may_block_until_a_task_woken_by_another_has_run() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(3)
        .build()
        .unwrap();
    run("the task that the first waker woke", &runtime, async {
        let (ran, has_run) = mpsc::channel();
        let woken = Arc::new(Mutex::new(None::<Waker>));
        let cell = Arc::clone(&woken);
        let mut polls = 0;
        drop(spawn(poll_fn(move |context| {
            polls += 1;
            if polls == 1 {
                *cell.lock().unwrap() = Some(context.waker().clone());
                return Poll::Pending;
            }
            ran.send(()).unwrap();
            Poll::Ready(())
        })));
        while woken.lock().unwrap().is_none() {
            yield_now().await;
        }
        let (seen, is_seen) = mpsc::channel();
        let has_run = Mutex::new(has_run);
        let at = Instant::now() + IDLE_TIME;
        let _first = alarm(at, move || woken.lock().unwrap().take().unwrap().wake());
        let _second = alarm(at, move || {
            has_run.lock().unwrap().recv().unwrap();
            seen.send(()).unwrap();
        });
        sleep(2 * IDLE_TIME).await;
        is_seen.recv().unwrap();
    });
}
