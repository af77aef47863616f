//! The pitfalls again, on a multi-thread runtime.

mod shutdown;

use crate::support::{Drops, Game, watched};
use futures_util::future::join_all;
use std::{
    future::{Future, pending, poll_fn},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    task::{Poll, Waker},
    thread,
    time::Duration,
};
use wakeful::{
    Runtime,
    runtime::{Builder, Handle},
    scope::Scope,
    spawn,
    task::yield_now,
    time::{sleep, timeout},
};

fn multi_thread(workers: usize) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(workers)
        .build()
        .unwrap()
}

fn run<F: Future>(awaited: &'static str, future: F) -> F::Output {
    watched(awaited, || multi_thread(2).block_on(future))
}

const MANY: usize = if cfg!(miri) { 20 } else { 10_000 };

#[test]
fn pitfall_01_tasks_that_wake_each_other_across_threads_lose_no_wake() {
    run("two tasks that wake each other", async {
        let game = Game::default();
        let sides = [0, 1].map(|mine| spawn(game.clone().side(mine, MANY)));
        for side in sides {
            side.await.unwrap();
        }
    });
}

#[test]
fn pitfall_01_work_from_a_foreign_thread_wakes_a_parked_runtime() {
    let runtime = multi_thread(2);
    let handle = runtime.handle().clone();
    let foreign = thread::spawn(move || {
        watched("a task for each spawn", || {
            for n in 0..MANY / 10 {
                let task = handle.spawn(async move { n });
                assert_eq!(wakeful::block_on(task).unwrap(), n);
            }
        });
    });
    watched("the foreign thread", || {
        runtime.block_on(async {
            while !foreign.is_finished() {
                sleep(Duration::from_millis(1)).await;
            }
        });
    });
    foreign.join().unwrap();
}

#[test]
fn pitfall_05_every_output_arrives_and_is_dropped_once() {
    let drops = Drops::default();
    run("every output", async {
        let tasks: Vec<_> = (0..MANY)
            .map(|_| {
                let droplet = drops.droplet();
                spawn(async move {
                    yield_now().await;
                    droplet
                })
            })
            .collect();
        for (n, task) in tasks.into_iter().enumerate() {
            if n % 2 == 0 {
                task.await.unwrap();
            }
        }
    });
    assert_eq!(drops.count(), MANY);
}

#[test]
fn pitfall_04_a_task_aborted_as_it_ends_still_completes_its_handle() {
    run("every handle", async {
        let tasks: Vec<_> = (0..MANY / 10).map(|_| spawn(yield_now())).collect();
        let aborts: Vec<_> = tasks
            .iter()
            .map(wakeful::task::JoinHandle::abort_handle)
            .collect();
        let aborter =
            spawn(async move { aborts.iter().for_each(wakeful::task::AbortHandle::abort) });
        for task in tasks {
            if let Err(error) = task.await {
                assert!(error.is_cancelled());
            }
        }
        aborter.await.unwrap();
    });
}

#[test]
fn pitfall_06_a_panic_ends_only_its_own_task() {
    run("the task that panics, and another", async {
        let (bad, good) = (spawn(async { panic!("ouch") as () }), spawn(async { 1 }));
        assert!(bad.await.unwrap_err().is_panic());
        assert_eq!(good.await.unwrap(), 1);
    });
}

#[test]
fn pitfall_18_block_on_can_be_called_again_and_again() {
    let runtime = multi_thread(2);
    watched("many short calls", || {
        for n in 0..MANY / 10 {
            let task = runtime.spawn(async move { n });
            assert_eq!(runtime.block_on(async { task.await.unwrap() }), n);
        }
    });
}

#[test]
fn pitfall_18_tasks_go_on_between_two_block_ons() {
    let runtime = multi_thread(2);
    let done = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&done);
    drop(runtime.spawn(async move {
        yield_now().await;
        set.store(true, SeqCst);
    }));
    watched("a task that no block_on waits for", || {
        while !done.load(SeqCst) {
            thread::yield_now();
        }
    });
}

#[test]
fn pitfall_19_two_tasks_in_the_lifo_slot_do_not_starve_a_third() {
    // With one worker, no other can steal the third task.
    let runtime = multi_thread(1);
    watched("the third task", || {
        runtime.block_on(async {
            let wakers: Arc<[Mutex<Option<Waker>>; 2]> = Arc::default();
            let pair = [0, 1].map(|mine| {
                let wakers = Arc::clone(&wakers);
                spawn(poll_fn(move |context| {
                    *wakers[mine].lock().unwrap() = Some(context.waker().clone());
                    let other = wakers[1 - mine].lock().unwrap().take();
                    other.into_iter().for_each(Waker::wake);
                    Poll::<()>::Pending
                }))
            });
            spawn(async {
                for _ in 0..10 {
                    yield_now().await;
                }
            })
            .await
            .unwrap();
            pair.iter().for_each(wakeful::task::JoinHandle::abort);
        });
    });
}

#[test]
fn pitfall_19_busy_workers_still_take_from_the_injector() {
    let runtime = multi_thread(2);
    let handle = runtime.handle().clone();
    let busy: Vec<_> = (0..4)
        .map(|_| {
            runtime.spawn(async {
                loop {
                    yield_now().await;
                }
            })
        })
        .collect();
    watched("a foreign task next to busy ones", || {
        runtime.block_on(async move {
            let foreign = wakeful::spawn_blocking(move || handle.spawn(async { 1 }));
            assert_eq!(foreign.await.unwrap().await.unwrap(), 1);
        });
    });
    busy.iter().for_each(wakeful::task::JoinHandle::abort);
}

