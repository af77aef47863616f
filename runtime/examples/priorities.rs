//! A service with three kinds of work: requests with deadlines, bookkeeping,
//! and an alarm that must be heard. Its tasks are ranked.
//!
//! `cargo run -p wakeful --example priorities` runs one busy moment twice, first
//! come first served and then ranked, and shows who had which turn.

use std::{cell::RefCell, io, rc::Rc, time::Duration};
use wakeful::{
    runtime::{Builder, Scheduling},
    task::{self, JoinError, yield_now},
    time::Instant,
};

/// What was done, in order.
type Log = Rc<RefCell<Vec<&'static str>>>;

fn main() -> io::Result<()> {
    for scheduling in [Scheduling::Fifo, Scheduling::Ranked] {
        let runtime = Builder::new_current_thread()
            .scheduling(scheduling)
            .build()?;
        let log = Log::default();
        runtime.block_on(busy_moment(&log))?;
        println!("{scheduling:?}: {}", log.take().join(", "));
    }
    Ok(())
}

async fn busy_moment(log: &Log) -> Result<(), JoinError> {
    let now = Instant::now();
    let sweep = task::Builder::new().priority(-1);
    let sweep = sweep.spawn_local(work("sweep", 3, Rc::clone(log)));
    // Whoever has promised an answer sooner goes first.
    let requests = [
        ("slow", "half of slow", 300),
        ("quick", "half of quick", 20),
    ];
    let requests = requests.map(|(name, half, millis)| {
        let request = task::Builder::new().deadline(now + Duration::from_millis(millis));
        request.spawn_local(answer(name, half, Rc::clone(log)))
    });
    let alarm = task::Builder::new().priority(9);
    let alarm = alarm.spawn_local(work("alarm", 1, Rc::clone(log)));
    alarm.await?;
    for request in requests {
        request.await?;
    }
    sweep.await
}

/// Answers a request, half of it in a task of its own, which has the request's
/// deadline because its parent has.
async fn answer(name: &'static str, half: &'static str, log: Log) {
    let half = wakeful::spawn_local(work(half, 1, Rc::clone(&log)));
    work(name, 1, log).await;
    if let Err(error) = half.await {
        eprintln!("{name}: {error}");
    }
}

/// Works for some turns, and lets others have theirs in between.
async fn work(name: &'static str, turns: u32, log: Log) {
    for _ in 0..turns {
        log.borrow_mut().push(name);
        yield_now().await;
    }
}
