//! Two tasks that pass a ball, one that counts them, and one that waits for what
//! never comes, for tokio-console to look at:
//!
//! ```console
//! $ export RUSTFLAGS="--cfg console_without_tokio_unstable"
//! $ cargo run --manifest-path runtime/console/Cargo.toml
//! $ tokio-console            # in another terminal
//! ```
//!
//! The address to serve at, if it is not to be `127.0.0.1:6669`, is taken from
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
    // It serves from a thread of its own, on a tokio of its own.
    let console = console_subscriber::ConsoleLayer::builder().with_default_env();
    tracing_subscriber::registry().with(console.spawn()).init();

    let runtime = Builder::new_multi_thread().worker_threads(2).build()?;
    runtime.block_on(async {
        let (serve, mut served) = mpsc::channel::<u64>(1);
        let (return_, mut returned) = mpsc::channel::<u64>(1);
        let near = async move {
            let mut ball = 0;
            while serve.send(ball).await.is_ok() {
                match returned.recv().await {
                    Some(next) => ball = next,
                    None => break,
                }
            }
        };
        let far = async move {
            while let Some(ball) = served.recv().await {
                sleep(Duration::from_millis(20)).await;
                if return_.send(ball + 1).await.is_err() {
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
            brief.spawn(async {}).await.expect("it does nothing");
            spawn_blocking(|| ()).await.expect("it does nothing");
            if never.is_closed() {
                return Ok(());
            }
        }
    })
}
