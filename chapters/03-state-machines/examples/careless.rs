//! A machine cut as chapter 02 cuts them, left in the middle.

use state_machines::{Disk, Draft, Lock};

// ANCHOR: careless
/// What is live while the text is being written.
struct Writing {
    lock: Lock,
    draft: Draft,
}

fn function(disk: &Disk) {
    let _lock = disk.lock();
    let _draft = disk.draft();
}

fn machine(disk: &Disk) {
    let lock = disk.lock();
    let draft = disk.draft();
    let stopped = Writing { lock, draft };
    drop(stopped);
}
// ANCHOR_END: careless

fn main() {
    let disk = Disk::new(100);
    function(&disk);
    println!("function: {}", disk.diary().join(", "));
    machine(&disk);
    println!("machine:  {}", disk.diary().join(", "));

    // The fields are there to be dropped; nobody reads them.
    let _: fn(Writing) -> (Lock, Draft) = |Writing { lock, draft }| (lock, draft);
}
