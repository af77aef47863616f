//! A program for tokio-console to observe: two tasks pass a number back and forth, many
//! short tasks end at once, and one task waits for ever.
//!
//! ```console
//! $ export RUSTFLAGS="--cfg console_without_tokio_unstable"
//! $ cargo run --manifest-path runtime/console/Cargo.toml
//! $ tokio-console            # in another terminal
//! ```
//!
//! The program serves the console at `127.0.0.1:6669`, or at the address in
//! `TOKIO_CONSOLE_BIND`.

use std::time::Duration;
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};
use wakeful::{
    runtime::Builder,
    spawn_blocking,
    sync::{mpsc, oneshot},
    task,
    time::{interval, sleep},
};

fn main() -> std::io::Result<()> {
    // The console's server has a thread and a tokio runtime of its own.
    let console = console_subscriber::ConsoleLayer::builder().with_default_env();
    tracing_subscriber::registry().with(console.spawn()).init();

    let runtime = Builder::new_multi_thread().worker_threads(2).build()?;
    runtime.block_on(async {
        let (send_there, mut receive_there) = mpsc::channel::<u64>(1);
        let (send_back, mut receive_back) = mpsc::channel::<u64>(1);
        let near = async move {
            let mut number = 0;
            while send_there.send(number).await.is_ok() {
                match receive_back.recv().await {
                    Some(next) => number = next,
                    None => break,
                }
            }
        };
        let far = async move {
            while let Some(number) = receive_there.recv().await {
                sleep(Duration::from_millis(20)).await;
                if send_back.send(number + 1).await.is_err() {
                    break;
                }
            }
        };
        let (never, waits) = oneshot::channel::<()>();
        drop(task::Builder::new().name("near").spawn(near));
        drop(task::Builder::new().name("far").spawn(far));
        drop(task::Builder::new().name("waits").spawn(waits));

        let mut ticks = interval(Duration::from_millis(50));
        loop {
            ticks.tick().await;
            let brief = task::Builder::new().name("brief");
            brief.spawn(async {}).await.expect("the task cannot fail");
            spawn_blocking(|| ()).await.expect("the work cannot fail");
            if never.is_closed() {
                return Ok(());
            }
        }
    })
}
