//! Pitfall 6: user code panics at every place where the runtime calls it.

use crate::support::{Count, Drops, Gate, run, settle};
use std::{
    future::{Future, pending, poll_fn},
    mem::ManuallyDrop,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::{Context, Poll, RawWaker, RawWakerVTable, Waker},
    time::Duration,
};
use wakeful::{Runtime, runtime::Builder, spawn_local, time::sleep};

/// Panics in its destructor.
struct Bomb(&'static str);

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

/// Checks that the runtime still works: tasks run, timers fire, and the blocking
/// pool wakes tasks.
pub(crate) async fn assert_works() {
    assert_eq!(spawn_local(async { 1 }).await.unwrap(), 1);
    sleep(Duration::from_micros(1)).await;
    assert_eq!(wakeful::spawn_blocking(|| 2).await.unwrap(), 2);
}

#[test]
fn pitfall_06_a_panic_in_poll_ends_only_that_task() {
    run("the task that panics", async {
        let error = spawn_local(async { panic!("ouch") as () })
            .await
            .unwrap_err();
        assert!(error.is_panic() && !error.is_cancelled());
        assert!(error.to_string().ends_with("panicked: ouch"), "{error}");
        let payload = error.into_panic();
        assert_eq!(*payload.downcast::<&str>().unwrap(), "ouch");
        assert_works().await;
    });
}

#[test]
fn pitfall_06_a_panic_in_blocking_work_ends_only_that_work() {
    run("the work that panics", async {
        let error = wakeful::spawn_blocking(|| panic!("ouch") as ())
            .await
            .unwrap_err();
        assert!(error.is_panic());
        assert_works().await;
    });
}

#[test]
fn pitfall_06_a_panic_in_the_futures_drop_is_the_result_of_the_task() {
    run("the future that panics in its drop", async {
        // The future is dropped after its last poll.
        let bomb = Bomb("late");
        let mut bomb = Some(bomb);
        let task = spawn_local(poll_fn(move |_| {
            let _own = &mut bomb;
            Poll::Ready("an output that is lost")
        }));
        assert!(task.await.unwrap_err().is_panic());

        // The future is dropped when the task is aborted.
        let bomb = Bomb("aborted");
        let task = spawn_local(async move {
            let _bomb = bomb;
            pending::<()>().await;
        });
        settle().await;
        task.abort();
        assert!(task.await.unwrap_err().is_panic());
        assert_works().await;
    });
}

#[test]
fn pitfall_06_a_panic_in_poll_and_another_in_drop_report_the_first() {
    // The usual hook prints the backtrace of a second panic. Under Miri, this takes a minute.
    #[cfg(miri)]
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    run("the future that panics twice", async {
        let mut bomb = Some(Bomb("second"));
        let task = spawn_local(poll_fn(move |_| -> Poll<()> {
            let _own = &mut bomb;
            panic!("first")
        }));
        let error = task.await.unwrap_err();
        assert!(error.to_string().ends_with("first"), "{error}");
        assert_works().await;
    });
}

#[test]
fn pitfall_06_a_panic_in_the_outputs_drop_harms_nothing() {
    run("outputs that panic in their drop", async {
        // The task drops the first output.
        drop(spawn_local(async { Bomb("unclaimed") }));
        settle().await;
        // The handle drops the second.
        let task = spawn_local(async { Bomb("unwanted") });
        settle().await;
        assert!(task.is_finished());
        drop(task);
        assert_works().await;
    });
}

#[test]
fn pitfall_06_a_panic_at_shutdown_does_not_stop_the_shutdown() {
    let drops = Drops::default();
    let runtime = Runtime::new().unwrap();
    for _ in 0..2 {
        let (bomb, droplet) = (Bomb("shutdown"), drops.droplet());
        drop(runtime.spawn_local(async move {
            let _own = (bomb, droplet);
            pending::<()>().await;
        }));
    }
    runtime.block_on(settle());
    drop(runtime);
    assert_eq!(drops.count(), 2);
}

/// A waker whose chosen functions panic.
fn hostile(clone: bool, wake: bool, drop: bool) -> ManuallyDrop<Waker> {
    const fn table(clone: bool, wake: bool, drop: bool) -> RawWakerVTable {
        const fn pick(
            yes: bool,
            bad: unsafe fn(*const ()),
            good: unsafe fn(*const ()),
        ) -> unsafe fn(*const ()) {
            if yes { bad } else { good }
        }
        unsafe fn clone_bad(_: *const ()) -> RawWaker {
            panic!("clone")
        }
        unsafe fn bad(_: *const ()) {
            panic!("waker")
        }
        unsafe fn good(_: *const ()) {}
        RawWakerVTable::new(
            if clone { clone_bad } else { clone_good },
            pick(wake, bad, good),
            pick(wake, bad, good),
            pick(drop, bad, good),
        )
    }
    unsafe fn clone_good(data: *const ()) -> RawWaker {
        // SAFETY: `data` points to a static table.
        RawWaker::new(data, unsafe { &*data.cast::<RawWakerVTable>() })
    }
    static TABLES: [RawWakerVTable; 3] = [
        table(true, false, false),
        table(false, true, false),
        table(false, false, true),
    ];
    let table = match (clone, wake, drop) {
        (true, _, _) => &TABLES[0],
        (_, true, _) => &TABLES[1],
        _ => &TABLES[2],
    };
    let raw = RawWaker::new((&raw const *table).cast(), table);
    // SAFETY: a waker's functions may panic, and this waker owns nothing.
    ManuallyDrop::new(unsafe { Waker::from_raw(raw) })
}

pub(crate) fn poll_with<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

#[test]
fn pitfall_06_a_join_waker_that_panics_in_clone_leaves_the_handle_usable() {
    run("the task", async {
        let mut task = spawn_local(async { 5 });
        let waker = hostile(true, false, false);
        let polled = catch_unwind(AssertUnwindSafe(|| poll_with(&mut task, &waker)));
        assert!(polled.is_err());
        assert_eq!(task.await.unwrap(), 5);
    });
}

#[test]
fn pitfall_06_a_join_waker_that_panics_in_wake_harms_nothing_else() {
    run("the task", async {
        let mut task = spawn_local(async { 5 });
        let waker = hostile(false, true, false);
        assert!(poll_with(&mut task, &waker).is_pending());
        settle().await;
        assert_eq!(task.await.unwrap(), 5);
        assert_works().await;
    });
}

#[test]
fn pitfall_06_a_join_waker_that_panics_in_drop_leaves_the_handle_usable() {
    run("the task", async {
        let gate = Gate::default();
        let mut task = spawn_local(gate.clone());
        settle().await;
        let waker = hostile(false, false, true);
        assert!(poll_with(&mut task, &waker).is_pending());
        // The handle drops the old waker when it replaces it.
        let count = Arc::new(Count::default());
        let replaced = catch_unwind(AssertUnwindSafe(|| {
            poll_with(&mut task, &Arc::clone(&count).into())
        }));
        assert!(replaced.is_err());
        gate.open();
        gate.waker().wake();
        settle().await;
        assert_eq!(count.wakes(), 1);
        task.await.unwrap();
    });
}

#[test]
fn pitfall_06_a_timers_waker_that_panics_does_not_silence_the_next_timer() {
    run("the second timer", async {
        let mut first = sleep(Duration::from_micros(1));
        assert!(poll_with(&mut first, &hostile(false, true, false)).is_pending());
        let second = sleep(Duration::from_micros(1));
        second.await;
        assert_works().await;
    });
}

#[cfg(all(unix, not(miri)))]
#[test]
fn pitfall_06_a_sockets_waker_that_panics_does_not_silence_the_next_socket() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::UnixStream;

    run("a byte for each of ten sockets", async {
        let mut pairs = [(); 10].map(|()| UnixStream::pair().unwrap());
        let mut buffer = [0];
        for (here, _) in pairs.iter_mut().step_by(2) {
            let mut read = here.read(&mut buffer);
            assert!(poll_with(&mut read, &hostile(false, true, false)).is_pending());
        }
        let (mut readers, mut writers): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let reads = readers.iter_mut().skip(1).step_by(2).map(|here| async {
            let mut byte = [0];
            here.read_exact(&mut byte).await.map(|()| byte[0])
        });
        let write = async {
            settle().await;
            // The reactor gets all these events in one batch.
            for there in &mut writers {
                there.write_all(b"x").await.unwrap();
            }
        };
        let (received, ()) = wakeful::join!(futures_util::future::join_all(reads), write);
        assert!(received.into_iter().all(|byte| byte.unwrap() == b'x'));
        assert_works().await;
    });
}

