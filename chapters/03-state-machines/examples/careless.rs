//! A machine made with the method of chapter 02, dropped in the middle.

use state_machines::{Disk, Draft, Lock};

// ANCHOR: careless
/// The variables that are live while the text is being written.
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

    // The fields exist only to be dropped. This keeps the compiler from warning.
    let _: fn(Writing) -> (Lock, Draft) = |Writing { lock, draft }| (lock, draft);
}
