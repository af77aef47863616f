//! Pitfall 19: a task that is always ready does not starve others.

use crate::support::{Game, run, watched};
use futures_util::{StreamExt, future::select, stream};
use std::{
    cell::Cell,
    future::poll_fn,
    pin::pin,
    rc::Rc,
    sync::{Arc, Mutex},
    task::Poll,
    time::{Duration, Instant},
};
use wakeful::{
    Runtime,
    runtime::Builder,
    spawn, spawn_local,
    task::{JoinHandle, yield_now},
    time::{sleep, timeout},
};

#[test]
fn pitfall_19_a_task_that_wakes_itself_does_not_starve_timers() {
    run("a timer next to a busy task", async {
        let busy = spawn_local(async {
            loop {
                yield_now().await;
            }
        });
        sleep(Duration::from_millis(1)).await;
        busy.abort();
    });
}

#[test]
fn pitfall_19_a_block_on_task_that_wakes_itself_does_not_starve_other_threads() {
    run(
        "a wake from the blocking pool next to a busy `block_on` task",
        async {
            let task = wakeful::spawn_blocking(|| ());
            while !task.is_finished() {
                yield_now().await;
            }
            task.await.unwrap();
        },
    );
}

#[cfg(not(miri))]
#[test]
fn pitfall_19_a_task_that_wakes_itself_does_not_starve_sockets() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::{TcpListener, TcpStream};

    run("a byte next to a busy task", async {
        let busy = spawn_local(async {
            loop {
                yield_now().await;
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut there = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (mut here, _) = listener.accept().await.unwrap();
        let reader = spawn_local(async move {
            let mut byte = [0];
            here.read_exact(&mut byte).await.unwrap();
            byte[0]
        });
        there.write_all(&[7]).await.unwrap();
        assert_eq!(reader.await.unwrap(), 7);
        busy.abort();
    });
}

/// Runs `test` in the `block_on` task of each runtime with one thread, and once in a task.
fn on_each_runtime(awaited: &'static str, test: impl AsyncFn() + Copy + Send + 'static) {
    let on_a_multi_thread_runtime = || {
        let builder = Builder::new_multi_thread().worker_threads(1);
        builder.build().unwrap()
    };
    watched(awaited, || {
        Runtime::new().unwrap().block_on(test());
        // Miri cannot run the queues of a multi-thread runtime with these settings.
        if !cfg!(miri) {
            on_a_multi_thread_runtime().block_on(test());
        }
        let as_a_task = async move { spawn_local(async move { test().await }).await.unwrap() };
        Runtime::new().unwrap().block_on(as_a_task);
    });
}

#[test]
fn pitfall_19_one_yield_lets_a_due_timer_fire() {
    on_each_runtime(
        "a timer next to a task that computes and yields",
        async || {
            let nap = spawn(sleep(Duration::from_millis(1)));
            yield_now().await;
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(3) {
                std::hint::spin_loop();
            }
            yield_now().await;
            assert!(nap.is_finished());
        },
    );
}

#[cfg(not(miri))]
#[test]
fn pitfall_19_one_yield_lets_a_ready_socket_be_read() {
    on_each_runtime("a datagram next to a task that yields", async || {
        let socket = wakeful::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let reader = spawn(async move {
            let mut byte = [0];
            socket.recv(&mut byte).await.unwrap();
            byte[0]
        });
        yield_now().await;
        let sender = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        sender.send_to(&[7], address).unwrap();
        yield_now().await;
        assert!(reader.is_finished());
        assert_eq!(reader.await.unwrap(), 7);
    });
}

#[cfg(not(miri))]
#[test]
fn pitfall_19_one_yield_runs_a_task_spawned_from_another_thread() {
    watched("a task that was spawned from outside", || {
        let multi_thread = Builder::new_multi_thread().worker_threads(1);
        for runtime in [Runtime::new().unwrap(), multi_thread.build().unwrap()] {
            let task = runtime.spawn(async {});
            runtime.block_on(yield_now());
            assert!(task.is_finished());
        }
    });
}

const MANY: usize = if cfg!(miri) { 20 } else { 100 };

#[test]
fn pitfall_19_one_yield_runs_every_ready_task() {
    on_each_runtime("all tasks", async || {
        let tasks: Vec<_> = (0..MANY).map(|_| spawn(async {})).collect();
        yield_now().await;
        assert!(tasks.iter().all(JoinHandle::is_finished));
    });
}

#[test]
fn pitfall_19_a_task_that_yields_is_not_starved_by_two_that_never_do() {
    on_each_runtime(
        "a task that yields next to two that wake each other",
        async || {
            let game = Game::default();
            let sides = [0, 1].map(|side| spawn(game.clone().side(side, 1000)));
            let yields = spawn(async {
                for _ in 0..MANY {
                    yield_now().await;
                }
            });
            yields.await.unwrap();
            assert!(!sides.iter().any(JoinHandle::is_finished));
            sides.iter().for_each(JoinHandle::abort);
        },
    );
}

#[test]
fn pitfall_19_tasks_that_yield_take_turns() {
    on_each_runtime("three tasks that yield", async || {
        let order = Arc::new(Mutex::new(Vec::new()));
        let tasks = [0, 1, 2].map(|number| {
            let order = Arc::clone(&order);
            spawn(async move {
                for _ in 0..50 {
                    order.lock().unwrap().push(number);
                    yield_now().await;
                }
            })
        });
        for task in tasks {
            task.await.unwrap();
        }
        let order = order.lock().unwrap();
        let mut first = order[..3].to_vec();
        first.sort_unstable();
        assert_eq!(first, [0, 1, 2]);
        assert!(order.chunks(3).all(|turns| turns == &order[..3]));
    });
}

#[test]
fn pitfall_19_two_tasks_that_wake_each_other_do_not_starve_a_third() {
    run("the third task", async {
        let pair = [(); 2].map(|()| {
            spawn_local(async {
                loop {
                    yield_now().await;
                }
            })
        });
        let third = Rc::new(Cell::new(0));
        let counted = Rc::clone(&third);
        let count = spawn_local(async move {
            for _ in 0..10 {
                yield_now().await;
                counted.set(counted.get() + 1);
            }
        });
        count.await.unwrap();
        assert_eq!(third.get(), 10);
        pair.iter().for_each(JoinHandle::abort);
    });
}

#[test]
fn pitfall_19_a_future_that_is_always_ready_yields_inside_select() {
    run("a sleep next to a future that is always ready", async {
        // This loop never returns Pending by itself, because every handle that it
        // awaits has finished.
        let flood = async {
            loop {
                let ready: Vec<_> = (0..64).map(|_| spawn_local(async {})).collect();
                yield_now().await;
                for task in ready {
                    task.await.unwrap();
                }
            }
        };
        let flood = pin!(flood);
        let nap = pin!(sleep(Duration::from_millis(1)));
        select(flood, nap).await;
    });
}

#[test]
fn pitfall_19_the_budget_ends_a_poll_that_could_go_on_for_ever() {
    run("the neighbour of a greedy task", async {
        let seen = Rc::new(Cell::new(0));
        let neighbour = Rc::clone(&seen);
        let count = if cfg!(miri) { 140 } else { 1000 };
        let tasks: Vec<_> = (0..count).map(|_| spawn_local(async {})).collect();
        yield_now().await;
        assert!(tasks.iter().all(JoinHandle::is_finished));
        let greedy = spawn_local(async move {
            let mut ready = stream::iter(tasks).then(|task| task);
            while let Some(done) = ready.next().await {
                done.unwrap();
            }
            seen.get()
        });
        drop(spawn_local(async move { neighbour.set(1) }));
        assert_eq!(greedy.await.unwrap(), 1, "the neighbour ran in between");
    });
}

/// A channel that always has a message, because we refill it while we drain it.
/// Miri would take minutes until the timer fires.
#[cfg(not(miri))]
async fn flood() {
    let (sender, mut receiver) = wakeful::sync::mpsc::unbounded_channel();
    sender.send(()).unwrap();
    while let Some(()) = receiver.recv().await {
        sender.send(()).unwrap();
    }
}

#[cfg(not(miri))]
#[test]
fn pitfall_19_a_channel_that_is_always_ready_yields_inside_select() {
    run("a sleep next to a channel that is always ready", async {
        wakeful::select! {
            () = flood() => unreachable!("the loop never ends"),
            () = sleep(Duration::from_millis(1)) => {}
        }
        wakeful::select! {
            biased;
            () = flood() => unreachable!("the loop never ends"),
            () = sleep(Duration::from_millis(1)) => {}
        }
    });
}

#[cfg(not(miri))]
#[test]
fn pitfall_19_a_channel_that_is_always_ready_yields_inside_join() {
    run("the sleep that stops the loop", async {
        let (stop, stopped) = wakeful::sync::oneshot::channel::<()>();
        let flood = async {
            wakeful::select! {
                biased;
                () = flood() => unreachable!("the loop never ends"),
                _ = stopped => {}
            }
        };
        let nap = async {
            sleep(Duration::from_millis(1)).await;
            stop.send(()).unwrap();
        };
        wakeful::join!(flood, nap);
    });
}

#[test]
fn pitfall_19_a_timeout_stops_a_future_that_has_spent_the_budget() {
    run("the timeout around a loop that is always ready", async {
        let flood = async {
            loop {
                sleep(Duration::ZERO).await;
            }
        };
        assert!(timeout(Duration::from_millis(1), flood).await.is_err());
    });
}

#[test]
fn tasks_run_in_the_order_they_were_spawned() {
    run("a hundred tasks", async {
        let order = Rc::new(Cell::new(0));
        let tasks: Vec<_> = (0..100)
            .map(|expected| {
                let order = Rc::clone(&order);
                spawn_local(poll_fn(move |_| {
                    assert_eq!(order.replace(expected + 1), expected);
                    Poll::Ready(())
                }))
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

/// The macros must not confuse their own `support` module with the program's.
mod support_of_a_program {
    mod support {
        pub(super) async fn work() -> u32 {
            super::super::yield_now().await;
            1
        }
    }

    #[test]
    fn the_macros_take_no_name_from_the_program() {
        super::run("a future of the program's own module", async {
            assert_eq!(wakeful::join!(support::work()), (1,));
            wakeful::select! {
                one = support::work() => assert_eq!(one + support::work().await, 2),
            }
        });
    }
}
