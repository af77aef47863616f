//! The promises of a journal with one write for many readings.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Write};
use std::rc::Rc;
use std::time::Duration;

use server::channels::{mpsc, oneshot};
use server::timers::{Clock, Runtime, spawn};
use server_exercises::group_commit::{MOST, Reading, collect};

/// A journal that keeps each write, and has room for some writes.
#[derive(Clone)]
struct Journal {
    writes: Rc<RefCell<Vec<String>>>,
    room: usize,
    /// One write takes this many bytes at most.
    takes: usize,
}

impl Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let bytes = &bytes[..bytes.len().min(self.takes)];
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
    Journal { writes: Rc::default(), room, takes: usize::MAX }
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
        assert_eq!(sum.expect("the journal works"), 10, "the sum of the readings");
        for answer in answers {
            answer.await.expect("each reading has an answer");
        }
    });
    assert_eq!(*journal.writes.borrow(), ["1\n2\n3\n4\n"], "the writes of the journal");
}

#[test]
fn a_lone_reading_does_not_wait_for_others() {
    let journal = journal(10);
    // This clock jumps to the next timer when no task can run.
    let runtime = Runtime::with_clock(Clock::paused()).expect("a descriptor is free");
    let clock = runtime.clock().clone();
    runtime.block_on(async {
        let (sender, readings) = mpsc::channel(10);
        spawn(collect(readings, journal.clone()));
        for litres in 1..=2 {
            for answer in send(&sender, litres..=litres).await {
                let answered = server::timers::timeout(Duration::from_secs(10), answer);
                let answered = answered.await.expect("it waits for other readings");
                answered.expect("the journal works");
            }
        }
    });
    assert_eq!(clock.elapsed(), Duration::ZERO, "a lone reading has waited that long");
    assert_eq!(*journal.writes.borrow(), ["1\n", "2\n"], "the writes of the journal");
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
fn an_error_after_the_first_write_is_returned() {
    let journal = journal(1);
    run(async {
        let (sender, readings) = mpsc::channel(2 * MOST);
        let answers = send(&sender, std::iter::repeat_n(1, MOST + 2)).await;
        drop(sender);
        let result = collect(readings, journal).await;
        assert_eq!(
            result.map_err(|e| e.kind()),
            Err(ErrorKind::StorageFull),
            "the second write has failed"
        );
        for (number, answer) in answers.into_iter().enumerate() {
            assert_eq!(answer.await.is_ok(), number < MOST, "the answer of {number}");
        }
    });
}

#[test]
fn a_write_has_a_limit() {
    let journal = journal(10);
    run(async {
        let (sender, readings) = mpsc::channel(3 * MOST);
        // No conversation waits for its answer any more.
        drop(send(&sender, std::iter::repeat_n(1, 2 * MOST + 1)).await);
        drop(sender);
        let sum = collect(readings, journal.clone()).await.expect("the journal works");
        assert_eq!(
            sum,
            2 * MOST as u64 + 1,
            "each reading counts, also without an answer"
        );
    });
    let lines: Vec<_> =
        journal.writes.borrow().iter().map(|write| write.lines().count()).collect();
    assert_eq!(lines, [MOST, MOST, 1], "the number of readings in each write");
}

#[test]
fn a_full_group_of_long_lines_is_one_write() {
    let journal = journal(10);
    run(async {
        let (sender, readings) = mpsc::channel(MOST);
        send(&sender, std::iter::repeat_n(u32::MAX, MOST)).await;
        drop(sender);
        let sum = collect(readings, journal.clone()).await.expect("the journal works");
        assert_eq!(sum, MOST as u64 * u64::from(u32::MAX), "the sum of the readings");
    });
    let lengths: Vec<_> = journal.writes.borrow().iter().map(String::len).collect();
    assert_eq!(lengths, [MOST * "4294967295\n".len()], "the lengths of the writes");
}

#[test]
fn a_journal_may_take_a_part_of_a_group_at_a_time() {
    let journal = Journal { takes: 3, ..journal(10) };
    run(async {
        let (sender, readings) = mpsc::channel(10);
        send(&sender, [10, 20, 30].into_iter()).await;
        drop(sender);
        collect(readings, journal.clone()).await.expect("the journal works");
    });
    let written = journal.writes.borrow().concat();
    assert_eq!(written, "10\n20\n30\n", "`write` may take fewer bytes than it gets");
}
