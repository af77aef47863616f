//! `time` on whole runtimes: no timer is early, and none is forgotten.

use super::{Crew, Dice, attempt_async, explore, pause, runtime};
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

fn span(dice: &Dice) -> Duration {
    // From within a tick of the wheel to beyond its first levels.
    Duration::from_micros(dice.next() % (1 << dice.below(24)))
}

#[test]
fn no_timer_is_early_and_none_is_forgotten() {
    explore(|dice| {
        let runtime = runtime(dice);
        runtime.block_on(async {
            let tasks: Vec<_> = (0..dice.up_to(4))
                .map(|_| {
                    let dice = dice.split();
                    spawn(async move { naps(&dice).await })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}

/// Several waits of a task, each against the clock.
async fn naps(dice: &Dice) {
    for _ in 0..dice.up_to(3) {
        let (start, nap) = (Instant::now(), span(dice));
        match dice.below(5) {
            0 => {
                sleep(nap).await;
                assert!(start.elapsed() >= nap, "too early");
            }
            1 => {
                if attempt_async(dice, sleep(nap)).await.is_some() {
                    assert!(start.elapsed() >= nap, "too early");
                }
            }
            2 => {
                let mut sleep = pin!(sleep(nap));
                let _ = attempt_async(dice, sleep.as_mut()).await;
                // Earlier or later than before.
                let deadline = Instant::now() + span(dice);
                sleep.as_mut().reset(deadline);
                sleep.as_mut().await;
                assert!(
                    Instant::now() >= deadline && sleep.is_elapsed(),
                    "too early"
                );
            }
            3 => {
                let longer = span(dice);
                match timeout(nap, sleep(longer)).await {
                    Ok(()) => assert!(start.elapsed() >= longer, "too early"),
                    Err(_) => assert!(start.elapsed() >= nap, "too early"),
                }
            }
            _ => ticks(dice).await,
        }
        pause(dice).await;
    }
}

async fn ticks(dice: &Dice) {
    let period = span(dice) + Duration::from_nanos(1);
    let start = Instant::now() + span(dice);
    let mut interval = interval_at(start, period);
    let behavior = [
        MissedTickBehavior::Burst,
        MissedTickBehavior::Delay,
        MissedTickBehavior::Skip,
    ][dice.below(3)];
    interval.set_missed_tick_behavior(behavior);
    let mut last = None;
    for _ in 0..dice.up_to(3) {
        let Some(tick) = attempt_async(dice, interval.tick()).await else {
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
        pause(dice).await;
    }
}

#[test]
fn another_thread_sets_and_resets_timers() {
    explore(|dice| {
        let runtime = runtime(dice);
        let mut crew = Crew::default();
        let (done, end) = crate::sync::oneshot::channel();
        let handle = runtime.handle().clone();
        crew.spawn(dice, move |dice| {
            handle.block_on(naps(dice));
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
        crew.join();
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
fn paused(dice: &Dice) {
    let runtime = Builder::new_current_thread()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let start = Instant::now();
        let latest = Rc::new(Cell::new(start));
        let tasks: Vec<_> = (0..dice.up_to(5))
            .map(|_| {
                let (deadline, latest) = (start + span(dice), Rc::clone(&latest));
                let dice = dice.split();
                spawn_local(async move {
                    let mut sleep = pin!(sleep_until(deadline));
                    let _ = attempt_async(&dice, sleep.as_mut()).await;
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
    explore(|dice| {
        let runtime = Builder::new_current_thread()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let start = Instant::now();
            let sleeps: Vec<_> = (0..dice.up_to(5))
                .map(|_| {
                    let deadline = start + span(dice);
                    (deadline, spawn_local(sleep_until(deadline)))
                })
                .collect();
            yield_now().await;
            for _ in 0..dice.up_to(3) {
                let by = span(dice);
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
