//! A runtime used from threads that it does not own: threads that have its handle,
//! and those of the blocking pool.

use crate::support::watched;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
    thread,
    time::Duration,
};
use wakeful::{
    Runtime,
    runtime::{Builder, Handle, RuntimeFlavor},
    spawn, spawn_blocking, spawn_local,
    sync::{mpsc, oneshot},
    task::{block_in_place, yield_now},
    time::{Instant, sleep},
};

const MS: Duration = Duration::from_millis(1);

fn multi_thread(workers: usize) -> Runtime {
    let builder = Builder::new_multi_thread().worker_threads(workers);
    builder.build().unwrap()
}

/// The message of the panic in `code`.
fn panic_of(code: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(code)).expect_err("a panic");
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().expect("a text")).to_owned(),
    }
}

#[test]
fn handle_block_on_needs_no_thread_in_the_runtimes_own_block_on() {
    let runtime = multi_thread(2);
    let handle = runtime.handle().clone();
    let foreign = thread::spawn(move || {
        let start = Instant::now();
        handle.block_on(async {
            // The future stays on this thread, so it need not be `Send`.
            let number = Rc::new(6);
            sleep(2 * MS).await;
            let task = spawn(async {
                yield_now().await;
                7
            });
            *number * task.await.unwrap()
        }) + i32::from(start.elapsed() < 2 * MS)
    });
    watched(
        "a timer and a task of a multi-thread runtime without a thread in `block_on`",
        || {
            assert_eq!(foreign.join().unwrap(), 42);
        },
    );
}

#[cfg(not(miri))]
#[test]
fn the_sockets_of_a_foreign_thread_work() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::{TcpListener, TcpStream};

    let runtime = multi_thread(2);
    let handle = runtime.handle();
    watched("bytes between two foreign threads", || {
        let listener = handle.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        thread::scope(|threads| {
            threads.spawn(|| {
                handle.block_on(async {
                    let (mut stream, _) = listener.accept().await.unwrap();
                    sleep(MS).await;
                    stream.write_all(b"hello").await.unwrap();
                });
            });
            let mut received = String::new();
            handle.block_on(async {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.read_to_string(&mut received).await.unwrap();
            });
            assert_eq!(received, "hello");
        });
    });
}

#[test]
fn handle_block_on_of_a_current_thread_runtime_waits_for_the_thread_that_drives_it() {
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    let (sender, mut receiver) = mpsc::channel(1);
    let foreign = thread::spawn(move || {
        handle.block_on(async {
            sleep(MS).await;
            sender.send("a millisecond").await.unwrap();
        });
    });
    watched("the timer of a foreign thread", || {
        assert_eq!(runtime.block_on(receiver.recv()), Some("a millisecond"));
        foreign.join().unwrap();
    });
}

#[test]
fn blocking_work_runs_inside_its_runtime() {
    for runtime in [
        Runtime::new().unwrap(),
        multi_thread(1),
        Builder::new_thread_per_core()
            .worker_threads(2)
            .build()
            .unwrap(),
    ] {
        watched("a sleep inside blocking work", || {
            runtime.block_on(async {
                let flavor = Handle::current().runtime_flavor();
                let work = spawn_blocking(move || {
                    assert_eq!(Handle::current().runtime_flavor(), flavor);
                    Handle::current().block_on(async {
                        sleep(MS).await;
                        spawn(async { 1 }).await.unwrap()
                    })
                });
                assert_eq!(work.await.unwrap(), 1);
            });
        });
    }
}

#[test]
fn handle_block_on_works_inside_block_in_place() {
    for workers in [1, 2] {
        let runtime = multi_thread(workers);
        let task = runtime.spawn(async {
            yield_now().await;
            block_in_place(|| {
                Handle::current().block_on(async {
                    sleep(MS).await;
                    spawn(async { 42 }).await.unwrap()
                })
            })
        });
        watched("a sleep inside a poll", || {
            assert_eq!(runtime.block_on(task).unwrap(), 42);
        });
    }
}

