//! Every task of a pool that is not complete, so that shutdown finds them: a
//! list for each worker, so that spawning on one does not wait for another.

use crate::{
    inspect::TaskInfo,
    primitives::{Mutex, lock},
    task::Task,
};
use slab::Slab;
use std::sync::atomic::Ordering::Relaxed;

pub(crate) struct Registry {
    shards: Box<[Mutex<Shard>]>,
}

#[derive(Default)]
struct Shard {
    tasks: Slab<Task>,
    closed: bool,
}

impl Registry {
    pub(crate) fn new(shards: usize) -> Self {
        Self {
            shards: (0..shards).map(|_| Mutex::default()).collect(),
        }
    }

    /// Lists a task that is not shared yet. False when it is too late: the
    /// caller cancels it.
    #[must_use]
    pub(crate) fn add(&self, shard: usize, task: Task) -> bool {
        let shard = shard % self.shards.len();
        let mut list = lock(&self.shards[shard]);
        if list.closed {
            drop(list);
            drop(task);
            return false;
        }
        let place = list.tasks.vacant_entry();
        let key = place.key() * self.shards.len() + shard;
        // Ordering: Relaxed; the queue that the task goes into publishes it.
        task.header().key.store(key, Relaxed);
        place.insert(task);
        true
    }

    /// Takes a task that has ended off its list.
    pub(crate) fn remove(&self, task: &Task) {
        let key = task.header().key.load(Relaxed);
        let (key, shard) = (key / self.shards.len(), key % self.shards.len());
        // Gone already if the registry was closed meanwhile.
        let listed = lock(&self.shards[shard]).tasks.try_remove(key);
        // Outside the lock: the last reference may free a stranger's waker.
        drop(listed);
    }

    /// Hands over every task; none can be listed any more.
    pub(crate) fn close(&self, mut to: impl FnMut(Task)) {
        for shard in &self.shards {
            let mut list = lock(shard);
            list.closed = true;
            let tasks = std::mem::take(&mut list.tasks);
            drop(list);
            tasks.into_iter().for_each(|(_, task)| to(task));
        }
    }

    /// How many there are, list by list.
    pub(crate) fn len(&self) -> usize {
        let lists = self.shards.iter();
        lists.map(|shard| lock(shard).tasks.len()).sum()
    }

    pub(crate) fn inspect(&self, now: u64) -> Vec<TaskInfo> {
        let mut infos = Vec::new();
        for shard in &self.shards {
            let list = lock(shard);
            let tasks = list.tasks.iter();
            infos.extend(tasks.map(|(_, task)| TaskInfo::new(task.header(), now)));
        }
        infos
    }
}
