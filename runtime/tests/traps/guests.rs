//! A runtime on threads that are none of its own: those that have a handle, and
//! those of the blocking pool.

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

fn pool(workers: usize) -> Runtime {
    let builder = Builder::new_multi_thread().worker_threads(workers);
    builder.build().unwrap()
}

/// What a panic in `code` says.
fn panic_of(code: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(code)).expect_err("a panic");
    match panic.downcast::<String>() {
        Ok(said) => *said,
        Err(panic) => (*panic.downcast::<&str>().expect("a text")).to_owned(),
    }
}

#[test]
fn a_guest_of_a_pool_needs_nobody_in_block_on() {
    let runtime = pool(2);
    let handle = runtime.handle().clone();
    let guest = thread::spawn(move || {
        let start = Instant::now();
        handle.block_on(async {
            // Stays here, so it may be what it likes.
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
        "a guest's timer and task, of a pool that is not in `block_on`",
        || {
            assert_eq!(guest.join().unwrap(), 42);
        },
    );
}

#[cfg(not(miri))]
#[test]
fn a_guests_sockets_are_looked_after() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::{TcpListener, TcpStream};

    let runtime = pool(2);
    let handle = runtime.handle();
    watched("bytes between two guests", || {
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
            let mut heard = String::new();
            handle.block_on(async {
                let mut stream = TcpStream::connect(address).await.unwrap();
                stream.read_to_string(&mut heard).await.unwrap();
            });
            assert_eq!(heard, "hello");
        });
    });
}

#[test]
fn a_guest_of_one_thread_waits_for_who_drives_it() {
    let runtime = Runtime::new().unwrap();
    let handle = runtime.handle().clone();
    let (sender, mut receiver) = mpsc::channel(1);
    let guest = thread::spawn(move || {
        handle.block_on(async {
            sleep(MS).await;
            sender.send("a millisecond").await.unwrap();
        });
    });
    watched("a guest's timer", || {
        assert_eq!(runtime.block_on(receiver.recv()), Some("a millisecond"));
        guest.join().unwrap();
    });
}

