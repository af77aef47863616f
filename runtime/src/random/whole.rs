//! Whole runtimes.

use super::{Crew, Dice, attempt, explore, glance, linger, run};
use crate::{runtime::Builder, sync::mpsc, task::yield_now};

#[test]
fn a_pool_runs_what_is_spawned() {
    explore(|dice| {
        let workers = dice.up_to(3);
        let runtime = Builder::new_multi_thread().worker_threads(workers).build().unwrap();
        let tasks = dice.up_to(6);
        let sum = runtime.block_on(async {
            let handles: Vec<_> = (0..tasks)
                .map(|n| crate::spawn(async move {
                    yield_now().await;
                    crate::time::sleep(std::time::Duration::from_millis(1)).await;
                    n
                }))
                .collect();
            let mut sum = 0;
            for handle in handles {
                sum += handle.await.unwrap();
            }
            sum
        });
        assert_eq!(sum, tasks * (tasks - 1) / 2);
    });
}
