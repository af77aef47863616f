//! Two meters and one thread. The first meter is silent. Is the second one heard?

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use executor::Executor;
use wakers::Flag;

// ANCHOR: meter
/// Waits for the reading of one meter.
async fn meter(name: &str, reading: Arc<Flag>) {
    reading.wait().await;
    println!("  {name}: 42 litres");
}
// ANCHOR_END: meter

/// Runs a server on a thread of its own, for half a second. The meter on the roof sends
/// its reading at once, and the meter in the cellar is silent.
fn try_server(name: &str, server: fn(Arc<Flag>, Arc<Flag>)) {
    println!("{name}");
    let (cellar, roof) = (Arc::new(Flag::new()), Arc::new(Flag::new()));
    roof.raise();
    let (sender, ended) = channel();
    thread::spawn(move || {
        server(cellar, roof);
        sender.send(())
    });
    if ended.recv_timeout(Duration::from_millis(500)).is_err() {
        println!("  still waiting after half a second");
    }
}

// ANCHOR: servers
fn one_after_the_other(cellar: Arc<Flag>, roof: Arc<Flag>) {
    wakers::block_on(meter("cellar", cellar));
    wakers::block_on(meter("roof", roof));
}

fn two_tasks(cellar: Arc<Flag>, roof: Arc<Flag>) {
    let executor = Executor::new();
    let first = executor.spawner().spawn(meter("cellar", cellar));
    executor.spawner().spawn(meter("roof", roof));
    executor.block_on(first).expect("the task ends");
}
// ANCHOR_END: servers

fn main() {
    try_server("block_on, one meter after the other", one_after_the_other);
    try_server("an executor, one task for each meter", two_tasks);
}
