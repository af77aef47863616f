//! The owned tasks of a multi-thread runtime: a list for each worker, so that the workers
//! do not wait for each other's locks.
//!
//! A task is put into its list when it first waits. Before that it is in a queue or running, and
//! shutdown finds it there. A task that ends in its first poll takes no lock.

use crate::{
    executor::owned_tasks::{self, OwnedTasks},
    primitives::{Mutex, lock},
    task::{Header, Task},
};

pub(crate) struct ShardedTasks {
    shards: Box<[Mutex<OwnedTasks>]>,
}

impl ShardedTasks {
    pub(crate) fn new(shards: usize) -> Self {
        Self {
            shards: (0..shards).map(|_| Mutex::default()).collect(),
        }
    }

    /// Adds a task that is in no list. Only the thread that runs the task, or that has
    /// just spawned it, calls this.
    pub(crate) fn bind(&self, shard: usize, task: &Task) {
        // SAFETY: the task is in no list, so this is the first time.
        let reference = unsafe { owned_tasks::list_reference(task) };
        let mut list = lock(&self.shards[shard]);
        owned_tasks::set_key(task, self.key(list.next_key(), shard));
        list.insert(reference);
    }

    /// Removes a task that ends, unless [`close`](Self::close) has removed it.
    pub(crate) fn remove(&self, task: &Task) -> Option<Task> {
        let (key, shard) = self.split_key(owned_tasks::key(task));
        lock(&self.shards[shard]).remove(key, task)
    }

    #[expect(clippy::cast_possible_truncation, reason = "fewer than 2^16 shards")]
    fn key(&self, key: u32, shard: usize) -> u32 {
        let key = key.checked_mul(self.shards.len() as u32);
        // 2^32 tasks do not fit into the memory of a machine.
        key.expect("fewer than 2^32 tasks") + shard as u32
    }

    #[expect(clippy::cast_possible_truncation, reason = "fewer than 2^16 shards")]
    fn split_key(&self, key: u32) -> (u32, usize) {
        let shards = self.shards.len() as u32;
        (key / shards, (key % shards) as usize)
    }

    /// Removes every task and passes it to `to`. No worker runs any more. A thread
    /// that has handed off its worker may still bind the task that it polls
    /// (`WeakHandle::bind`). It cancels that task itself.
    pub(crate) fn close(&self, mut to: impl FnMut(Task)) {
        for shard in &self.shards {
            let tasks = std::mem::take(&mut *lock(shard));
            tasks.into_iter().for_each(&mut to);
        }
    }

    /// Shows every task to `visit`, under the lock of its shard.
    pub(crate) fn for_each(&self, visit: &mut dyn FnMut(&Header)) {
        for shard in &self.shards {
            lock(shard).iter().map(Task::header).for_each(&mut *visit);
        }
    }
}
