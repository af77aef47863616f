//! Exercise `priorities/ready`: a sorted queue of woken tasks.

// hole: begin
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
// hole: instead
//| // Choose the collections that you need.
// hole: end

/// How urgent a task is: first by priority, and among equals by deadline. A task without a
/// deadline comes after those that have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank {
    /// The higher, the more urgent.
    pub priority: u8,
    /// The earlier, the more urgent.
    pub deadline: Option<u64>,
}

/// The woken tasks. Each is in the queue once.
#[derive(Default)]
pub struct ReadyQueue {
    // hole: begin
    /// The least key is the most urgent task.
    tasks: BTreeMap<Key, u32>,
    keys: HashMap<u32, Key>,
    pushed: u64,
    // hole: instead
    //| // Choose the fields.
    // hole: end
}

// hole: begin
/// Priority, deadline, and the number of earlier pushes. Lesser keys run first.
type Key = (Reverse<u8>, bool, Option<u64>, u64);

fn key(rank: Rank, pushed: u64) -> Key {
    (Reverse(rank.priority), rank.deadline.is_none(), rank.deadline, pushed)
}
// hole: instead
// hole: end

impl ReadyQueue {
    /// Adds a task that was woken. If it is in the queue already, nothing changes.
    pub fn push(&mut self, task: u32, rank: Rank) {
        // hole: begin
        if self.keys.contains_key(&task) {
            return;
        }
        self.pushed += 1;
        let key = key(rank, self.pushed);
        self.tasks.insert(key, task);
        self.keys.insert(task, key);
        // hole: instead
        //| let _ = (task, rank);
        //| todo!("add the task, unless it is in the queue")
        // hole: end
    }

    /// Takes the most urgent task. Among equals, takes the one that was pushed first.
    pub fn pop(&mut self) -> Option<u32> {
        // hole: begin
        let (_, task) = self.tasks.pop_first()?;
        self.keys.remove(&task);
        Some(task)
        // hole: instead
        //| todo!("take the most urgent task")
        // hole: end
    }

    /// Moves a task to a more urgent rank, because a more urgent task waits for it. It
    /// keeps its order among equals. If the task is not in the queue, or is at least as
    /// urgent already, nothing changes.
    pub fn raise(&mut self, task: u32, rank: Rank) {
        // hole: begin
        let Some(old) = self.keys.get(&task).copied() else { return };
        let raised = key(rank, old.3);
        if raised < old {
            self.tasks.remove(&old);
            self.tasks.insert(raised, task);
            self.keys.insert(task, raised);
        }
        // hole: instead
        //| let _ = (task, rank);
        //| todo!("move the task, if its new rank is more urgent")
        // hole: end
    }
}
