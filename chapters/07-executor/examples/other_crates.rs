//! Code of another crate spawns on our executor.

use executor::Executor;
use futures_util::task::LocalSpawnExt;

// ANCHOR: spawn
fn main() {
    let executor = Executor::new();
    let spawner = executor.spawner();
    let sum = spawner
        .spawn_local_with_handle(async { 20 + 22 })
        .expect("the executor is alive");
    println!("{}", executor.block_on(sum));
}
// ANCHOR_END: spawn
