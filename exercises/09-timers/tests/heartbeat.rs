use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use timers::{Clock, Runtime, sleep, timeout};
use timers_exercises::heartbeat::Heartbeat;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The numbers of five beats, and the milliseconds at which they came. Before the third
/// beat, the task is busy for `busy`.
fn beats(busy: Duration) -> Vec<(u32, u128)> {
    let runtime = Runtime::with_clock(Clock::paused()).expect("a descriptor is free");
    runtime.block_on(async {
        let (mut heart, mut beats) = (Heartbeat::new(ms(10)), Vec::new());
        for beat in 1..=5 {
            if beat == 3 {
                sleep(busy).await;
            }
            beats.push((heart.beat().await, runtime.clock().elapsed().as_millis()));
        }
        beats
    })
}

#[test]
fn the_beats_are_on_schedule() {
    assert_eq!(
        beats(ms(0)),
        [(1, 10), (2, 20), (3, 30), (4, 40), (5, 50)],
        "the number of each beat, and its time in ms"
    );
}

#[test]
fn a_short_delay_does_not_move_the_schedule() {
    assert_eq!(
        beats(ms(7)),
        [(1, 10), (2, 20), (3, 30), (4, 40), (5, 50)],
        "the number of each beat, and its time in ms"
    );
}

#[test]
fn after_a_pause_there_is_one_beat_and_then_the_schedule() {
    assert_eq!(
        beats(ms(35)),
        [(1, 10), (2, 20), (5, 55), (6, 60), (7, 70)],
        "the number of each beat, and its time in ms"
    );
}

#[test]
fn a_pause_that_ends_exactly_at_a_beat_gives_it_once() {
    assert_eq!(
        beats(ms(30)),
        [(1, 10), (2, 20), (5, 50), (6, 60), (7, 70)],
        "the number of each beat, and its time in ms"
    );
}

#[test]
fn an_hour_of_sleep_does_not_cause_a_burst() {
    let hour = Duration::from_hours(1);
    let last = beats(hour);
    assert_eq!(last[2], (360_002, 3_600_020), "the beat after the hour, and its time");
    assert_eq!(last[4], (360_004, 3_600_040), "two beats later");
}

#[test]
fn a_pause_in_the_middle_of_a_wait_gives_one_beat_too() {
    let runtime = Runtime::with_clock(Clock::paused()).expect("a descriptor is free");
    runtime.block_on(async {
        let mut heart = Heartbeat::new(ms(10));
        {
            let mut beat = pin!(heart.beat());
            let polled = poll_fn(|cx| Poll::Ready(beat.as_mut().poll(cx))).await;
            assert!(polled.is_pending(), "the first beat is due after one period");
            // The program stops here.
            runtime.clock().advance(ms(35));
            assert_eq!(beat.await, 3, "the last beat that is due after 35 ms");
        }
        let next = (heart.beat().await, runtime.clock().elapsed());
        assert_eq!(next, (4, ms(40)), "the beat after the pause, and its time");
    });
}

#[test]
fn a_beat_that_was_given_up_comes_again() {
    let runtime = Runtime::with_clock(Clock::paused()).expect("a descriptor is free");
    runtime.block_on(async {
        let mut heart = Heartbeat::new(ms(10));
        for _ in 0..2 {
            assert!(timeout(ms(3), heart.beat()).await.is_err());
        }
        assert_eq!(heart.beat().await, 1, "no beat was given so far");
        assert_eq!(runtime.clock().elapsed(), ms(10), "the schedule of the start");
    });
}
