//! What a task takes from the heap.

use crate::{
    contenders::{Contender, Work, one_thread},
    harness::{Goal, Row, Scale, heap::Tally},
};
use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    task::{Poll, Waker},
};

thread_local! {
    /// Who waits, as something that will wake them knows it.
    static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
    static ROOT: Cell<Option<Waker>> = const { Cell::new(None) };
}

pub fn rows() -> Vec<Row> {
    vec![
        Row {
            key: "heap",
            title: "heap bytes of an idle task",
            unit: "B",
            goal: Goal::Figure(64.0),
            entries: one_thread(Idle),
        },
        Row {
            key: "allocations",
            title: "allocations per spawn, once warm",
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
        // A power of two, so that what grows by doubling has just done so.
        let count = scale.of(16_384).next_power_of_two();
        C::new().block_on(async {
            WAITING.set(Vec::with_capacity(count as usize));
            let tally = Tally::begin();
            for _ in 0..count {
                C::detach(C::spawn(poll_fn(move |context| {
                    WAITING.with_borrow_mut(|all| {
                        all.push(context.waker().clone());
                        if all.len() == count as usize
                            && let Some(root) = ROOT.take()
                        {
                            root.wake();
                        }
                    });
                    Poll::<()>::Pending
                })));
            }
            poll_fn(|context| {
                // The last to come wakes the root.
                ROOT.set(Some(context.waker().clone()));
                match WAITING.with_borrow(Vec::len) < count as usize {
                    true => Poll::Pending,
                    false => Poll::Ready(()),
                }
            })
            .await;
            let bytes = tally.end().bytes;
            WAITING.take();
            bytes as f64 / f64::from(count)
        })
    }
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
