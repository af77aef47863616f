//! The promises of a journal with one write for many readings.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Write};
use std::rc::Rc;

use server::channels::{mpsc, oneshot};
use server::timers::{Runtime, spawn};
use server_exercises::group_commit::{MOST, Reading, collect};

/// A journal that keeps each write, and has room for some writes.
#[derive(Clone, Default)]
struct Journal {
    writes: Rc<RefCell<Vec<String>>>,
    room: usize,
}

impl Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut writes = self.writes.borrow_mut();
        if writes.len() == self.room {
            return Err(ErrorKind::StorageFull.into());
        }
        writes.push(String::from_utf8(bytes.to_vec()).expect("the journal is text"));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn journal(room: usize) -> Journal {
    Journal { room, ..Journal::default() }
}

fn run<T>(test: impl Future<Output = T>) -> T {
    Runtime::new().expect("a descriptor is free").block_on(test)
}

/// Sends these readings, and returns their answers.
async fn send(
    sender: &mpsc::Sender<Reading>,
    readings: impl Iterator<Item = u32>,
) -> Vec<oneshot::Receiver<()>> {
    let mut answers = Vec::new();
    for litres in readings {
        let (stored, answer) = oneshot::channel();
        let sent = sender.send(Reading { litres, stored }).await;
        sent.expect("the channel is open");
        answers.push(answer);
    }
    answers
}

#[test]
fn readings_that_wait_share_one_write() {
    let journal = journal(10);
    run(async {
        let (sender, readings) = mpsc::channel(10);
        let answers = send(&sender, 1..=4).await;
        drop(sender);
        let sum = collect(readings, journal.clone()).await;
        assert_eq!(sum.expect("the journal works"), 10);
        for answer in answers {
            answer.await.expect("each reading has an answer");
        }
    });
    assert_eq!(*journal.writes.borrow(), ["1\n2\n3\n4\n"]);
}

#[test]
fn a_lone_reading_does_not_wait_for_others() {
    let journal = journal(10);
    run(async {
        let (sender, readings) = mpsc::channel(10);
        spawn(collect(readings, journal.clone()));
        for litres in 1..=2 {
            for answer in send(&sender, litres..=litres).await {
                let limit = std::time::Duration::from_secs(10);
                let answered = server::timers::timeout(limit, answer).await;
                answered.expect("it does not wait").expect("the journal works");
            }
        }
    });
    assert_eq!(*journal.writes.borrow(), ["1\n", "2\n"]);
}

#[test]
fn a_reading_is_not_answered_before_its_write() {
    let journal = journal(0);
    run(async {
        let (sender, readings) = mpsc::channel(10);
        let answers = send(&sender, 1..=4).await;
        drop(sender);
        let result = collect(readings, journal).await;
        assert_eq!(result.map_err(|e| e.kind()), Err(ErrorKind::StorageFull));
        for answer in answers {
            answer.await.expect_err("no reading is stored");
        }
    });
}

#[test]
fn a_write_has_a_limit() {
    let journal = journal(10);
    run(async {
        let (sender, readings) = mpsc::channel(3 * MOST);
        send(&sender, std::iter::repeat_n(1, 2 * MOST + 1)).await;
        drop(sender);
        collect(readings, journal.clone()).await.expect("the journal works");
    });
    let lines: Vec<_> =
        journal.writes.borrow().iter().map(|write| write.lines().count()).collect();
    assert_eq!(lines, [MOST, MOST, 1]);
}
