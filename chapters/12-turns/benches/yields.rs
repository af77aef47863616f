//! What turns cost: an exchange of wakes between two tasks, and a yield of many tasks.
//!
//! `cargo bench -p turns`

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Instant;

/// Two tasks wake each other in turn.
async fn exchange(turn: Rc<Cell<u32>>, other: Rc<Cell<Option<Waker>>>, me: u32) {
    const TURNS: u32 = 20_000;
    poll_fn(move |cx| {
        if turn.get() % 2 == me {
            turn.set(turn.get() + 1);
            if let Some(waker) = other.take() {
                waker.wake();
            }
        }
        if turn.get() > TURNS {
            return Poll::Ready(());
        }
        other.set(Some(cx.waker().clone()));
        Poll::Pending
    })
    .await;
}

macro_rules! exchanges {
    ($runtime:expr, $spawn:path) => {{
        let runtime = $runtime;
        let begun = Instant::now();
        runtime.block_on(async {
            let (turn, slot) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(None)));
            let tasks = [0, 1].map(|me| $spawn(exchange(turn.clone(), slot.clone(), me)));
            for task in tasks {
                task.await.expect("the task ends");
            }
        });
        begun.elapsed().as_secs_f64() / 20_000.0 * 1e9
    }};
}

/// Each of `tasks` tasks yields, in all 20,000 times.
fn yields(tasks: u32) -> f64 {
    let runtime = turns::Runtime::new().expect("a descriptor is free");
    let begun = Instant::now();
    runtime.block_on(async {
        let tasks = (0..tasks).map(|_| {
            turns::spawn(async move {
                for _ in 0..20_000 / tasks {
                    turns::yield_now().await;
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.expect("the task ends");
        }
    });
    begun.elapsed().as_secs_f64() / 20_000.0 * 1e9
}

fn main() {
    // `cargo test` only builds it.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut measured = [const { Vec::new() }; 4];
    for _ in 0..31 {
        let every_round = timers::Runtime::new().expect("a descriptor is free");
        let rarely = turns::Runtime::new().expect("a descriptor is free");
        measured[0].push(exchanges!(every_round, timers::spawn));
        measured[1].push(exchanges!(rarely, turns::spawn));
        measured[2].push(yields(1));
        measured[3].push(yields(100));
    }
    let names = [
        "a wake, chapter 09: a look after each round",
        "a wake, chapter 12: a look after 61 rounds",
        "a yield of one task",
        "a yield of each of 100 tasks",
    ];
    println!("{:<46} {:>8}  {:>5}", "", "time", "ratio");
    let medians = measured.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    for (name, median) in names.iter().zip(medians) {
        println!("{name:<46} {median:>5.0} ns  {:>5.2}", median / medians[0]);
    }
}
