//! Prints the "Measured" table of the page: `cargo bench -p timers`.
//!
//! The two runtimes take turns. The lateness is a median, and so is the processor time.

use std::time::{Duration, Instant};

use timers::{Runtime, sleep};

const ROUNDS: usize = 9;
const SLEEPS: u32 = 40;

/// How late a sleep ended, and how much processor time it took, in microseconds.
fn measure(runtime: &Runtime, duration: Duration) -> [f64; 2] {
    let (mut late, processor) = (Vec::new(), processor_time());
    runtime.block_on(async {
        for _ in 0..SLEEPS {
            let begun = Instant::now();
            sleep(duration).await;
            late.push(begun.elapsed().saturating_sub(duration).as_secs_f64() * 1e6);
        }
    });
    let used = processor_time().saturating_sub(processor);
    [median(late), used.as_secs_f64() * 1e6 / f64::from(SLEEPS)]
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// The time that this thread has had a processor.
#[cfg(target_os = "linux")]
fn processor_time() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
fn processor_time() -> Duration {
    Duration::ZERO
}

fn main() {
    let runtimes = [
        ("mio's milliseconds", Runtime::new().expect("a descriptor is free")),
        #[cfg(target_os = "linux")]
        ("a timer descriptor", Runtime::precise().expect("a descriptor is free")),
    ];
    println!(
        "{:<24}{:>22}{:>14}{:>18}",
        "the thread sleeps with", "a sleep of", "late by", "processor time"
    );
    for micros in [100, 1500, 20_000] {
        let mut figures = [const { (Vec::new(), Vec::new()) }; 2];
        for _ in 0..ROUNDS {
            for ((_, runtime), (late, used)) in runtimes.iter().zip(&mut figures) {
                let [each_late, each_used] =
                    measure(runtime, Duration::from_micros(micros));
                late.push(each_late);
                used.push(each_used);
            }
        }
        for ((name, _), (late, used)) in runtimes.iter().zip(figures) {
            let (late, used) = (median(late), median(used));
            println!("{name:<24}{micros:>19} µs{late:>11.0} µs{used:>15.1} µs");
        }
    }
}
