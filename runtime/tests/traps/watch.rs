//! The watch of a pool: whatever blocks one worker, the other sees to the
//! sockets and the timers, and comes to the tasks. Each test blocks until that
//! has happened, and hangs if it does not.

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

/// Long enough for a worker that sleeps to be left alone by everybody.
const A_WHILE: Duration = Duration::from_millis(if cfg!(miri) { 400 } else { 20 });

fn pool() -> Builder {
    Builder::new_multi_thread().worker_threads(2)
}

/// A waker that is none of the runtime's, and runs some code.
struct Stranger<F>(F);

impl<F: Fn() + Send + Sync> Wake for Stranger<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

/// A sleep that calls `code` when it is over.
fn alarm(at: Instant, code: impl Fn() + Send + Sync + 'static) -> Pin<Box<Sleep>> {
    let waker = Waker::from(Arc::new(Stranger(code)));
    let mut alarm = Box::pin(sleep_until(at));
    let polled = alarm.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(polled.is_pending());
    alarm
}

/// What a task says after a sleep.
fn said_after(duration: Duration) -> mpsc::Receiver<()> {
    let (say, said) = mpsc::channel();
    drop(spawn(async move {
        sleep(duration).await;
        // It may be over when the test is.
        let _ = say.send(());
    }));
    said
}

fn run<F: Future>(awaited: &'static str, runtime: &Runtime, future: F) -> F::Output {
    watched(awaited, || runtime.block_on(future))
}

