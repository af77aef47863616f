//! Two waits: in turn, at the same time, and only the first.

use std::pin::pin;

use futures_by_hand::{Clock, Stuck, join, race};

// ANCHOR: errands
async fn letter(clock: &Clock) -> &'static str {
    clock.sleep(30).await;
    "letter"
}

async fn parcel(clock: &Clock) -> &'static str {
    clock.sleep(40).await;
    "parcel"
}
// ANCHOR_END: errands

fn main() -> Result<(), Stuck> {
    let clock = Clock::new();
    // ANCHOR: in_turn
    let both = clock.run(async { (letter(&clock).await, parcel(&clock).await) })?;
    println!("in turn:          {:3} ticks, {both:?}", clock.now());
    // ANCHOR_END: in_turn

    let clock = Clock::new();
    // ANCHOR: joined
    let both = clock.run(join(pin!(letter(&clock)), pin!(parcel(&clock))))?;
    println!("at the same time: {:3} ticks, {both:?}", clock.now());
    // ANCHOR_END: joined

    let clock = Clock::new();
    // ANCHOR: raced
    let first = clock.run(race(pin!(letter(&clock)), pin!(parcel(&clock))))?;
    println!("whichever first:  {:3} ticks, {first:?}", clock.now());
    // ANCHOR_END: raced

    let never = clock.run(std::future::pending::<()>());
    println!("never:            {:3} ticks, {never:?}", clock.now());
    Ok(())
}
