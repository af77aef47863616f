//! Timers: set and dropped, and set and fired.

use crate::{
    contenders::{Contender, Floor, Named, Timed, TimedWork, one_thread_timed},
    harness::{Entry, Goal, Role, Row, Scale, clock::Meter, stats::percentile},
};
use std::{
    future::{Future, poll_fn},
    hint::black_box,
    pin::pin,
    task::Poll,
    time::{Duration, Instant},
};

pub fn rows() -> Vec<Row> {
    vec![
        Row {
            key: "sleep-drop".into(),
            title: "sleep set and dropped".into(),
            unit: "ns",
            goal: Goal::Ratio(0.40),
            entries: std::iter::once(sleep_drop_by_hand())
                .chain(one_thread_timed(SleepDrop(Meter::Processor)))
                .collect(),
        },
        Row {
            key: "sleep-cost".into(),
            title: "10k sleeps that fire, cost of each".into(),
            unit: "ns",
            goal: Goal::Ratio(1.0),
            entries: one_thread_timed(Fire(|fired| fired.cost)),
        },
        Row {
            key: "sleep-late".into(),
            title: "10k sleeps that fire, lateness p50".into(),
            unit: "µs",
            goal: Goal::Figure(100.0),
            entries: one_thread_timed(Fire(|fired| fired.late)),
        },
    ]
}

#[derive(Clone, Copy)]
pub struct SleepDrop(pub Meter);

impl TimedWork for SleepDrop {
    fn sample<C: Timed>(self, scale: Scale) -> f64 {
        async fn pass<C: Timed>(count: u32) {
            for number in 0..count {
                let mut sleep = pin!(C::sleep(a_while(number)));
                poll_fn(|context| {
                    assert!(sleep.as_mut().poll(context).is_pending());
                    Poll::Ready(())
                })
                .await;
            }
        }
        let count = scale.of(50_000);
        C::new().block_on(async {
            pass::<C>(count / 10).await;
            self.0.each(count, pass::<C>(count)).await
        })
    }
}

/// Between ten and seventy seconds, so the timers do not share a slot.
fn a_while(number: u32) -> Duration {
    Duration::from_millis(10_000 + u64::from(number % 60_000))
}

/// By hand, a timer reads the clock once, adds an entry to the slot that the
/// deadline names, and removes the entry.
fn sleep_drop_by_hand() -> Entry {
    let sample = |scale: Scale| {
        let count = scale.of(50_000);
        let mut slots: Vec<Vec<Instant>> = (0..64).map(|_| Vec::with_capacity(1)).collect();
        let start = Instant::now();
        Floor.block_on(Meter::Processor.each(count, async {
            for number in 0..count {
                let deadline = Instant::now() + a_while(number);
                let slot = (deadline - start).subsec_millis() as usize % slots.len();
                slots[slot].push(deadline);
                assert!(black_box(&mut slots)[slot].pop().is_some());
            }
        }))
    };
    Entry::of(Floor::NAME, Role::Floor, sample)
}

/// Ten thousand tasks that each sleep once, all within a fifth of a second. The
/// measurement has two figures, so it makes two rows.
#[derive(Clone, Copy)]
struct Fire(fn(Fired) -> f64);

struct Fired {
    /// The processor time of each task, in nanoseconds.
    cost: f64,
    /// The median of how late the tasks ran, in microseconds.
    late: f64,
}

impl TimedWork for Fire {
    fn sample<C: Timed>(self, scale: Scale) -> f64 {
        async fn pass<C: Timed>(count: u32, lateness: &mut Vec<f64>) {
            let spawn = |number: u32| {
                // Spread evenly, but not in order: 7919 and the count have no common
                // divisor.
                let micros = 5_000 + u64::from(number * 7919 % count) * 200_000 / u64::from(count);
                let sleep = Duration::from_micros(micros);
                C::spawn(async move {
                    let due = Instant::now() + sleep;
                    C::sleep(sleep).await;
                    let late = Instant::now().checked_duration_since(due);
                    late.expect("a timer is never early").as_nanos() as f64 / 1000.0
                })
            };
            let joins: Vec<_> = (0..count).map(spawn).collect();
            for join in joins {
                lateness.push(join.await);
            }
        }
        let count = scale.of(10_000);
        let mut lateness = Vec::with_capacity(count as usize);
        let cost = C::new().block_on(Meter::Processor.each(count, pass::<C>(count, &mut lateness)));
        let late = percentile(&mut lateness, 0.5);
        (self.0)(Fired { cost, late })
    }
}
