//! How often each version allocates: `cargo run -p recycling --example recycled_calls`.

#[path = "../../allocations.rs"]
mod allocations;

use std::future::ready;

use allocations::allocations;
use recycling::{boxed, counted, layouts, packed, slot::Slot};

/// One call with a future that holds `V`. It ends at once.
trait Call: Default {
    fn call<V>(&mut self, value: V);
}

#[derive(Default)]
struct Boxed;

impl Call for Boxed {
    fn call<V>(&mut self, value: V) {
        drop(boxed(ready(value)));
    }
}

impl Call for counted::Recycler {
    fn call<V>(&mut self, value: V) {
        drop(self.fill(ready(value)));
    }
}

impl Call for packed::Recycler {
    fn call<V>(&mut self, value: V) {
        drop(self.fill(ready(value)));
    }
}

impl Call for layouts::Recycler {
    fn call<V>(&mut self, value: V) {
        drop(self.fill(ready(value)));
    }
}

impl Call for Slot {
    fn call<V>(&mut self, value: V) {
        drop(self.fill(|| ready(value)));
    }
}

/// Prints the allocations of a hundred calls.
fn row<M: Call>(name: &str) {
    let one_size = allocations(|| {
        let mut memory = M::default();
        for _ in 0..100 {
            memory.call([0_u64; 2]);
        }
    });
    let two_sizes = allocations(|| {
        let mut memory = M::default();
        for _ in 0..50 {
            memory.call([0_u64; 2]);
            memory.call([0_u64; 20]);
        }
    });
    println!("{name:<10}{one_size:>10}{two_sizes:>25}");
}

fn main() {
    println!("{:<10}{:>10}{:>25}", "", "one size", "two sizes, in turn");
    row::<Boxed>("boxed");
    row::<counted::Recycler>("counted");
    row::<packed::Recycler>("packed");
    row::<layouts::Recycler>("layouts");
    row::<Slot>("slot");
}
