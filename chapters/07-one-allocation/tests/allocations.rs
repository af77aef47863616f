//! Counts what a spawn allocates. The counter is the allocator of this whole program, so
//! these claims are in one test.

use std::future::pending;

#[path = "../../allocations.rs"]
mod counting;
use counting::allocations;

#[test]
fn a_spawn_is_one_allocation_here_and_three_on_the_first_page() {
    let one = one_allocation::Executor::new();
    let three = executor::Executor::new();
    // The first spawn also makes room in the list and in the queue.
    let _first = (one.spawn(pending::<()>()), three.spawner().spawn(pending::<()>()));
    // The handles live until the end, so that no destructor runs while we count.
    let mut tasks = (None, None);
    assert_eq!(allocations(|| tasks.0 = Some(one.spawn(pending::<()>()))), 1);
    let spawner = three.spawner();
    assert_eq!(allocations(|| tasks.1 = Some(spawner.spawn(pending::<()>()))), 3);
}