/// With the poll's spent budget, the wait would poll for ever.
#[test]
fn a_blocking_receive_inside_a_poll_has_no_budget() {
    let runtime = multi_thread(1);
    let (sender, receiver) = oneshot::channel();
    let task = runtime.spawn(async move {
        let (more, mut numbers) = mpsc::unbounded_channel();
        for number in 0..128 {
            more.send(number).unwrap();
            numbers.recv().await;
        }
        assert!(!wakeful::task::coop::has_budget_remaining());
        block_in_place(|| {
            drop(spawn(async move { sender.send(42) }));
            receiver.blocking_recv().unwrap()
        })
    });
    watched("a value after the budget was spent", || {
        assert_eq!(runtime.block_on(task).unwrap(), 42);
    });
}

#[test]
fn pitfall_01_parking_inside_a_poll_of_handle_block_on_loses_no_wake() {
    let runtime = multi_thread(1);
    watched("a value that was sent before the thread parked", || {
        let (sender, receiver) = oneshot::channel();
        let value = runtime.handle().block_on(async {
            let parks = async {
                sender.send(42).unwrap();
                // A blocking call in here parks, too. It ends because of the wake of
                // `block_on`, which must still poll again.
                thread::park();
            };
            wakeful::join!(receiver, parks).0
        });
        assert_eq!(value.unwrap(), 42);
    });
}

#[test]
fn pitfall_18_handle_block_on_panics_on_a_thread_of_a_runtime() {
    let other = Runtime::new().unwrap();
    for runtime in [Runtime::new().unwrap(), multi_thread(1)] {
        for handle in [runtime.handle().clone(), other.handle().clone()] {
            let message = runtime.block_on(async { panic_of(|| handle.block_on(async {})) });
            assert!(message.contains("`.await`"), "{message}");
        }
    }
}

#[test]
fn an_entered_thread_may_block_on_another_runtime() {
    let (one, other) = (Runtime::new().unwrap(), multi_thread(2));
    let flavor = one.handle().enter(|| {
        let inside = other.block_on(async { Handle::current().runtime_flavor() });
        assert_eq!(inside, RuntimeFlavor::MultiThread);
        other.handle().block_on(async {
            assert_eq!(
                Handle::current().runtime_flavor(),
                RuntimeFlavor::MultiThread
            );
        });
        Handle::current().runtime_flavor()
    });
    assert_eq!(flavor, RuntimeFlavor::CurrentThread);
    assert!(Handle::try_current().is_err());
}

#[test]
fn an_entered_thread_cannot_spawn_local_tasks_or_pause_the_clock() {
    for (runtime, advice) in [
        (Runtime::new().unwrap(), "Handle::spawn_on"),
        (multi_thread(1), "This is a multi-thread runtime"),
    ] {
        let handle = runtime.handle();
        let message = handle.enter(|| panic_of(|| drop(spawn_local(async {}))));
        assert!(message.contains(advice), "{message}");
        let message = handle.enter(|| panic_of(wakeful::time::pause));
        assert!(message.contains("current-thread"), "{message}");
    }
}

#[test]
fn the_tasks_of_a_foreign_thread_are_cancelled_when_the_runtime_ends() {
    for runtime in [Runtime::new().unwrap(), multi_thread(2)] {
        let handle = runtime.handle().clone();
        let (begun, mut has_begun) = mpsc::channel::<()>(1);
        let foreign = thread::spawn(move || {
            handle.block_on(async {
                let task = spawn(async move {
                    begun.send(()).await.unwrap();
                    std::future::pending::<()>().await;
                });
                assert!(task.await.unwrap_err().is_cancelled());
                // This spawn comes too late.
                assert!(spawn(async {}).await.unwrap_err().is_cancelled());
            });
        });
        watched("a foreign thread whose runtime ends", || {
            runtime.block_on(has_begun.recv());
            drop(runtime);
            foreign.join().unwrap();
        });
    }
}