#[test]
fn pitfall_06_a_timers_waker_that_panics_in_clone_or_drop_leaves_the_timer_usable() {
    run("the timer", async {
        let mut nap = sleep(Duration::from_millis(1));
        let clone = hostile(true, false, false);
        let polled = catch_unwind(AssertUnwindSafe(|| poll_with(&mut nap, &clone)));
        assert!(polled.is_err());
        let drop = hostile(false, false, true);
        let _ = poll_with(&mut nap, &drop);
        // The timer drops the old waker when it replaces it, or when it ends.
        let _ = catch_unwind(AssertUnwindSafe(|| poll_with(&mut nap, Waker::noop())));
        nap.await;
        assert_works().await;
    });
}

#[cfg(all(unix, not(miri)))]
#[test]
fn pitfall_06_a_sockets_waker_that_panics_in_clone_or_drop_leaves_the_socket_usable() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::UnixStream;

    run("the byte", async {
        let (mut here, mut there) = UnixStream::pair().unwrap();
        let mut byte = [0];
        let clone = hostile(true, false, false);
        let mut read = here.read(&mut byte);
        let polled = catch_unwind(AssertUnwindSafe(|| poll_with(&mut read, &clone)));
        assert!(polled.is_err());
        assert!(poll_with(&mut read, &hostile(false, false, true)).is_pending());
        let replaced = catch_unwind(AssertUnwindSafe(|| poll_with(&mut read, Waker::noop())));
        assert!(replaced.is_err());
        let (received, wrote) = wakeful::join!(read, there.write_all(b"x"));
        assert_eq!((received.unwrap(), wrote.unwrap(), byte), (1, (), *b"x"));
        assert_works().await;
    });
}

