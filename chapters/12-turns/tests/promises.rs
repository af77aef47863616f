//! The promises of chapter 12, first page. The clock is one that the tests move.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::future::{pending, poll_fn, ready};
use std::io::Write;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Barrier, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use executor::JoinError;
use timers::{Clock, sleep};
use turns::{
    BUDGET, Pool, Runtime, cooperative, read_file, spawn, spawn_blocking, yield_now,
};

#[path = "../../yield_now.rs"]
mod yield_now;
use yield_now::yield_now as yield_to_tasks;

const MS: Duration = Duration::from_millis(1);

fn paused() -> Runtime {
    Runtime::with_clock(Clock::paused()).expect("a descriptor is free")
}

/// When a sleep of 1 ms ends beside a task that computes for 5 ms between its yields.
fn beside_a_computing_task<Y: Future<Output = ()> + 'static>(
    turn: impl Fn() -> Y + 'static,
) -> Duration {
    let runtime = paused();
    let clock = runtime.clock().clone();
    runtime.block_on(async {
        let computing = clock.clone();
        spawn(async move {
            loop {
                computing.advance(5 * MS);
                turn().await;
            }
        });
        sleep(MS).await;
        clock.elapsed()
    })
}

#[test]
fn a_yield_lets_the_timers_run() {
    assert_eq!(beside_a_computing_task(yield_now), 5 * MS);
}

#[test]
fn a_task_that_wakes_itself_lets_the_timers_run_only_after_61_rounds() {
    assert_eq!(beside_a_computing_task(yield_to_tasks), 61 * 5 * MS);
}

#[test]
fn a_yield_lets_the_reactor_run() {
    let runtime = paused();
    let waker = runtime.block_on(poll_fn(|cx| Poll::Ready(cx.waker().clone())));
    drop(waker);
    runtime.block_on(async {
        let (mut near, far) = mio_pair();
        let heard = Rc::new(Cell::new(false));
        let hears = Rc::clone(&heard);
        spawn(async move {
            let read = far.io(reactor::Direction::Read, |mut far| {
                std::io::Read::read(&mut far, &mut [0])
            });
            assert_eq!(read.await.expect("the socket works"), 1);
            hears.set(true);
        });
        yield_now().await;
        near.write_all(b"m").expect("the socket takes a byte");
        // The first yield lets the reactor wake the task, and the task runs before us.
        yield_now().await;
        assert!(heard.get());
    });
}

/// Two connected sockets. The reactor watches the second one.
fn mio_pair() -> (std::net::TcpStream, reactor::Registered<reactor::mio::net::TcpStream>)
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let near = std::net::TcpStream::connect(address).expect("the listener is there");
    let (far, _) = listener.accept().expect("the client is there");
    far.set_nonblocking(true).expect("the socket works");
    let far = reactor::mio::net::TcpStream::from_std(far);
    (near, reactor::Registered::new(far).expect("the reactor watches it"))
}

#[test]
fn all_woken_tasks_run_before_a_task_that_yields() {
    paused().block_on(async {
        let order = Rc::new(RefCell::new(Vec::new()));
        for name in ["a", "b"] {
            let order = Rc::clone(&order);
            spawn(async move {
                order.borrow_mut().push(name);
                yield_to_tasks().await;
                order.borrow_mut().push(name);
            });
        }
        yield_now().await;
        assert_eq!(*order.borrow(), ["a", "b"]);
        yield_now().await;
        assert_eq!(*order.borrow(), ["a", "b", "a", "b"]);
    });
}

#[test]
fn a_yield_under_another_executor_ends() {
    executor::Executor::new().block_on(yield_now());
}

