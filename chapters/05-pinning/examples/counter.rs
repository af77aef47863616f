//! A counter, a clerk, and waiting customers.

use futures_by_hand::{Clock, Either, Stuck};
use pinning::{Notify, join, race};

fn main() -> Result<(), Stuck> {
    // ANCHOR: counter
    let (clock, next) = (Clock::new(), Notify::new());
    let customer = async |name: &str, comes, patience| {
        clock.sleep(comes).await;
        let how = match race(next.notified(), clock.sleep(patience)).await {
            Either::Left(()) => "is served",
            Either::Right(()) => "leaves",
        };
        println!("{:2}: {name} {how}", clock.now());
    };
    let clerk = async {
        for _ in 0..4 {
            clock.sleep(10).await;
            next.notify_one();
        }
    };
    let early = join(customer("Ann", 1, 99), customer("Bob", 2, 14));
    let late = join(customer("Cem", 3, 99), customer("Dora", 37, 99));
    let day = join(join(early, late), clerk);
    println!("the day is one value of {} bytes", size_of_val(&day));
    clock.run(day)?;
    // ANCHOR_END: counter
    Ok(())
}
