//! The promises of `Keeper`.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use channels::oneshot::Dropped;
use executor::Executor;
use turns_exercises::keeper::Keeper;

/// A library whose handle cannot leave its thread. It notes where it was dropped.
struct Table {
    rows: Rc<RefCell<Vec<u32>>>,
    dropped: Arc<Mutex<Option<thread::ThreadId>>>,
}

impl Drop for Table {
    fn drop(&mut self) {
        *self.dropped.lock().unwrap() = Some(thread::current().id());
    }
}

/// How long a test waits for a thread.
const PATIENCE: Duration = Duration::from_secs(4);

type DroppedAt = Arc<Mutex<Option<thread::ThreadId>>>;

fn open() -> (Keeper<Table>, DroppedAt) {
    let dropped = Arc::new(Mutex::new(None));
    let noted = Arc::clone(&dropped);
    (Keeper::new(move || Table { rows: Rc::default(), dropped: noted }), dropped)
}

#[test]
fn a_request_gets_its_answer() {
    let (keeper, _) = open();
    let answer = keeper.call(|table| {
        table.rows.borrow_mut().push(42);
        table.rows.borrow().len()
    });
    assert_eq!(Executor::new().block_on(answer), Ok(1), "rows in the table");
}

#[test]
fn the_value_never_leaves_its_thread() {
    let (keeper, dropped) = open();
    let executor = Executor::new();
    let threads: Vec<_> = (0..3)
        .map(|_| executor.block_on(keeper.call(|_| thread::current().id())).unwrap())
        .collect();
    drop(keeper);
    assert_ne!(
        threads[0],
        thread::current().id(),
        "the value is on the thread of its caller"
    );
    assert!(
        threads.iter().all(|id| *id == threads[0]),
        "the requests ran on several threads: {threads:?}"
    );
    assert_eq!(
        *dropped.lock().unwrap(),
        Some(threads[0]),
        "the thread on which the value was dropped"
    );
}

#[test]
fn requests_run_in_their_order() {
    let (keeper, _) = open();
    let answers: Vec<_> = (0..10)
        .map(|row| keeper.call(move |table| table.rows.borrow_mut().push(row)))
        .collect();
    let rows = keeper.call(|table| table.rows.borrow().clone());
    let executor = Executor::new();
    assert_eq!(
        executor.block_on(rows),
        Ok((0..10).collect::<Vec<_>>()),
        "the rows in the order of the requests"
    );
    for answer in answers {
        assert_eq!(executor.block_on(answer), Ok(()));
    }
}

#[test]
fn a_request_whose_answer_is_not_wanted_does_not_begin() {
    let (keeper, _) = open();
    let (release, released) = mpsc::channel::<()>();
    let first = keeper.call(move |_| released.recv().is_ok());
    drop(keeper.call(|table| table.rows.borrow_mut().push(1)));
    release.send(()).unwrap();
    let rows = keeper.call(|table| table.rows.borrow().len());
    let executor = Executor::new();
    assert_eq!(executor.block_on(first), Ok(true), "the first request was released");
    assert_eq!(
        executor.block_on(rows),
        Ok(0),
        "rows in the table: the second request was not wanted"
    );
}

#[test]
fn a_panic_ends_only_its_own_request() {
    let (keeper, _) = open();
    let executor = Executor::new();
    for panics in 1..=10 {
        let bad = keeper.call(|table| {
            table.rows.borrow_mut().push(7);
            panic!("a wrong row");
        });
        assert_eq!(executor.block_on(bad), Err::<(), _>(Dropped));
        let rows = keeper.call(|table| table.rows.borrow().len());
        let rows = executor.block_on(rows);
        assert_eq!(rows, Ok(panics), "the request after {panics} panics");
    }
}

/// An answer whose destructor panics.
struct Bad;

impl Drop for Bad {
    fn drop(&mut self) {
        panic!("this panic is part of the test");
    }
}

#[test]
fn an_unwanted_answer_whose_destructor_panics_does_not_end_the_thread() {
    let (keeper, _) = open();
    let (begins, begun) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let unwanted = keeper.call(move |_| {
        begins.send(()).unwrap();
        let _ = released.recv();
        Bad
    });
    begun.recv_timeout(PATIENCE).expect("the request begins");
    drop(unwanted);
    drop(release);
    let next = Executor::new().block_on(keeper.call(|_| 42));
    assert_eq!(next, Ok(42), "the panic of a destructor has ended the thread");
}

#[test]
fn a_call_returns_at_once_while_a_request_blocks() {
    let (tells, told) = mpsc::channel();
    thread::spawn(move || {
        let (keeper, _) = open();
        let (release, released) = mpsc::channel::<()>();
        let first = keeper.call(move |_| {
            let _ = released.recv();
        });
        let answers: Vec<_> = (0..100).map(|row| keeper.call(move |_| row)).collect();
        let _ = tells.send(());
        drop((release, first, answers));
    });
    told.recv_timeout(PATIENCE)
        .expect("`call` blocks until the thread takes the request");
}

#[test]
fn the_value_is_opened_without_a_request() {
    let (opens, opened) = mpsc::channel();
    let _keeper = Keeper::new(move || opens.send(()).unwrap());
    opened.recv_timeout(PATIENCE).expect("`new` starts a thread that opens the value");
}

#[test]
fn if_the_value_cannot_be_opened_each_request_is_dropped() {
    let keeper: Keeper<u32> = Keeper::new(|| panic!("this panic is part of the test"));
    let executor = Executor::new();
    for _ in 0..10 {
        let answer = executor.block_on(keeper.call(|_| 42));
        assert_eq!(answer, Err(Dropped), "there is no value");
    }
    // This does not panic.
    drop(keeper);
}

#[test]
fn dropping_the_keeper_waits_for_its_requests() {
    let (keeper, dropped) = open();
    let done = Arc::new(Mutex::new(Vec::new()));
    let answers: Vec<_> = (0..100)
        .map(|row| {
            let done = Arc::clone(&done);
            keeper.call(move |_| {
                thread::yield_now();
                done.lock().unwrap().push(row);
            })
        })
        .collect();
    drop(keeper);
    assert_eq!(
        done.lock().unwrap().len(),
        100,
        "requests that were done before the end of `drop`"
    );
    assert!(dropped.lock().unwrap().is_some(), "the value was not dropped");
    drop(answers);
}
