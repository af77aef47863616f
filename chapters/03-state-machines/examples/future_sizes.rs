//! The sizes of the chapter's futures, in bytes.

use std::pin::pin;

use state_machines::shapes::{self, Page, by_block, by_reference, by_value};
use state_machines::{Disk, Save, save};

fn main() {
    let disk = Disk::new(100);
    let line = |name, bytes| println!("{bytes:5}  {name}");
    line("save, by the compiler", size_of_val(&save(disk.clone(), String::new())));
    line("Save, by hand", size_of_val(&Save::new(disk, String::new())));
    println!();
    line("pause", size_of_val(&shapes::pause()));
    line("after", size_of_val(&shapes::after()));
    line("held", size_of_val(&shapes::held()));
    line("moved", size_of_val(&shapes::moved()));
    println!();
    line("earlier", size_of_val(&shapes::earlier()));
    line("dropped", size_of_val(&shapes::dropped()));
    line("scoped", size_of_val(&shapes::scoped()));
    line("matched", size_of_val(&shapes::matched()));
    println!();
    line("taken", size_of_val(&shapes::taken(Page::new())));
    line("handed", size_of_val(&shapes::handed(Page::new())));
    println!();
    line("held, passed by value", size_of_val(&by_value(shapes::held())));
    line("twice", size_of_val(&by_value(by_value(shapes::held()))));
    line("three times", size_of_val(&by_value(by_value(by_value(shapes::held())))));
    line("held, passed to an async block", size_of_val(&by_block(shapes::held())));
    let mut held = pin!(shapes::held());
    line("held, passed by reference", size_of_val(&by_reference(held.as_mut())));
    println!();
    line("outer", size_of_val(&shapes::outer()));
    line("outermost", size_of_val(&shapes::outermost()));
    line("boxed", size_of_val(&shapes::boxed()));
    println!();
    line("either", size_of_val(&shapes::either(true)));
    line("in_turn", size_of_val(&shapes::in_turn()));
    line("flat", size_of_val(&shapes::flat()));
    println!();
    line("count, to 3 or to 3000", size_of_val(&shapes::count(3)));
}