#[test]
fn pitfall_16_blocking_work_that_waits_for_a_task_does_not_block_the_shutdown() {
    for runtime in [Runtime::new().unwrap(), multi_thread(2)] {
        let (begun, mut has_begun) = mpsc::channel::<()>(1);
        let work = runtime.spawn_blocking(|| {
            Handle::current().block_on(async {
                let task = spawn(async move {
                    begun.send(()).await.unwrap();
                    std::future::pending::<()>().await;
                });
                task.await.unwrap_err().is_cancelled()
            })
        });
        watched(
            "the shutdown of a runtime whose blocking work waits for it",
            || {
                runtime.block_on(has_begun.recv());
                drop(runtime);
                assert!(wakeful::block_on(work).unwrap());
            },
        );
    }
}

#[test]
fn the_timer_of_a_foreign_thread_panics_when_the_runtime_ends() {
    for runtime in [Runtime::new().unwrap(), multi_thread(2)] {
        let handle = runtime.handle().clone();
        let (begun, has_begun) = std::sync::mpsc::channel();
        let foreign = thread::spawn(move || {
            panic_of(|| {
                handle.block_on(async {
                    let mut nap = Box::pin(sleep(1000 * 1000 * MS));
                    let waits = futures_util::poll!(&mut nap).is_pending();
                    begun.send(waits).unwrap();
                    nap.await;
                });
            })
        });
        watched("a foreign thread whose runtime ends", || {
            assert!(has_begun.recv().unwrap());
            drop(runtime);
            let message = foreign.join().unwrap();
            assert!(message.contains("the runtime of this timer"), "{message}");
        });
    }
}

#[test]
fn runtime_flavor_tells_the_flavors_apart() {
    let flavor = |builder: Builder| builder.build().unwrap().handle().runtime_flavor();
    let cores = |number| flavor(Builder::new_thread_per_core().worker_threads(number));
    assert_eq!(
        flavor(Builder::new_current_thread()),
        RuntimeFlavor::CurrentThread
    );
    assert_eq!(cores(1), RuntimeFlavor::CurrentThread);
    assert_eq!(cores(2), RuntimeFlavor::ThreadPerCore);
    let multi_thread = Builder::new_multi_thread().worker_threads(1);
    assert_eq!(flavor(multi_thread), RuntimeFlavor::MultiThread);
}

#[test]
fn worker_threads_have_the_name_that_was_set() {
    let builder = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("baker")
        .thread_stack_size(256 << 10)
        .enable_all();
    let runtime = builder.build().unwrap();
    let name = || thread::current().name().map(str::to_owned);
    // No other thread is there to run it.
    let task = runtime.spawn(async move { name() });
    watched("a task on the only worker that runs", || {
        while !task.is_finished() {
            thread::yield_now();
        }
    });
    assert_eq!(runtime.block_on(task).unwrap().as_deref(), Some("baker"));
    let work = runtime.spawn_blocking(name);
    assert_eq!(
        runtime.block_on(work).unwrap().as_deref(),
        Some("wakeful-blocking")
    );
}

#[test]
fn pitfall_18_entering_a_runtime_inside_a_poll_does_not_allow_blocking() {
    for runtime in [Runtime::new().unwrap(), multi_thread(2)] {
        let handle = runtime.handle().clone();
        watched("two panics", || {
            runtime.block_on(async {
                handle.enter(|| {
                    let message = panic_of(|| runtime.block_on(async {}));
                    assert!(message.contains("inside of a runtime"), "{message}");
                    let message = panic_of(|| handle.block_on(async {}));
                    assert!(message.contains("inside of a runtime"), "{message}");
                });
            });
        });
    }
}

#[test]
fn a_task_spawned_in_a_multi_thread_runtime_that_was_only_entered_runs() {
    let runtime = multi_thread(2);
    let (sender, message) = std::sync::mpsc::channel();
    runtime.enter(|| drop(spawn(async move { sender.send(()).unwrap() })));
    watched("the task", || message.recv().unwrap());
}
