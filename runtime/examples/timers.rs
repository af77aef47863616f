//! Sleeps that end out of order, an interval, and a timeout.
//!
//! `cargo run -p wakeful --example timers`
//!
//! The times are rounded down to 10 ms. A timer is never early, and on an idle
//! machine it is less than two milliseconds late.

use std::{
    future,
    time::{Duration, Instant},
};
use wakeful::time::{interval, sleep, timeout};

fn main() -> std::io::Result<()> {
    let runtime = wakeful::Runtime::new()?;
    runtime.block_on(async {
        let start = Instant::now();
        let print = move |what: &str| {
            let tens = start.elapsed().as_millis() / 10;
            println!("{:>3} ms  {what}", tens * 10);
        };

        let naps = [
            (90, "third sleep"),
            (30, "first sleep"),
            (60, "second sleep"),
        ]
        .map(|(nap, name)| {
            wakeful::spawn_local(async move {
                sleep(Duration::from_millis(nap)).await;
                print(name);
            })
        });
        for nap in naps {
            nap.await?;
        }

        let mut ticks = interval(Duration::from_millis(20));
        for _ in 0..3 {
            ticks.tick().await;
            print("tick");
        }

        let never = future::pending::<()>();
        if let Err(elapsed) = timeout(Duration::from_millis(30), never).await {
            print(&elapsed.to_string());
        }
        Ok(())
    })
}
