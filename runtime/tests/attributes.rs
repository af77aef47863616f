//! `#[wakeful::main]` and `#[wakeful::test]`, used. What they say to those who
//! misuse them is tested where they are made.
#![cfg(all(feature = "macros", not(loom)))]

use std::{io, panic::catch_unwind, rc::Rc, thread, time::Duration};
use wakeful::{
    runtime::Handle,
    task::yield_now,
    time::{Instant, sleep},
};

#[wakeful::test]
async fn a_test_runs_on_one_thread_unless_told() {
    let here = thread::current().id();
    let shared = Rc::new(1);
    let other = Rc::clone(&shared);
    // Which only one thread can do.
    let task = wakeful::spawn_local(async move { (thread::current().id(), *other) });
    assert_eq!(task.await.unwrap(), (here, *shared));
}

#[wakeful::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_runs_in_a_pool() {
    let task = wakeful::spawn(async { yield_now().await });
    task.await.unwrap();
    // Which a pool refuses.
    let local = catch_unwind(|| drop(wakeful::spawn_local(async {})));
    assert!(local.is_err());
}

#[wakeful::test(flavor = "thread_per_core", worker_threads = 2)]
async fn a_test_runs_on_a_thread_for_each_core() {
    let here = thread::current().id();
    // Which stays, here or where it was sent.
    let task = wakeful::spawn_local(async { thread::current().id() });
    assert_eq!(task.await.unwrap(), here);
    let there = Handle::current().spawn_on(1, || async { thread::current().id() });
    assert_ne!(there.await.unwrap(), here);
}

#[wakeful::test(start_paused = true)]
async fn a_tests_clock_can_stand_still() {
    let start = Instant::now();
    sleep(Duration::from_hours(1)).await;
    let elapsed = start.elapsed();
    assert!(elapsed >= Duration::from_hours(1) && elapsed < Duration::from_mins(61));
}

#[wakeful::test]
async fn a_test_may_give_a_result() -> Result<(), Box<dyn std::error::Error>> {
    let number: u32 = "7".parse()?;
    yield_now().await;
    assert_eq!(number, 7);
    Ok(())
}

#[wakeful::test]
#[should_panic(expected = "as the test expects")]
async fn other_attributes_stay() {
    yield_now().await;
    panic!("as the test expects");
}

#[wakeful::main]
async fn entry() -> io::Result<&'static str> {
    yield_now().await;
    Ok("any name will do")
}

#[test]
fn main_makes_an_ordinary_function() {
    assert_eq!(entry().unwrap(), "any name will do");
}

mod elsewhere {
    pub use wakeful as renamed;
}

#[wakeful::main(crate = "elsewhere::renamed")]
async fn by_another_name() -> u32 {
    7
}

#[test]
fn the_crate_may_have_another_name() {
    assert_eq!(by_another_name(), 7);
}

#[wakeful::main]
async fn never() -> ! {
    panic!("it never returns");
}

#[test]
#[should_panic(expected = "it never returns")]
fn a_function_that_never_returns() {
    never();
}