#[test]
fn a_task_that_yields_as_the_root_ends_goes_on_in_the_next_block_on() {
    let runtime = paused();
    let mut task = None;
    runtime.block_on(async {
        task = Some(spawn(async {
            yield_now().await;
            42
        }));
        let mut polls = 0;
        poll_fn(|cx| {
            polls += 1;
            cx.waker().wake_by_ref();
            if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    });
    let task = task.expect("it was spawned");
    assert_eq!(runtime.block_on(task).expect("the task ends"), 42);
}

#[test]
fn a_task_whose_leaves_are_always_ready_yields_when_its_budget_is_spent() {
    paused().block_on(async {
        let count = Rc::new(Cell::new(0));
        let counted = Rc::clone(&count);
        spawn(async move {
            loop {
                cooperative(ready(())).await;
                counted.set(counted.get() + 1);
            }
        });
        for polls in 1..4 {
            yield_now().await;
            assert_eq!(count.get(), polls * BUDGET);
        }
    });
}

#[test]
fn a_leaf_that_is_not_ready_spends_nothing() {
    paused().block_on(async {
        let mut waits = cooperative(pending::<()>());
        for _ in 0..=BUDGET {
            let polled =
                poll_fn(|cx| Poll::Ready(Pin::new(&mut waits).poll(cx).is_pending()));
            assert!(polled.await);
        }
        let begun = Rc::new(Cell::new(false));
        let begins = Rc::clone(&begun);
        spawn(async move { begins.set(true) });
        cooperative(ready(())).await;
        assert!(!begun.get(), "the task still had its budget, so it did not yield");
    });
}

#[test]
fn the_budget_of_a_task_is_its_own() {
    paused().block_on(async {
        for _ in 0..2 {
            spawn(async {
                for _ in 0..BUDGET {
                    cooperative(ready(())).await;
                }
            });
        }
        let handle = spawn(async {
            let mut leaf = cooperative(ready(()));
            poll_fn(|cx| Poll::Ready(Pin::new(&mut leaf).poll(cx).is_ready())).await
        });
        assert!(handle.await.expect("the task ends"));
    });
}

#[test]
fn a_leaf_outside_of_a_runtime_has_no_budget() {
    executor::Executor::new().block_on(async {
        for _ in 0..=2 * BUDGET {
            let mut leaf = cooperative(ready(()));
            let polled =
                poll_fn(|cx| Poll::Ready(Pin::new(&mut leaf).poll(cx).is_ready()));
            assert!(polled.await);
        }
    });
}

#[test]
fn blocking_work_runs_on_another_thread_and_gives_its_result() {
    let runtime = Runtime::new().expect("a descriptor is free");
    let here = thread::current().id();
    let there = runtime.block_on(async {
        spawn_blocking(|| thread::current().id()).await.expect("the work ends")
    });
    assert_ne!(here, there);
}

#[test]
fn a_file_is_read_while_other_tasks_run() {
    let mut file = tempfile::NamedTempFile::new().expect("the disk has room");
    file.write_all(b"calibration").expect("the disk has room");
    let runtime = Runtime::new().expect("a descriptor is free");
    let read = runtime.block_on(read_file(file.path()));
    assert_eq!(read.expect("the file is there"), b"calibration");
    let missing = runtime.block_on(read_file(file.path().with_extension("missing")));
    assert_eq!(missing.expect_err("no such file").kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn a_panic_of_blocking_work_reaches_its_handle_and_the_thread_goes_on() {
    let (runtime, pool) = (Runtime::new().expect("a descriptor is free"), Pool::new(1));
    let bad = pool.spawn(|| panic!("no table"));
    let good = pool.spawn(|| 42);
    runtime.block_on(async {
        let Err(JoinError::Panicked(panic)) = bad.await else { panic!("it panicked") };
        assert_eq!(panic.downcast_ref(), Some(&"no table"));
        assert_eq!(good.await.expect("the thread goes on"), 42);
    });
}

#[test]
fn a_pool_never_has_more_threads_than_its_cap() {
    let pool = Pool::new(2);
    // Passes only if the two jobs and this thread are there at the same time.
    let all_three = Arc::new(Barrier::new(3));
    let mut jobs: Vec<_> = (0..2)
        .map(|_| {
            let all_three = Arc::clone(&all_three);
            pool.spawn(move || {
                all_three.wait();
                thread::current().id()
            })
        })
        .collect();
    // Both threads are busy, so these jobs have to wait for them.
    jobs.extend((0..20).map(|_| pool.spawn(|| thread::current().id())));
    // Gives a thread that should not be there the time to take one of them.
    for _ in 0..10_000 {
        thread::yield_now();
    }
    all_three.wait();
    let threads: HashSet<_> = executor::Executor::new().block_on(async {
        let mut threads = HashSet::new();
        for job in jobs {
            threads.insert(job.await.expect("the job ends"));
        }
        threads
    });
    assert_eq!(threads.len(), 2);
}

#[test]
fn an_idle_thread_is_used_again() {
    const JOBS: usize = 200;
    let pool = Pool::new(2 * JOBS);
    let executor = executor::Executor::new();
    let mut threads = HashSet::new();
    for _ in 0..JOBS {
        let job = pool.spawn(|| thread::current().id());
        threads.insert(executor.block_on(job).expect("the work ends"));
        // A thread needs a moment to become idle after it has given its result.
        thread::yield_now();
    }
    assert!(threads.len() < JOBS, "each job has started a thread");
}

#[test]
fn a_joiner_whose_waker_panics_does_no_harm_to_the_thread_of_the_pool() {
    struct BadWaker;
    impl Wake for BadWaker {
        fn wake(self: Arc<Self>) {
            panic!("this panic is part of the test");
        }
    }
    let pool = Pool::new(1);
    let (release, released) = mpsc::channel::<()>();
    let mut job = pool.spawn(move || released.recv().is_err());
    let waker = Waker::from(Arc::new(BadWaker));
    assert!(Pin::new(&mut job).poll(&mut Context::from_waker(&waker)).is_pending());
    drop(release);
    let (tells, told) = mpsc::channel();
    drop(pool.spawn(move || tells.send(42)));
    assert_eq!(told.recv_timeout(Duration::from_secs(10)), Ok(42));
    // It would panic if its thread had panicked.
    drop(pool);
    assert!(executor::Executor::new().block_on(job).expect("the work ends"));
}

#[test]
fn dropping_the_pool_waits_for_begun_work_and_cancels_the_rest() {
    let pool = Pool::new(1);
    let (begins, begun) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let first = pool.spawn(move || {
        begins.send(()).expect("the test waits");
        released.recv().expect("the test releases us");
        "done"
    });
    let second = pool.spawn(|| "never begun");
    begun.recv().expect("the work begins");
    let dropping = thread::spawn(move || drop(pool));
    let executor = executor::Executor::new();
    assert!(matches!(executor.block_on(second), Err(JoinError::Cancelled)));
    assert!(!dropping.is_finished(), "the first piece of work is still running");
    release.send(()).expect("the work waits");
    dropping.join().expect("the pool is dropped");
    assert_eq!(executor.block_on(first).expect("the work ends"), "done");
}

#[test]
fn work_that_comes_after_the_end_of_the_pool_is_cancelled() {
    let runtime = Runtime::new().expect("a descriptor is free");
    let pool = Pool::new(1);
    let entered = pool.enter();
    drop(pool);
    let late = spawn_blocking(|| 42);
    drop(entered);
    assert!(matches!(runtime.block_on(late), Err(JoinError::Cancelled)));
}

#[test]
fn the_last_reference_to_a_pool_may_go_on_one_of_its_threads() {
    let pool = Pool::new(1);
    let (gives, given) = mpsc::channel::<Pool>();
    let (tells, told) = mpsc::channel();
    drop(pool.spawn(move || {
        drop(given.recv().expect("the test gives us the pool"));
        tells.send("dropped").expect("the test waits");
    }));
    gives.send(pool).expect("the work waits");
    assert_eq!(told.recv_timeout(Duration::from_secs(10)), Ok("dropped"));
}

#[test]
fn dropping_the_handle_of_blocking_work_does_not_stop_it() {
    let pool = Pool::new(1);
    let (tells, told) = mpsc::channel();
    drop(pool.spawn(move || tells.send("done").expect("the test waits")));
    assert_eq!(told.recv_timeout(Duration::from_secs(10)), Ok("done"));
}
