//! The memory that a task takes from the heap.

use super::done::Done;
use crate::{
    contenders::{Contender, Work, one_thread},
    harness::{Goal, Row, Scale, heap::Tally},
};
use std::{
    cell::RefCell,
    future::poll_fn,
    sync::Arc,
    task::{Poll, Waker},
    thread,
};

thread_local! {
    /// The wakers of the waiting tasks, held as a resource would hold them.
    static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
}

pub fn rows() -> Vec<Row> {
    vec![
        Row {
            key: "heap".into(),
            title: "heap bytes of an idle task".into(),
            unit: "B",
            goal: Goal::Figure(56.0),
            entries: one_thread(Idle),
        },
        Row {
            key: "allocations".into(),
            title: "allocations per spawn, once warm".into(),
            unit: "",
            goal: Goal::Figure(0.05),
            entries: one_thread(Warm),
        },
    ]
}

#[derive(Clone, Copy)]
struct Idle;

impl Work for Idle {
    fn sample<C: Contender>(self, scale: Scale) -> f64 {
        // A contender keeps the memory of earlier tasks for each thread. On a new
        // thread these tasks are the first.
        let sample = thread::spawn(move || idle::<C>(scale));
        sample.join().expect("a sample does not panic")
    }
}

fn idle<C: Contender>(scale: Scale) -> f64 {
    // Just below a power of two, with the last task included. So a collection
    // that grows by doubling is full.
    let count = scale.of(16_384).next_power_of_two() - 2;
    C::new().block_on(async {
        WAITING.set(Vec::with_capacity(count as usize));
        let all_wait = Arc::<Done>::default();
        let tally = Tally::begin();
        for _ in 0..count {
            C::detach(C::spawn(poll_fn(|context| {
                WAITING.with_borrow_mut(|all| all.push(context.waker().clone()));
                Poll::<()>::Pending
            })));
        }
        // When this task, which was spawned last, runs, all others wait.
        let last = Arc::clone(&all_wait);
        C::detach(C::spawn(async move { last.tell() }));
        all_wait.told().await;
        assert_eq!(WAITING.with_borrow(Vec::len), count as usize);
        let bytes = tally.end().bytes;
        WAITING.take();
        // Rounded down, because the last task adds a fraction of a byte to each.
        (bytes as f64 / f64::from(count)).floor()
    })
}

#[derive(Clone, Copy)]
struct Warm;

impl Work for Warm {
    fn sample<C: Contender>(self, scale: Scale) -> f64 {
        async fn pass<C: Contender>(rounds: u32) {
            let mut joins = Vec::with_capacity(100);
            for _ in 0..rounds {
                joins.extend((0..100).map(|number: u32| C::spawn(async move { number })));
                let mut sum = 0;
                for join in joins.drain(..) {
                    sum += join.await;
                }
                assert_eq!(sum, 4950);
            }
        }
        let rounds = scale.of(100);
        C::new().block_on(async {
            pass::<C>(rounds).await;
            let tally = Tally::begin();
            pass::<C>(rounds).await;
            tally.end().allocations as f64 / f64::from(rounds * 100)
        })
    }
}
