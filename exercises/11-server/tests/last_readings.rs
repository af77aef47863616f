//! The promises of `collect` when a server stops.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Write};
use std::rc::Rc;

use server::Signal;
use server::channels::{mpsc, oneshot};
use server::timers::{Runtime, spawn};
use server_exercises::last_readings::{Reading, collect};

/// A journal with a buffer. Only what was flushed is on the disk.
#[derive(Clone, Default)]
struct Journal {
    buffer: Rc<RefCell<Vec<u8>>>,
    disk: Rc<RefCell<Vec<u8>>>,
}

impl Journal {
    fn on_disk(&self) -> String {
        String::from_utf8(self.disk.borrow().clone()).expect("the journal is text")
    }
}

impl Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.borrow_mut().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.disk.borrow_mut().append(&mut self.buffer.borrow_mut());
        Ok(())
    }
}

/// A disk without room. A journal with a buffer notices it only in `flush`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Full {
    AtWrite,
    AtFlush,
}

impl Full {
    fn at(self, step: Full, done: usize) -> io::Result<usize> {
        if self == step { Err(ErrorKind::StorageFull.into()) } else { Ok(done) }
    }
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.at(Full::AtWrite, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.at(Full::AtFlush, 0).map(|_| ())
    }
}

fn run<T>(test: impl Future<Output = T>) -> T {
    Runtime::new().expect("a descriptor is free").block_on(test)
}

fn reading(litres: u32) -> (Reading, oneshot::Receiver<()>) {
    let (stored, answer) = oneshot::channel();
    (Reading { litres, stored }, answer)
}

#[test]
fn readings_are_stored_until_the_last_sender_is_gone() {
    let journal = Journal::default();
    let sum = run(async {
        let (sender, readings) = mpsc::channel(10);
        let (first, _first) = reading(40);
        let (second, _second) = reading(2);
        sender.send(first).await.expect("the channel is open");
        sender.send(second).await.expect("the channel is open");
        drop(sender);
        collect(readings, journal.clone(), &Signal::new()).await
    });
    assert_eq!(sum.expect("the journal works"), 42, "the sum of the stored readings");
    assert_eq!(journal.on_disk(), "40\n2\n", "what is on the disk");
}

#[test]
fn a_reading_that_was_sent_before_the_stop_is_stored() {
    let journal = Journal::default();
    let sum = run(async {
        let (sender, readings) = mpsc::channel(10);
        let (stop, (first, answer)) = (Signal::new(), reading(42));
        sender.send(first).await.expect("the channel is open");
        stop.raise();
        let sum = collect(readings, journal.clone(), &stop).await;
        answer.await.expect("the reading is stored");
        sum
    });
    assert_eq!(sum.expect("the journal works"), 42, "the sum of the stored readings");
    assert_eq!(journal.on_disk(), "42\n", "what is on the disk");
}

#[test]
fn a_reading_that_has_an_answer_is_on_the_disk() {
    let journal = Journal::default();
    run(async {
        let (sender, readings) = mpsc::channel(10);
        let written = journal.clone();
        spawn(async move { collect(readings, written, &Signal::new()).await });
        for litres in [40, 2] {
            let (reading, answer) = reading(litres);
            sender.send(reading).await.expect("the channel is open");
            answer.await.expect("the journal works");
            assert!(
                journal.on_disk().ends_with(&format!("{litres}\n")),
                "{litres} has an answer, and it is not on the disk"
            );
        }
    });
}

/// Sends a reading to a full disk. It must have no answer, and the error is returned.
fn store_on(full: Full, stop: &Signal) {
    run(async {
        let (sender, readings) = mpsc::channel(10);
        let (first, answer) = reading(1);
        sender.send(first).await.expect("the channel is open");
        drop(sender);
        let result = collect(readings, full, stop).await;
        assert!(
            matches!(&result, Err(e) if e.kind() == ErrorKind::StorageFull),
            "the disk is full ({full:?}), and `collect` returned {result:?}"
        );
        answer.await.expect_err("a reading that is not on the disk has an answer");
    });
}

#[test]
fn a_reading_that_cannot_be_written_has_no_answer() {
    store_on(Full::AtWrite, &Signal::new());
}

#[test]
fn a_reading_that_cannot_be_flushed_has_no_answer() {
    store_on(Full::AtFlush, &Signal::new());
}

#[test]
fn a_full_disk_is_an_error_after_the_stop_too() {
    let stop = Signal::new();
    stop.raise();
    store_on(Full::AtWrite, &stop);
    store_on(Full::AtFlush, &stop);
}

/// A journal that takes one byte at a time.
struct Slow(Journal);

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(&bytes[..bytes.len().min(1)])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[test]
fn a_journal_may_take_a_part_of_a_line_at_a_time() {
    let journal = Journal::default();
    let sum = run(async {
        let (sender, readings) = mpsc::channel(10);
        let (first, _answer) = reading(123);
        sender.send(first).await.expect("the channel is open");
        drop(sender);
        collect(readings, Slow(journal.clone()), &Signal::new()).await
    });
    assert_eq!(sum.expect("the journal works"), 123, "the sum of the stored readings");
    assert_eq!(journal.on_disk(), "123\n", "`write` may take fewer bytes than it gets");
}

#[test]
fn after_the_stop_a_new_reading_is_refused() {
    let stop = Rc::new(Signal::new());
    run(async {
        let (sender, readings) = mpsc::channel(10);
        let raised = Rc::clone(&stop);
        let task =
            spawn(async move { collect(readings, Journal::default(), &raised).await });
        let (first, answer) = reading(1);
        sender.send(first).await.expect("the channel is open");
        answer.await.expect("the journal works");
        stop.raise();
        // The sender is still there, and the task ends all the same.
        let sum = task.await.expect("the task does not panic");
        assert_eq!(sum.expect("the journal works"), 1, "the sum of the stored readings");
        assert!(
            sender.send(reading(1).0).await.is_err(),
            "a reading was accepted after the stop"
        );
    });
}
