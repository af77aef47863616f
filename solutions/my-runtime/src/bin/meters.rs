//! A small meter server on your runtime: `cargo course meters --meters 30`.
//!
//! Each meter is a thread that sends readings to a mailbox. Each mailbox is served
//! by one task on your run queue, with a time limit for each reading. The timers of
//! these limits are your `Deadlines`.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::io::{self, ErrorKind, Write};
use std::panic::{catch_unwind, set_hook, take_hook};
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use my_runtime::deadlines::Deadlines;
use my_runtime::join_all::join_all;
use my_runtime::notify::Notify;
use my_runtime::run_queue::RunQueue;
use my_runtime::timeout::{Elapsed, timeout};
use my_runtime::waker::block_on;

/// How many readings each meter sends.
const READINGS: u32 = 5;
/// The usual pause of a meter between two readings.
const PAUSE: Duration = Duration::from_millis(40);
/// A slow meter pauses this long before its third reading.
const SLOW_PAUSE: Duration = Duration::from_millis(600);
/// A reading that takes longer is late.
const LIMIT: Duration = Duration::from_millis(300);

/// Where a meter's thread leaves its readings, and where its task waits for them.
#[derive(Default)]
struct Mailbox(Mutex<Slots>);

#[derive(Default)]
struct Slots {
    readings: VecDeque<u32>,
    closed: bool,
    waker: Option<Waker>,
}

impl Mailbox {
    fn change(&self, change: impl FnOnce(&mut Slots)) {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut slots);
        let waker = slots.waker.take();
        // The waker runs unknown code, so the lock is released first.
        drop(slots);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Waits for the next reading. `None` means that the meter has hung up.
    async fn reading(&self) -> Option<u32> {
        poll_fn(|cx| {
            let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            slots.waker = Some(cx.waker().clone());
            match slots.readings.pop_front() {
                Some(reading) => Poll::Ready(Some(reading)),
                None if slots.closed => Poll::Ready(None),
                None => Poll::Pending,
            }
        })
        .await
    }
}

/// A meter: a plain thread that sends readings and hangs up.
fn meter(number: u32, mailbox: &Mailbox) {
    for reading in 1..=READINGS {
        let slow = is_slow(number) && reading == 3;
        thread::sleep(if slow { SLOW_PAUSE } else { PAUSE });
        mailbox.change(|slots| slots.readings.push_back(number * reading));
    }
    mailbox.change(|slots| slots.closed = true);
}

/// Every third meter is slow once.
fn is_slow(number: u32) -> bool {
    number.is_multiple_of(3)
}

/// Timers: your `Deadlines`, and the waker of each sleeping task.
#[derive(Clone, Default)]
struct Timers(Rc<RefCell<Sleeps>>);

#[derive(Default)]
struct Sleeps {
    deadlines: Deadlines<u64>,
    wakers: HashMap<u64, Waker>,
    made: u64,
}

impl Timers {
    fn sleep(&self, duration: Duration) -> Sleep {
        let mut sleeps = self.0.borrow_mut();
        sleeps.made += 1;
        let due = Instant::now() + duration;
        Sleep { timers: self.clone(), number: sleeps.made, due }
    }

    fn next(&self) -> Option<Instant> {
        self.0.borrow().deadlines.next()
    }

