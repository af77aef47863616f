//! What a runtime does when a task panics.

use crate::support::watched;
use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use wakeful::{
    Runtime,
    runtime::{Builder, UnhandledPanic},
    task::yield_now,
};

fn ends_on_panic() -> Runtime {
    let builder = Builder::new_current_thread();
    let builder = builder.unhandled_panic(UnhandledPanic::ShutdownRuntime);
    builder.build().unwrap()
}

/// The message of the panic of `block_on(future)`.
fn refusal(runtime: &Runtime, future: impl Future) -> String {
    let ended = catch_unwind(AssertUnwindSafe(|| {
        watched("the end of the runtime", || runtime.block_on(future));
    }));
    *ended.unwrap_err().downcast::<String>().unwrap()
}

#[test]
fn a_panic_of_a_task_ends_the_runtime_and_drops_every_task() {
    let runtime = ends_on_panic();
    let (inside, kept) = (Arc::new(()), Arc::new(()));
    let other = runtime.spawn({
        let kept = Arc::clone(&kept);
        async move {
            pending::<()>().await;
            drop(kept);
        }
    });
    let failed = runtime.spawn(async { panic!("a bug") });
    let held = Arc::clone(&inside);
    let message = refusal(&runtime, async move {
        pending::<()>().await;
        drop(held);
    });
    assert!(message.contains("`Builder::unhandled_panic`"), "{message}");
    assert_eq!(Arc::strong_count(&inside), 1, "the future of `block_on`");
    assert_eq!(Arc::strong_count(&kept), 1, "the other task");
    let error = wakeful::block_on(failed).unwrap_err();
    assert!(error.is_panic());
    assert!(wakeful::block_on(other).unwrap_err().is_cancelled());
}

#[test]
fn after_the_panic_block_on_panics_and_a_new_task_is_cancelled() {
    let runtime = ends_on_panic();
    drop(runtime.spawn(async { panic!("a bug") }));
    refusal(&runtime, pending::<()>());
    let message = refusal(&runtime, async {});
    assert!(message.contains("`Builder::unhandled_panic`"), "{message}");
    let here = runtime.spawn(async {});
    assert!(wakeful::block_on(here).unwrap_err().is_cancelled());
    let handle = runtime.handle().clone();
    let elsewhere = std::thread::spawn(move || handle.spawn(async {}));
    let elsewhere = wakeful::block_on(elsewhere.join().unwrap());
    assert!(elsewhere.unwrap_err().is_cancelled());
    drop(runtime);
}

#[test]
fn a_panic_in_the_destructor_of_a_task_counts() {
    struct Bug;
    impl Drop for Bug {
        fn drop(&mut self) {
            panic!("a bug");
        }
    }
    let runtime = ends_on_panic();
    let bug = Bug;
    let failed = runtime.spawn(async move {
        let _bug = bug;
    });
    refusal(&runtime, pending::<()>());
    assert!(wakeful::block_on(failed).unwrap_err().is_panic());
}

#[test]
fn a_panic_on_the_blocking_pool_does_not_end_the_runtime() {
    watched("blocking work", || {
        ends_on_panic().block_on(async {
            let failed = wakeful::spawn_blocking(|| panic!("a bug"));
            assert!(failed.await.unwrap_err().is_panic());
            yield_now().await;
        });
    });
}

#[test]
fn a_panic_is_ignored_by_default() {
    watched("a task beside one that panics", || {
        wakeful::block_on(async {
            let failed = wakeful::spawn(async { panic!("a bug") });
            assert!(failed.await.unwrap_err().is_panic());
            yield_now().await;
            assert_eq!(wakeful::spawn(async { 1 }).await.unwrap(), 1);
        });
    });
}

#[test]
#[should_panic(expected = "only a runtime of `new_current_thread` can shut down")]
fn a_multi_thread_runtime_cannot_end_on_a_panic() {
    let _ = Builder::new_multi_thread().unhandled_panic(UnhandledPanic::ShutdownRuntime);
}
