//! Every task of a pool that waits, so that shutdown finds them: a list for
//! each worker, so that one does not wait for another.
//!
//! A task is listed when it has been polled and waits for the first time. Those
//! that never wait are in a queue or running all their lives, which is where
//! shutdown finds them; and a task that is over at its first poll, as many are,
//! costs no list anything.

use crate::{
    executor::owned_tasks::{self, OwnedTasks},
    inspect::TaskInfo,
    primitives::{Mutex, lock},
    task::Task,
};

pub(crate) struct Registry {
    shards: Box<[Mutex<OwnedTasks>]>,
}

impl Registry {
    pub(crate) fn new(shards: usize) -> Self {
        Self {
            shards: (0..shards).map(|_| Mutex::default()).collect(),
        }
    }

    /// Lists a task, on the thread that runs it or has it alone.
    pub(crate) fn add(&self, shard: usize, task: Task) {
        let mut list = lock(&self.shards[shard]);
        owned_tasks::set_key(&task, self.key(list.next_place(), shard));
        list.add(task);
    }

    /// Takes a task that ends off its list, unless that was closed meanwhile.
    pub(crate) fn remove(&self, task: &Task) -> Option<Task> {
        let (place, shard) = self.place(owned_tasks::key(task));
        lock(&self.shards[shard]).remove(place, task)
    }

    #[expect(clippy::cast_possible_truncation, reason = "fewer than 2^16 shards")]
    fn key(&self, place: u32, shard: usize) -> u32 {
        let key = place.checked_mul(self.shards.len() as u32);
        // So many tasks would fill the memory of any machine first.
        key.expect("fewer than 2^32 tasks") + shard as u32
    }

    #[expect(clippy::cast_possible_truncation, reason = "fewer than 2^16 shards")]
    fn place(&self, key: u32) -> (u32, usize) {
        let shards = self.shards.len() as u32;
        (key / shards, (key % shards) as usize)
    }

    /// Hands over every task. No worker runs any more; a thread adrift may still
    /// list the task that it polls, which it then ends itself (`ToPool::keep`).
    pub(crate) fn close(&self, mut to: impl FnMut(Task)) {
        for shard in &self.shards {
            let tasks = std::mem::take(&mut *lock(shard));
            tasks.into_iter().for_each(&mut to);
        }
    }

    pub(crate) fn inspect(&self, now: u64) -> Vec<TaskInfo> {
        let mut infos = Vec::new();
        for shard in &self.shards {
            let list = lock(shard);
            infos.extend(list.iter().map(|task| TaskInfo::new(task.header(), now)));
        }
        infos
    }
}
