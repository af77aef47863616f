//! Every task of a pool that is not complete, so that shutdown finds them: a
//! list for each worker, so that spawning on one does not wait for another.

use crate::{
    executor::list::{self, List},
    inspect::TaskInfo,
    primitives::{Mutex, lock},
    task::Task,
};

pub(crate) struct Registry {
    shards: Box<[Mutex<Shard>]>,
}

#[derive(Default)]
struct Shard {
    tasks: List,
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
        list::set_key(&task, self.key(list.tasks.next_place(), shard));
        list.tasks.add(task);
        true
    }

    /// Takes a task that ends off its list, unless the registry was closed
    /// meanwhile.
    pub(crate) fn remove(&self, task: &Task) -> Option<Task> {
        let (place, shard) = self.place(list::key(task));
        lock(&self.shards[shard]).tasks.remove(place)
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

    /// Hands over every task; none can be listed any more.
    pub(crate) fn close(&self, mut to: impl FnMut(Task)) {
        for shard in &self.shards {
            let mut list = lock(shard);
            list.closed = true;
            let tasks = std::mem::take(&mut list.tasks);
            drop(list);
            tasks.into_iter().for_each(&mut to);
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
            infos.extend(tasks.map(|task| TaskInfo::new(task.header(), now)));
        }
        infos
    }
}
