//! Two waits: one after the other, both at once, only the first, and for ever.

use std::future::pending;
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

// ANCHOR: four
fn main() -> Result<(), Stuck> {
    let clock = Clock::new();
    let both = clock.run(async { (letter(&clock).await, parcel(&clock).await) })?;
    println!("in turn: {:3} ticks, {both:?}", clock.now());

    let clock = Clock::new();
    let both = clock.run(join(pin!(letter(&clock)), pin!(parcel(&clock))))?;
    println!("join:    {:3} ticks, {both:?}", clock.now());

    let clock = Clock::new();
    let first = clock.run(race(pin!(letter(&clock)), pin!(parcel(&clock))))?;
    println!("race:    {:3} ticks, {first:?}", clock.now());

    let clock = Clock::new();
    let never = clock.run(pending::<()>());
    println!("pending: {:3} ticks, {never:?}", clock.now());
    Ok(())
}
// ANCHOR_END: four
