//! Exercise `priorities/ready`: a sorted queue of woken tasks.

// Choose the collections that you need.

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
    // Choose the fields.
}


impl ReadyQueue {
    /// Adds a task that was woken. If it is in the queue already, nothing changes.
    pub fn push(&mut self, task: u32, rank: Rank) {
        let _ = (task, rank);
        todo!("add the task, unless it is in the queue")
    }

    /// Takes the most urgent task. Among equals, takes the one that was pushed first.
    pub fn pop(&mut self) -> Option<u32> {
        todo!("take the most urgent task")
    }

    /// Moves a task to a more urgent rank, because a more urgent task waits for it. It
    /// keeps its order among equals. If the task is not in the queue, or is at least as
    /// urgent already, nothing changes.
    pub fn raise(&mut self, task: u32, rank: Rank) {
        let _ = (task, rank);
        todo!("move the task, if its new rank is more urgent")
    }
}