    /// Wakes the tasks whose deadlines have passed.
    fn wake_due(&self) {
        let now = Instant::now();
        loop {
            let due = self.0.borrow_mut().deadlines.take_due(now);
            let Some(number) = due else { return };
            let waker = self.0.borrow_mut().wakers.remove(&number);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

/// A future that is ready at its deadline. Made by [`Timers::sleep`].
struct Sleep {
    timers: Timers,
    number: u64,
    due: Instant,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.due {
            return Poll::Ready(());
        }
        let mut sleeps = self.timers.0.borrow_mut();
        sleeps.wakers.insert(self.number, cx.waker().clone());
        sleeps.deadlines.set(self.number, self.due);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let waker = {
            let mut sleeps = self.timers.0.borrow_mut();
            sleeps.deadlines.clear(&self.number);
            sleeps.wakers.remove(&self.number)
        };
        drop(waker);
    }
}

/// What one task has learned about its meter.
#[derive(Default)]
struct Row {
    readings: Cell<u32>,
    total: Cell<u32>,
    late: Cell<u32>,
}

/// Serves one meter until it hangs up.
async fn serve(mailbox: Arc<Mailbox>, timers: Timers, row: Rc<Row>) {
    loop {
        match timeout(mailbox.reading(), timers.sleep(LIMIT)).await {
            Ok(Some(reading)) => {
                row.readings.set(row.readings.get() + 1);
                row.total.set(row.total.get() + reading);
            }
            Ok(None) => return,
            Err(Elapsed) => row.late.set(row.late.get() + 1),
        }
    }
}

/// Runs the server for this many meters, and prints its table.
fn run(meters: u32) {
    let begin = Instant::now();
    let (queue, timers) = (RunQueue::new(), Timers::default());
    let mut threads = Vec::new();
    let (mut rows, mut ends) = (Vec::new(), Vec::new());
    for number in 1..=meters {
        let (mailbox, row, end) =
            (Arc::<Mailbox>::default(), Rc::default(), Notify::new());
        rows.push(Rc::clone(&row));
        ends.push(end.clone());
        let served = serve(Arc::clone(&mailbox), timers.clone(), row);
        queue.spawner().spawn(async move {
            served.await;
            end.notify_one();
        });
        threads.push(thread::spawn(move || meter(number, &mailbox)));
    }
    queue.spawner().spawn(async move {
        join_all(ends.iter().map(Notify::notified).collect()).await;
        print(&rows);
    });

    let mut polls = 0;
    loop {
        polls += queue.run_woken();
        if queue.is_empty() {
            break;
        }
        queue.park_until(timers.next());
        timers.wake_due();
    }
    for thread in threads {
        if thread.join().is_err() {
            say("A meter's thread has panicked.");
        }
    }
    say(&format!("{polls} polls in {} ms on one thread", begin.elapsed().as_millis()));
}

/// Prints a line. A program such as `head` closes its pipe when it has read enough.
fn say(line: &str) {
    if let Err(error) = writeln!(io::stdout(), "{line}") {
        assert!(error.kind() == ErrorKind::BrokenPipe, "cannot print: {error}");
    }
}

fn print(rows: &[Rc<Row>]) {
    say("meter  readings   total   late");
    for (number, row) in (1..).zip(rows) {
        let late =
            if row.late.get() > 0 { row.late.get().to_string() } else { "-".into() };
        let (readings, total) = (row.readings.get(), row.total.get());
        say(&format!("{number:>5}  {readings:>8}  {total:>6}  {late:>5}"));
    }
    let total: u32 = rows.iter().map(|row| row.total.get()).sum();
    let late = rows.iter().filter(|row| row.late.get() > 0).count();
    say(&format!("{} meters sent {total} litres. Late meters: {late}.", rows.len()));
}

/// Tries each module in a small way, and returns the names of those that panic.
fn unsolved() -> Vec<&'static str> {
    let modules: [(&str, fn()); 6] = [
        ("waiting/deadlines (src/deadlines.rs)", || {
            let mut deadlines = Deadlines::new();
            deadlines.set(1, Instant::now());
            _ = (
                deadlines.next(),
                deadlines.take_due(Instant::now()),
                deadlines.clear(&1),
            );
        }),
        ("pinning/join-all (src/join_all.rs)", || {
            _ = poll_once(join_all(vec![std::future::ready(())]));
        }),
        ("pinning/timeout (src/timeout.rs)", || {
            _ = poll_once(timeout(std::future::ready(()), std::future::pending()));
        }),
        ("pinning/notify (src/notify.rs)", || {
            let notify = Notify::new();
            notify.notify_waiters();
            _ = poll_once(notify.notified());
            assert!(notify.is_empty(), "the dropped waiter is still in the list");
        }),
        ("wakers/waker (src/waker.rs)", || block_on(async {})),
        ("wakers/run-queue (src/run_queue.rs)", || {
            let queue = RunQueue::new();
            queue.spawner().spawn(async {});
            queue.run();
        }),
    ];
    let hook = take_hook();
    set_hook(Box::new(|_| ()));
    let panics = modules.into_iter().filter(|&(_, tried)| catch_unwind(tried).is_err());
    let names = panics.map(|(name, _)| name).collect();
    set_hook(hook);
    names
}

fn poll_once(future: impl Future) -> bool {
    pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// The number after `--meters`, or 9.
fn meters() -> Result<u32, String> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => Ok(9),
        (Some("--meters"), Some(number)) => match number.parse() {
            Ok(number) if (3..=100).contains(&number) => Ok(number),
            _ => Err(format!("`--meters {number}`: choose a number from 3 to 100")),
        },
        _ => Err("usage: meters [--meters N], with N from 3 to 100".into()),
    }
}

fn main() -> ExitCode {
    let meters = match meters() {
        Ok(meters) => meters,
        Err(usage) => {
            eprintln!("{usage}");
            return ExitCode::FAILURE;
        }
    };
    let unsolved = unsolved();
    if unsolved.is_empty() {
        run(meters);
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "The meter server needs all modules of your runtime. These are not solved yet:"
    );
    for name in unsolved {
        eprintln!("  {name}");
    }
    ExitCode::FAILURE
}