#[test]
fn a_root_that_is_woken_as_its_worker_lies_down_may_block() {
    let worker_0 = thread::current().id();
    // Worker 1 is kept busy until worker 0 parks, and so has the watch.
    let (release, blocked) = mpsc::channel::<()>();
    let (release, blocked) = (Mutex::new(Some(release)), Arc::new(Mutex::new(blocked)));
    // The root, to be woken as worker 0 parks, when that is due.
    let root = Arc::new(Mutex::new(None::<Waker>));
    let is_due = Arc::new(AtomicUsize::new(0));
    let hook = {
        let (root, is_due) = (Arc::clone(&root), Arc::clone(&is_due));
        move || {
            if thread::current().id() == worker_0 {
                drop(release.lock().unwrap().take());
                if is_due.swap(0, SeqCst) == 1 {
                    root.lock().unwrap().take().unwrap().wake();
                }
            }
        }
    };
    let runtime = pool().on_thread_park(hook).build().unwrap();
    run("the timer beside the root", &runtime, async {
        let (say, said) = mpsc::channel();
        for _ in 0..2 {
            let (say, blocked) = (say.clone(), Arc::clone(&blocked));
            drop(spawn(async move {
                if thread::current().id() != worker_0 {
                    say.send(()).unwrap();
                    let _ = blocked.lock().unwrap().recv();
                }
            }));
        }
        said.recv().unwrap();
        let said = said_after(3 * A_WHILE);
        let is_due = Arc::clone(&is_due);
        let _alarm = alarm(Instant::now() + 2 * A_WHILE, move || {
            is_due.store(1, SeqCst);
        });
        let mut is_first = true;
        poll_fn(|context| {
            *root.lock().unwrap() = Some(context.waker().clone());
            if std::mem::take(&mut is_first) {
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        said.recv().unwrap();
    });
}

#[test]
fn a_hook_may_block_when_its_worker_has_been_kept_from_its_sleep() {
    #[derive(PartialEq)]
    enum Said {
        TaskRan,
        HookBlocks,
    }

    // 0: not yet. 1: worker 1 may begin. 2: it was kept from its sleep. 3: it
    // blocks.
    let stage = Arc::new(AtomicUsize::new(0));
    let (release, blocked) = mpsc::channel::<()>();
    let blocked = Mutex::new(blocked);
    let (say, said) = mpsc::channel();
    let hook_says = Mutex::new(say.clone());
    let worker_0 = thread::current().id();
    let next = move |stage: &AtomicUsize, from| {
        let is_1 = thread::current().id() != worker_0;
        let (success, failure) = (SeqCst, SeqCst);
        is_1 && stage
            .compare_exchange(from, from + 1, success, failure)
            .is_ok()
    };
    let (parks, unparks) = (Arc::clone(&stage), Arc::clone(&stage));
    let runtime = pool()
        .on_thread_park(move || {
            if next(&parks, 1) {
                drop(spawn(async {}));
            }
        })
        .on_thread_unpark(move || {
            if next(&unparks, 2) {
                hook_says.lock().unwrap().send(Said::HookBlocks).unwrap();
                let _ = blocked.lock().unwrap().recv();
            }
        })
        .build()
        .unwrap();
    run("a timer beside the hook", &runtime, async {
        stage.store(1, SeqCst);
        let call_the_other = || {
            let say = say.clone();
            drop(spawn(async move {
                let _ = say.send(Said::TaskRan);
            }));
        };
        // Each but the last is for the other worker, for this one does not come
        // to its tasks.
        call_the_other();
        loop {
            call_the_other();
            if said.recv().unwrap() == Said::HookBlocks {
                break;
            }
        }
        sleep(A_WHILE).await;
        drop(release);
    });
}

#[test]
fn a_strangers_waker_may_block_until_a_timer_is_over() {
    let runtime = pool().build().unwrap();
    run("the timer beside the waker", &runtime, async {
        let said = Mutex::new(said_after(2 * A_WHILE));
        let (end, ended) = wakeful::sync::oneshot::channel();
        let end = Mutex::new(Some(end));
        let _alarm = alarm(Instant::now() + A_WHILE, move || {
            said.lock().unwrap().recv().unwrap();
            end.lock().unwrap().take().unwrap().send(()).unwrap();
        });
        ended.await.unwrap();
    });
}

#[test]
fn a_strangers_waker_may_block_until_a_task_from_elsewhere_has_run() {
    let runtime = pool().build().unwrap();
    let handle = runtime.handle().clone();
    run("a task beside the waker", &runtime, async {
        let (end, ended) = wakeful::sync::oneshot::channel();
        let end = Mutex::new(Some(end));
        let _alarm = alarm(Instant::now() + A_WHILE, move || {
            for _ in 0..5 {
                let handle = handle.clone();
                let (say, said) = mpsc::channel();
                let elsewhere = thread::spawn(move || {
                    drop(handle.spawn(async move { say.send(()).unwrap() }));
                });
                said.recv().unwrap();
                elsewhere.join().unwrap();
            }
            end.lock().unwrap().take().unwrap().send(()).unwrap();
        });
        ended.await.unwrap();
    });
}

#[test]
fn a_strangers_waker_may_block_until_one_of_those_woken_with_it_has_run() {
    for tasks in [1, 2] {
        let runtime = pool().build().unwrap();
        run("a task woken with the waker", &runtime, async {
            let (say, said) = mpsc::channel();
            let said = Mutex::new(said);
            let (end, ended) = wakeful::sync::oneshot::channel();
            let end = Mutex::new(Some(end));
            let at = Instant::now() + 2 * A_WHILE;
            let _alarm = alarm(at, move || {
                said.lock().unwrap().recv().unwrap();
                end.lock().unwrap().take().unwrap().send(()).unwrap();
            });
            for _ in 0..tasks {
                let say = say.clone();
                drop(spawn(async move {
                    sleep_until(at).await;
                    let _ = say.send(());
                }));
            }
            yield_now().await;
            sleep(A_WHILE / 4).await;
            ended.await.unwrap();
        });
    }
}

#[test]
fn a_root_may_block_until_a_task_woken_with_it_has_run() {
    let runtime = pool().build().unwrap();
    // Which worker finds that both are over is not for the test to say.
    for _ in 0..if cfg!(miri) { 1 } else { 10 } {
        run("the task that is woken with the root", &runtime, async {
            let (say, said) = mpsc::channel();
            let over = Instant::now() + A_WHILE;
            drop(spawn(async move {
                sleep_until(over).await;
                say.send(()).unwrap();
            }));
            sleep_until(over).await;
            said.recv().unwrap();
        });
    }
}

#[test]
fn a_hook_may_block_until_a_task_from_elsewhere_has_run() {
    let worker_0 = thread::current().id();
    let (begun, has_begun) = mpsc::channel();
    let (ran, has_run) = mpsc::channel::<()>();
    let waits = Mutex::new((begun, has_run));
    let is_due = Arc::new(AtomicUsize::new(0));
    let due = Arc::clone(&is_due);
    let runtime = pool()
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
            // Until worker 1 has had one, found no more and comes to its hook.
            while has_begun.try_recv().is_err() {
                drop(handle.spawn(async {}));
                thread::yield_now();
            }
            // Worker 0 lies down as well.
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

/// A hook of worker 1's that blocks, once it is told to, until a guest's timer is
/// over.
fn a_hook_waits_for_a_guests_timer(
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
    let runtime = set(pool(), Box::new(hook)).build().unwrap();
    let handle = runtime.handle().clone();
    let (end, ended) = wakeful::sync::oneshot::channel();
    let guest = thread::spawn(move || {
        for _ in 0..if cfg!(miri) { 1 } else { 3 } {
            // Both workers are asleep, and no deputy patrols any more. (By the
            // clock of another runtime, for an event here would begin it anew.)
            wakeful::block_on(async { sleep(10 * A_WHILE).await });
            is_due.store(1, SeqCst);
            // Sooner than all that there is: who watches is woken for it, with
            // nothing to run.
            handle.block_on(async { sleep(A_WHILE).await });
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
    guest.join().unwrap();
}

#[test]
fn a_hook_may_block_until_a_guests_timer_is_over() {
    a_hook_waits_for_a_guests_timer("a timer, behind an unpark hook", |builder, hook| {
        builder.on_thread_unpark(hook)
    });
    a_hook_waits_for_a_guests_timer("a timer, behind a park hook", |builder, hook| {
        builder.on_thread_park(hook)
    });
}

#[test]
fn a_strangers_waker_may_block_until_what_another_woke_has_run() {
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
        let at = Instant::now() + A_WHILE;
        let _first = alarm(at, move || woken.lock().unwrap().take().unwrap().wake());
        let _second = alarm(at, move || {
            has_run.lock().unwrap().recv().unwrap();
            seen.send(()).unwrap();
        });
        sleep(2 * A_WHILE).await;
        is_seen.recv().unwrap();
    });
}