#[test]
fn pitfall_19_busy_workers_still_fire_timers() {
    run("a timer next to busy tasks", async {
        let busy = [(); 4].map(|()| {
            spawn(async {
                loop {
                    yield_now().await;
                }
            })
        });
        spawn(sleep(Duration::from_millis(1))).await.unwrap();
        sleep(Duration::from_millis(1)).await;
        busy.iter().for_each(wakeful::task::JoinHandle::abort);
    });
}

#[test]
fn a_sibling_steals_the_tasks_of_a_blocked_worker() {
    run("the tasks queued after one that blocks", async {
        let (release, blocked) = mpsc::channel::<()>();
        let blocker = spawn(async move {
            // A task should not block, but some do. This one ends when the last of
            // the others has run, whichever worker it blocks.
            let _ = blocked.recv();
        });
        let release = Arc::new(release);
        let others = (0..10).map(|n| {
            let release = Arc::clone(&release);
            spawn(async move {
                yield_now().await;
                drop(release);
                n
            })
        });
        let others: Vec<_> = others.collect();
        drop(release);
        let sum: i32 = join_all(others).await.into_iter().map(Result::unwrap).sum();
        assert_eq!(sum, 45);
        blocker.await.unwrap();
    });
}

#[test]
fn a_sleep_made_on_one_thread_and_awaited_on_another_ends() {
    run("the sleep", async {
        let nap = sleep(Duration::from_millis(1));
        spawn(nap).await.unwrap();
        let slept = spawn(timeout(Duration::from_millis(1), pending::<()>()));
        assert!(slept.await.unwrap().is_err());
    });
}

#[cfg(not(miri))]
#[test]
fn sockets_serve_tasks_on_every_worker() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::{TcpListener, TcpStream};

    run("a hundred echoes", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                drop(spawn(async move {
                    futures_util::io::copy(&stream, &mut &stream).await
                }));
            }
        });
        let clients = (0..100_u8).map(|n| {
            spawn(async move {
                let mut stream = TcpStream::connect(address).await.unwrap();
                for _ in 0..10 {
                    stream.write_all(&[n; 64]).await.unwrap();
                    let mut received = [0; 64];
                    stream.read_exact(&mut received).await.unwrap();
                    assert_eq!(received, [n; 64]);
                }
            })
        });
        for client in join_all(clients).await {
            client.unwrap();
        }
        server.abort();
    });
}

#[test]
fn a_local_runtime_takes_tasks_from_other_threads_too() {
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    let foreign = thread::spawn(move || handle.spawn(async { Handle::try_current().is_ok() }));
    let task = foreign.join().unwrap();
    assert!(watched("the foreign task", || runtime.block_on(task)).unwrap());
    // A task that has not arrived yet is cancelled.
    let late = runtime.handle().spawn(pending::<()>());
    drop(runtime);
    assert!(wakeful::block_on(late).unwrap_err().is_cancelled());
}

#[test]
#[should_panic(expected = "use `spawn`")]
fn spawn_local_in_a_multi_thread_runtime_says_what_to_do() {
    run("the panic", async {
        drop(wakeful::spawn_local(async {}));
    });
}

#[test]
fn a_set_of_tasks_is_collected_while_the_workers_run_them() {
    let tasks = if cfg!(miri) { 20 } else { 2000 };
    run("the set", async move {
        let mut set = wakeful::task::JoinSet::new();
        let (mut spawned, mut sum) = (0, 0);
        while spawned < tasks || !set.is_empty() {
            // We add tasks while we collect outputs.
            for n in (spawned..tasks).take(7) {
                set.spawn(async move {
                    yield_now().await;
                    n
                });
                spawned += 1;
            }
            sum += set.join_next().await.unwrap().unwrap();
        }
        assert_eq!(sum, (0..tasks).sum());
    });
}

#[test]
fn a_scope_moves_with_its_task_between_workers() {
    let children = if cfg!(miri) { 4 } else { 100 };
    run("the task with the scope", async move {
        let parent = spawn(async move {
            let done = AtomicUsize::new(0);
            let scope = Scope::new();
            let whole = scope.run(async {
                for n in 0..children {
                    let done = &done;
                    scope.spawn(async move {
                        for _ in 0..n % 5 {
                            spawn(yield_now()).await.unwrap();
                        }
                        done.fetch_add(1, SeqCst);
                    });
                }
            });
            whole.await;
            done.into_inner()
        });
        assert_eq!(parent.await.unwrap(), children);
    });
}

#[test]
fn the_inspector_sees_the_tasks_of_all_workers() {
    run("the snapshot", async {
        let tasks: Vec<_> = (0..8).map(|_| spawn(pending::<()>())).collect();
        let all_are_seen = || {
            let seen = wakeful::inspect().unwrap().tasks;
            let is_seen = |id| seen.iter().any(|info| info.id == id);
            tasks.iter().all(|task| is_seen(task.id()))
        };
        // With the feature `taskdump` at once, otherwise after their first poll.
        while !all_are_seen() {
            yield_now().await;
        }
    });
}

#[test]
#[should_panic = "build the runtime with `Builder::new_thread_per_core`"]
fn a_multi_thread_runtime_has_no_cores_to_spawn_on() {
    drop(multi_thread(1).handle().spawn_on(0, || async {}));
}
