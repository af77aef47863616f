//! Moves one deadline in a list and in an ordered set of growing size.
//!
//! `cargo run --release -p deadlines --example moves`

use std::hint::black_box;
use std::time::Instant;

use deadlines::{List, Set};

// ANCHOR: moves
/// Nanoseconds for one message: its connection moves its deadline, and the loop asks for
/// the earliest one.
fn in_list(connections: u64) -> u128 {
    let mut list = List::default();
    (0..connections).for_each(|connection| list.set(connection, connection));
    median(|message| {
        list.set(connections + message, message % connections);
        black_box(list.next());
    })
}

fn in_set(connections: u64) -> u128 {
    let mut set = Set::default();
    let mut positions: Vec<_> = (0..connections).map(|c| set.set(c, c)).collect();
    median(|message| {
        let position = &mut positions[scattered(message, connections)];
        set.clear(*position);
        *position = set.set(connections + message, message);
        black_box(set.next());
    })
}
// ANCHOR_END: moves

/// The messages come from the connections in no order.
fn scattered(message: u64, connections: u64) -> usize {
    usize::try_from(message * 7919 % connections).expect("it is an index")
}

/// The median time of nine rounds, for one call.
fn median(mut call: impl FnMut(u64)) -> u128 {
    const CALLS: u64 = 200;
    let mut times = [0, 1, 2, 3, 4, 5, 6, 7, 8].map(|round| {
        let begun = Instant::now();
        (round * CALLS..(round + 1) * CALLS).for_each(&mut call);
        begun.elapsed().as_nanos() / u128::from(CALLS)
    });
    times.sort_unstable();
    times[4]
}

fn main() {
    println!("{:>11} {:>12} {:>12}", "connections", "list", "ordered set");
    for connections in [100, 1000, 10_000, 100_000] {
        let (list, set) = (in_list(connections), in_set(connections));
        println!("{connections:>11} {list:>9} ns {set:>9} ns");
    }
}
