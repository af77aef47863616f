//! The same question put to the generator, and what it returns at the end.

use std::pin::Pin;

use generators::CoroutineState::{Complete, Yielded};
use generators::{Coroutine, Folder, Walk, Yields};

fn home(thesis: u64) -> Folder {
    let aunt = Folder::new("aunt.txt", 5, vec![]);
    let letters = Folder::new("letters", 2, vec![aunt]);
    let thesis = Folder::new("thesis.tex", thesis, vec![]);
    Folder::new("home", 1, vec![letters, thesis])
}

fn main() {
    // ANCHOR: du
    let home_today = home(90);
    let mut walk = Walk::new(&home_today);
    let total = loop {
        match Pin::new(&mut walk).resume(()) {
            Yielded(line) => println!("{:>4}  {}", line.total, line.name),
            Complete(total) => break total,
        }
    };
    println!("{total:>4}  in all");
    // ANCHOR_END: du

    // ANCHOR: same
    let home_yesterday = home(70);
    let today = Yields::new(Walk::new(&home_today));
    let yesterday = Yields::new(Walk::new(&home_yesterday));
    for (today, yesterday) in today.zip(yesterday) {
        if today != yesterday {
            println!(
                "first change: {} {} -> {}",
                today.name, yesterday.total, today.total
            );
            break;
        }
    }
    // ANCHOR_END: same
}
