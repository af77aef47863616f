//! Pitfall 10: user code calls back into the runtime from every place where the runtime
//! calls it.

use crate::panics::{assert_works, poll_with};
use crate::support::{run, settle};
use std::{
    future::{Future, pending},
    pin::pin,
    sync::Arc,
    task::{Context, Wake, Waker},
    time::Duration,
};
use wakeful::{Runtime, runtime::Builder, spawn_local, time::sleep};

/// A waker that calls back into the runtime when it is woken or dropped.
struct CallsBack;

impl Wake for CallsBack {
    fn wake(self: Arc<Self>) {
        call_back();
    }
}

impl Drop for CallsBack {
    fn drop(&mut self) {
        call_back();
    }
}

/// Takes every lock that the runtime has.
fn call_back() {
    if wakeful::inspect().is_some() {
        let mut nap = pin!(sleep(Duration::from_secs(1)));
        let _ = nap.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        drop(spawn_local(async {}));
        drop(wakeful::spawn_blocking(|| ()));
    }
}

#[test]
fn pitfall_10_a_waker_may_call_back_into_the_runtime() {
    run("wakers that call back", async {
        let calls_back = || Waker::from(Arc::new(CallsBack));
        // A timer wakes it.
        let mut nap = sleep(Duration::from_micros(1));
        assert!(poll_with(&mut nap, &calls_back()).is_pending());
        // A timer replaces it, and then drops it.
        let mut long = sleep(Duration::from_mins(1));
        assert!(poll_with(&mut long, &calls_back()).is_pending());
        assert!(poll_with(&mut long, &calls_back()).is_pending());
        drop(long);
        // A join handle replaces it, and then drops it.
        let mut task = spawn_local(pending::<()>());
        assert!(poll_with(&mut task, &calls_back()).is_pending());
        assert!(poll_with(&mut task, &calls_back()).is_pending());
        task.abort();
        drop(task);
        // A join handle wakes it.
        let mut task = spawn_local(async {});
        assert!(poll_with(&mut task, &calls_back()).is_pending());
        task.await.unwrap();
        nap.await;
        assert_works().await;
    });
}

#[test]
fn pitfall_10_a_futures_drop_may_call_back_into_the_runtime() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let own = CallsBack;
        let task = spawn_local(async move {
            let _own = own;
            pending::<()>().await;
        });
        settle().await;
        task.abort();
        let _ = task.await;
        let own = CallsBack;
        drop(spawn_local(async move {
            let _own = own;
            pending::<()>().await;
        }));
        settle().await;
    });
    // This destructor runs at shutdown.
    drop(runtime);
}

#[cfg(all(unix, not(miri)))]
#[test]
fn pitfall_10_a_sockets_waker_may_call_back_into_the_runtime() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::UnixStream;

    run("the byte", async {
        let (mut here, mut there) = UnixStream::pair().unwrap();
        let mut byte = [0];
        let calls_back = || Waker::from(Arc::new(CallsBack));
        // The socket replaces it, an event wakes it, and the socket drops it.
        let mut read = here.read(&mut byte);
        assert!(poll_with(&mut read, &calls_back()).is_pending());
        assert!(poll_with(&mut read, &calls_back()).is_pending());
        there.write_all(b"x").await.unwrap();
        assert_eq!(read.await.unwrap(), 1);
        here.try_read(&mut byte).unwrap_err();
        // The list of tasks that wait for readiness does the same.
        let mut ready = Box::pin(here.readable());
        assert!(poll_with(&mut ready, &calls_back()).is_pending());
        assert!(poll_with(&mut ready, &calls_back()).is_pending());
        drop(ready);
        let mut read = here.read(&mut byte);
        assert!(poll_with(&mut read, &calls_back()).is_pending());
        drop(here);
        assert_works().await;
    });
}

#[test]
fn pitfall_10_cancelled_blocking_work_may_call_back_when_it_is_dropped() {
    struct SpawnsWhenDropped(wakeful::runtime::Handle);
    impl Drop for SpawnsWhenDropped {
        fn drop(&mut self) {
            drop(self.0.spawn_blocking(|| ()));
            drop(self.0.spawn(async {}));
        }
    }
    let runtime = Builder::new_current_thread()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    let (end, may_end) = std::sync::mpsc::channel::<()>();
    let handle = runtime.handle().clone();
    drop(handle.spawn_blocking(move || may_end.recv()));
    let spawns = SpawnsWhenDropped(handle.clone());
    let queued = handle.spawn_blocking(move || {
        let _own = (spawns, end);
    });
    // The first work ends when the second, which never began, is dropped.
    crate::support::watched("the shutdown", || drop(runtime));
    assert!(wakeful::block_on(queued).unwrap_err().is_cancelled());
}