#[test]
fn pitfall_06_a_panic_in_block_on_leaves_the_runtime_usable() {
    let runtime = Runtime::new().unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async { panic!("block_on_task") as () });
    }));
    assert!(panicked.is_err());
    runtime.block_on(assert_works());
}

#[test]
fn pitfall_06_a_future_that_panics_is_dropped_while_its_thread_panics() {
    struct Witness(Arc<AtomicBool>);
    impl Drop for Witness {
        fn drop(&mut self) {
            self.0.store(std::thread::panicking(), SeqCst);
        }
    }
    /// A future written by hand. Unwinding out of its `poll` drops no part of it.
    struct ByHand(#[expect(dead_code, reason = "it is dropped")] Witness);
    impl Future for ByHand {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            panic!("in the poll")
        }
    }
    let mut runtimes = vec![Runtime::new().unwrap()];
    // Miri cannot run the queues of a multi-thread runtime with these settings.
    if !cfg!(miri) {
        let multi_thread = Builder::new_multi_thread().worker_threads(1);
        runtimes.push(multi_thread.build().unwrap());
    }
    for runtime in runtimes {
        let panicking = Arc::new(AtomicBool::new(false));
        let witness = Witness(Arc::clone(&panicking));
        let task = runtime.spawn(async move {
            let _witness = witness;
            poll_fn(|_| -> Poll<()> { panic!("in the poll") }).await;
        });
        assert!(runtime.block_on(task).unwrap_err().is_panic());
        assert!(panicking.load(SeqCst), "for a local variable of the poll");

        let panicking = Arc::new(AtomicBool::new(false));
        let task = runtime.spawn(ByHand(Witness(Arc::clone(&panicking))));
        assert!(runtime.block_on(task).unwrap_err().is_panic());
        assert!(panicking.load(SeqCst), "for the future");
    }
}