#[test]
fn work_on_the_blocking_pool_is_inside_of_its_runtime() {
    for runtime in [
        Runtime::new().unwrap(),
        pool(1),
        Builder::new_thread_per_core()
            .worker_threads(2)
            .build()
            .unwrap(),
    ] {
        watched("a sleep within blocking work", || {
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
fn a_handle_blocks_within_block_in_place() {
    for workers in [1, 2] {
        let runtime = pool(workers);
        let task = runtime.spawn(async {
            yield_now().await;
            block_in_place(|| {
                Handle::current().block_on(async {
                    sleep(MS).await;
                    spawn(async { 42 }).await.unwrap()
                })
            })
        });
        watched("a sleep in the middle of a poll", || {
            assert_eq!(runtime.block_on(task).unwrap(), 42);
        });
    }
}

/// The rest of a budget that the poll has spent would have it go round for ever.
#[test]
fn who_blocks_in_a_poll_has_no_budget() {
    let runtime = pool(1);
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
    watched("a value, behind a spent budget", || {
        assert_eq!(runtime.block_on(task).unwrap(), 42);
    });
}

#[test]
fn trap_01_who_parks_in_a_guests_poll_takes_no_wake_of_the_guests() {
    let runtime = pool(1);
    watched("a value that came before its thread parked", || {
        let (sender, receiver) = oneshot::channel();
        let value = runtime.handle().block_on(async {
            let parks = async {
                sender.send(42).unwrap();
                // As whatever blocks in here does. It ends by what woke the
                // guest, which has to look all the same.
                thread::park();
            };
            wakeful::join!(receiver, parks).0
        });
        assert_eq!(value.unwrap(), 42);
    });
}

#[test]
fn trap_18_a_handle_does_not_block_a_runtimes_own_thread() {
    let other = Runtime::new().unwrap();
    for runtime in [Runtime::new().unwrap(), pool(1)] {
        for handle in [runtime.handle().clone(), other.handle().clone()] {
            let said = runtime.block_on(async { panic_of(|| handle.block_on(async {})) });
            assert!(said.contains("`.await`"), "{said}");
        }
    }
}

#[test]
fn a_guest_may_block_on_another_runtime() {
    let (one, other) = (Runtime::new().unwrap(), pool(2));
    let flavor = one.handle().enter(|| {
        let within = other.block_on(async { Handle::current().runtime_flavor() });
        assert_eq!(within, RuntimeFlavor::MultiThread);
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
fn a_guest_cannot_spawn_what_must_stay() {
    for (runtime, advice) in [
        (Runtime::new().unwrap(), "Handle::spawn_on"),
        (pool(1), "This is a pool"),
    ] {
        let handle = runtime.handle();
        let said = handle.enter(|| panic_of(|| drop(spawn_local(async {}))));
        assert!(said.contains(advice), "{said}");
        let said = handle.enter(|| panic_of(wakeful::time::pause));
        assert!(said.contains("current-thread"), "{said}");
    }
}

#[test]
fn a_guest_hears_of_the_end_of_its_runtime() {
    for runtime in [Runtime::new().unwrap(), pool(2)] {
        let handle = runtime.handle().clone();
        let (begun, mut has_begun) = mpsc::channel::<()>(1);
        let guest = thread::spawn(move || {
            handle.block_on(async {
                let task = spawn(async move {
                    begun.send(()).await.unwrap();
                    std::future::pending::<()>().await;
                });
                assert!(task.await.unwrap_err().is_cancelled());
                // Too late.
                assert!(spawn(async {}).await.unwrap_err().is_cancelled());
            });
        });
        watched("the guest of a runtime that ends", || {
            runtime.block_on(has_begun.recv());
            drop(runtime);
            guest.join().unwrap();
        });
    }
}

#[test]
fn trap_16_blocking_work_that_waits_for_a_task_does_not_hold_the_end_up() {
    for runtime in [Runtime::new().unwrap(), pool(2)] {
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
        watched("the end of a runtime that blocking work waits on", || {
            runtime.block_on(has_begun.recv());
            drop(runtime);
            assert!(wakeful::block_on(work).unwrap());
        });
    }
}

#[test]
fn a_guests_timer_does_not_outlive_its_runtime_in_silence() {
    for runtime in [Runtime::new().unwrap(), pool(2)] {
        let handle = runtime.handle().clone();
        let (begun, has_begun) = std::sync::mpsc::channel();
        let guest = thread::spawn(move || {
            panic_of(|| {
                handle.block_on(async {
                    let mut nap = Box::pin(sleep(1000 * 1000 * MS));
                    let waits = futures_util::poll!(&mut nap).is_pending();
                    begun.send(waits).unwrap();
                    nap.await;
                });
            })
        });
        watched("the guest of a runtime that ends", || {
            assert!(has_begun.recv().unwrap());
            drop(runtime);
            let said = guest.join().unwrap();
            assert!(said.contains("the runtime of this timer"), "{said}");
        });
    }
}

#[test]
fn the_flavors_are_told_apart() {
    let flavor = |builder: Builder| builder.build().unwrap().handle().runtime_flavor();
    let cores = |number| flavor(Builder::new_thread_per_core().worker_threads(number));
    assert_eq!(
        flavor(Builder::new_current_thread()),
        RuntimeFlavor::CurrentThread
    );
    assert_eq!(cores(1), RuntimeFlavor::CurrentThread);
    assert_eq!(cores(2), RuntimeFlavor::ThreadPerCore);
    let pool = Builder::new_multi_thread().worker_threads(1);
    assert_eq!(flavor(pool), RuntimeFlavor::MultiThread);
}

#[test]
fn the_threads_that_run_tasks_are_called_as_they_were_told() {
    let builder = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("baker")
        .thread_stack_size(256 << 10)
        .enable_all();
    let runtime = builder.build().unwrap();
    let name = || thread::current().name().map(str::to_owned);
    // Nobody else is there to run it.
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
fn trap_18_a_guest_from_inside_of_a_poll_must_not_block_either() {
    for runtime in [Runtime::new().unwrap(), pool(2)] {
        let handle = runtime.handle().clone();
        watched("what is refused", || {
            runtime.block_on(async {
                handle.enter(|| {
                    let said = panic_of(|| runtime.block_on(async {}));
                    assert!(said.contains("inside of a runtime"), "{said}");
                    let said = panic_of(|| handle.block_on(async {}));
                    assert!(said.contains("inside of a runtime"), "{said}");
                });
            });
        });
    }
}

#[test]
fn what_is_spawned_in_a_pool_that_was_only_entered_runs_at_once() {
    let runtime = pool(2);
    let (say, said) = std::sync::mpsc::channel();
    runtime.enter(|| drop(spawn(async move { say.send(()).unwrap() })));
    watched("the task", || said.recv().unwrap());
}
