//! Uses of `#[wakeful::main]` and `#[wakeful::test]`. The crate `wakeful-macros` tests
//! the messages after a wrong use.
#![cfg(all(feature = "macros", not(loom)))]

use std::{io, panic::catch_unwind, rc::Rc, thread, time::Duration};
use wakeful::{
    runtime::Handle,
    task::yield_now,
    time::{Instant, sleep},
};

#[wakeful::test]
async fn a_test_runs_on_one_thread_by_default() {
    let here = thread::current().id();
    let shared = Rc::new(1);
    let other = Rc::clone(&shared);
    // Only a runtime with one thread allows this.
    let task = wakeful::spawn_local(async move { (thread::current().id(), *other) });
    assert_eq!(task.await.unwrap(), (here, *shared));
}

#[wakeful::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_runs_on_a_multi_thread_runtime() {
    let task = wakeful::spawn(async { yield_now().await });
    task.await.unwrap();
    // A multi-thread runtime rejects this.
    let local = catch_unwind(|| drop(wakeful::spawn_local(async {})));
    assert!(local.is_err());
}

#[wakeful::test(flavor = "thread_per_core", worker_threads = 2)]
async fn a_test_runs_on_a_thread_for_each_core() {
    let here = thread::current().id();
    // The task stays on its thread.
    let task = wakeful::spawn_local(async { thread::current().id() });
    assert_eq!(task.await.unwrap(), here);
    let there = Handle::current().spawn_on(1, || async { thread::current().id() });
    assert_ne!(there.await.unwrap(), here);
}

#[wakeful::test(start_paused = true)]
async fn a_test_can_start_with_a_paused_clock() {
    let start = Instant::now();
    sleep(Duration::from_hours(1)).await;
    let elapsed = start.elapsed();
    assert!(elapsed >= Duration::from_hours(1) && elapsed < Duration::from_mins(61));
}

#[wakeful::test]
async fn a_test_may_return_a_result() -> Result<(), Box<dyn std::error::Error>> {
    let number: u32 = "7".parse()?;
    yield_now().await;
    assert_eq!(number, 7);
    Ok(())
}

#[wakeful::test]
#[should_panic(expected = "as the test expects")]
async fn other_attributes_are_kept() {
    yield_now().await;
    panic!("as the test expects");
}

#[wakeful::main]
async fn entry() -> io::Result<&'static str> {
    yield_now().await;
    Ok("the function may have any name")
}

#[test]
fn main_may_be_used_on_any_function() {
    assert_eq!(entry().unwrap(), "the function may have any name");
}

mod elsewhere {
    pub use wakeful as renamed;
}

#[wakeful::main(crate = "elsewhere::renamed")]
async fn by_another_name() -> u32 {
    7
}

#[test]
fn the_crate_may_be_renamed() {
    assert_eq!(by_another_name(), 7);
}

#[wakeful::main]
async fn never() -> ! {
    panic!("it never returns");
}

#[test]
#[should_panic(expected = "it never returns")]
fn a_main_function_may_never_return() {
    never();
}

#[wakeful::test(name = "ingest", unhandled_panic = "ignore")]
async fn a_test_can_name_its_runtime_and_ignore_panics() {
    assert_eq!(Handle::current().name(), Some("ingest"));
    let failed = wakeful::spawn(async { panic!("ignored") });
    assert!(failed.await.unwrap_err().is_panic());
}

#[wakeful::test(unhandled_panic = "shutdown_runtime")]
#[should_panic(expected = "`Builder::unhandled_panic`")]
async fn a_test_can_fail_with_a_task_that_panics() {
    drop(wakeful::spawn(async { panic!("a bug") }));
    std::future::pending::<()>().await;
}
