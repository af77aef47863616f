//! A service with three kinds of work: requests with deadlines, cleanup, and an alarm
//! that must run at once. Its tasks have priorities and deadlines.
//!
//! `cargo run -p wakeful --example priorities` runs the same tasks twice, first with
//! the FIFO scheduler and then with the ranked one. It prints the order in which the
//! tasks were polled.

use std::{cell::RefCell, io, rc::Rc, time::Duration};
use wakeful::{
    runtime::{Builder, Scheduling},
    task::{self, JoinError, yield_now},
    time::Instant,
};

/// The names of the tasks that were polled, in order.
type Log = Rc<RefCell<Vec<&'static str>>>;

fn main() -> io::Result<()> {
    for scheduling in [Scheduling::Fifo, Scheduling::Ranked] {
        let runtime = Builder::new_current_thread()
            .scheduling(scheduling)
            .build()?;
        let log = Log::default();
        runtime.block_on(busy_moment(&log))?;
        println!("{scheduling:?} order: {}", log.take().join(", "));
    }
    Ok(())
}

async fn busy_moment(log: &Log) -> Result<(), JoinError> {
    let now = Instant::now();
    let cleanup = task::Builder::new().priority(-1);
    let cleanup = cleanup.spawn_local(work("cleanup", 3, Rc::clone(log)));
    // At equal priority, the request with the earlier deadline runs first.
    let requests = [
        ("patient request", "child of patient", 300),
        ("urgent request", "child of urgent", 20),
    ];
    let requests = requests.map(|(name, child, millis)| {
        let request = task::Builder::new().deadline(now + Duration::from_millis(millis));
        request.spawn_local(answer(name, child, Rc::clone(log)))
    });
    let alarm = task::Builder::new().priority(9);
    let alarm = alarm.spawn_local(work("alarm", 1, Rc::clone(log)));
    alarm.await?;
    for request in requests {
        request.await?;
    }
    cleanup.await
}

/// Answers a request, with the help of a child task. The child inherits the deadline of
/// the request.
async fn answer(name: &'static str, child: &'static str, log: Log) {
    let child = wakeful::spawn_local(work(child, 1, Rc::clone(&log)));
    work(name, 1, log).await;
    if let Err(error) = child.await {
        eprintln!("{name}: {error}");
    }
}

/// Takes some turns, and yields to the other tasks after each.
async fn work(name: &'static str, turns: u32, log: Log) {
    for _ in 0..turns {
        log.borrow_mut().push(name);
        yield_now().await;
    }
}
