//! `time` on whole runtimes: no timer is early, and none is forgotten.

use super::{Rng, Threads, attempt_async, explore, pause, runtime};
use crate::{
    runtime::Builder,
    spawn, spawn_local,
    task::yield_now,
    time::{
        Duration, Instant, MissedTickBehavior, advance, interval_at, sleep, sleep_until, timeout,
    },
};
use std::{cell::Cell, pin::pin, rc::Rc};

const TICK: Duration = Duration::from_micros(66);

fn span(rng: &Rng) -> Duration {
    // From within a tick of the wheel to beyond its first levels.
    Duration::from_micros(rng.next() % (1 << rng.below(24)))
}

#[test]
fn no_timer_is_early_and_none_is_forgotten() {
    explore(|rng| {
        let runtime = runtime(rng);
        runtime.block_on(async {
            let tasks: Vec<_> = (0..rng.up_to(4))
                .map(|_| {
                    let rng = rng.split();
                    spawn(async move { naps(&rng).await })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}

/// Several waits of a task, each against the clock.
async fn naps(rng: &Rng) {
    for _ in 0..rng.up_to(3) {
        let (start, nap) = (Instant::now(), span(rng));
        match rng.below(5) {
            0 => {
                sleep(nap).await;
                assert!(start.elapsed() >= nap, "too early");
            }
            1 => {
                if attempt_async(rng, sleep(nap)).await.is_some() {
                    assert!(start.elapsed() >= nap, "too early");
                }
            }
            2 => {
                let mut sleep = pin!(sleep(nap));
                let _ = attempt_async(rng, sleep.as_mut()).await;
                // Earlier or later than before.
                let deadline = Instant::now() + span(rng);
                sleep.as_mut().reset(deadline);
                sleep.as_mut().await;
                assert!(
                    Instant::now() >= deadline && sleep.is_elapsed(),
                    "too early"
                );
            }
            3 => {
                let longer = span(rng);
                match timeout(nap, sleep(longer)).await {
                    Ok(()) => assert!(start.elapsed() >= longer, "too early"),
                    Err(_) => assert!(start.elapsed() >= nap, "too early"),
                }
            }
            _ => ticks(rng).await,
        }
        pause(rng).await;
    }
}

async fn ticks(rng: &Rng) {
    let period = span(rng) + Duration::from_nanos(1);
    let start = Instant::now() + span(rng);
    let mut interval = interval_at(start, period);
    let behavior = [
        MissedTickBehavior::Burst,
        MissedTickBehavior::Delay,
        MissedTickBehavior::Skip,
    ][rng.below(3)];
    interval.set_missed_tick_behavior(behavior);
    let mut last = None;
    for _ in 0..rng.up_to(3) {
        let Some(tick) = attempt_async(rng, interval.tick()).await else {
            continue;
        };
        assert!(Instant::now() >= tick, "too early");
        let Some(before) = last.replace(tick) else {
            assert_eq!(tick, start, "the first tick");
            continue;
        };
        match behavior {
            MissedTickBehavior::Burst => assert_eq!(tick, before + period, "off the beat"),
            MissedTickBehavior::Delay => assert!(tick >= before + period, "within a period"),
            _ => {
                let beats = (tick - start).as_nanos() % period.as_nanos();
                assert_eq!(beats, 0, "off the beat");
                assert!(tick > before);
            }
        }
        pause(rng).await;
    }
}

#[test]
fn another_thread_sets_and_resets_timers() {
    explore(|rng| {
        let runtime = runtime(rng);
        let mut threads = Threads::default();
        let (done, end) = crate::sync::oneshot::channel();
        let handle = runtime.handle().clone();
        threads.spawn(rng, move |rng| {
            handle.block_on(naps(rng));
            done.send(()).unwrap();
        });
        // Its own timers are longer, so those of the other thread must end the
        // sleep of this one.
        let long = sleep_in(&runtime);
        runtime.block_on(async {
            let mut long = pin!(long);
            let mut end = pin!(end);
            std::future::poll_fn(|context| {
                let _ = long.as_mut().poll(context);
                end.as_mut().poll(context)
            })
            .await
            .unwrap();
        });
        threads.join();
    });
}

fn sleep_in(runtime: &crate::Runtime) -> crate::time::Sleep {
    runtime.enter(|| sleep(Duration::from_hours(1)))
}

#[test]
fn a_paused_clock_stops_at_each_deadline() {
    explore(paused);
}

/// Sleeps on a paused clock end in the order of their deadlines, and the clock
/// shows the deadline, or up to a tick more.
fn paused(rng: &Rng) {
    let runtime = Builder::new_current_thread()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let start = Instant::now();
        let latest = Rc::new(Cell::new(start));
        let tasks: Vec<_> = (0..rng.up_to(5))
            .map(|_| {
                let (deadline, latest) = (start + span(rng), Rc::clone(&latest));
                let rng = rng.split();
                spawn_local(async move {
                    let mut sleep = pin!(sleep_until(deadline));
                    let _ = attempt_async(&rng, sleep.as_mut()).await;
                    sleep.as_mut().await;
                    let now = Instant::now();
                    assert!(now >= deadline, "too early");
                    assert!(
                        now - deadline < TICK,
                        "the clock went past {deadline:?}: {now:?}"
                    );
                    assert!(now >= latest.get(), "the clock went back");
                    latest.set(now);
                    deadline
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

#[test]
fn a_clock_that_is_advanced_ends_what_is_due_and_nothing_else() {
    explore(|rng| {
        let runtime = Builder::new_current_thread()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let start = Instant::now();
            let sleeps: Vec<_> = (0..rng.up_to(5))
                .map(|_| {
                    let deadline = start + span(rng);
                    (deadline, spawn_local(sleep_until(deadline)))
                })
                .collect();
            yield_now().await;
            for _ in 0..rng.up_to(3) {
                let by = span(rng);
                let before = Instant::now();
                advance(by).await;
                let now = Instant::now();
                assert!(now >= before + by, "the clock lags");
                for (deadline, sleep) in &sleeps {
                    if *deadline <= before + by {
                        assert!(sleep.is_finished(), "{deadline:?} at {now:?}");
                    } else if *deadline > now {
                        assert!(!sleep.is_finished(), "{deadline:?} at {now:?}");
                    }
                }
            }
        });
    });
}
