//! The seed of a runtime's random numbers.

use std::{future::ready, sync::mpsc};
use wakeful::{
    Runtime,
    runtime::{Builder, RngSeed},
    select,
    task::block_in_place,
};

fn seeded(seed: &str) -> Runtime {
    let seed = RngSeed::from_bytes(seed.as_bytes());
    let builder = Builder::new_current_thread().rng_seed(seed);
    builder.build().unwrap()
}

/// Which of four ready branches 40 times `select!` takes.
async fn choices() -> Vec<u32> {
    let mut choices = Vec::new();
    for _ in 0..40 {
        choices.push(select! {
            () = ready(()) => 1,
            () = ready(()) => 2,
            () = ready(()) => 3,
            () = ready(()) => 4,
        });
    }
    choices
}

#[test]
fn the_same_seed_makes_the_same_choices() {
    let [one, other] = [(); 2].map(|()| {
        let runtime = seeded("apple");
        // The choices before do not matter.
        wakeful::block_on(choices());
        [runtime.block_on(choices()), runtime.block_on(choices())]
    });
    assert_eq!(one, other);
    assert_ne!(one[0], one[1], "each `block_on` has its own numbers");
}

#[test]
fn another_seed_makes_other_choices() {
    let [one, other] = ["apple", "pear"].map(|seed| seeded(seed).block_on(choices()));
    assert_ne!(one, other);
}

#[test]
fn a_thread_that_replaces_a_blocked_one_is_seeded() {
    let [one, same, other] = ["apple", "apple", "plum"].map(|seed| {
        let seed = RngSeed::from_bytes(seed.as_bytes());
        let builder = Builder::new_multi_thread().worker_threads(1);
        let runtime = builder.rng_seed(seed).build().unwrap();
        let blocks = async {
            let (chosen, choice) = mpsc::channel();
            // Only the replacement of this thread can run this task.
            drop(wakeful::spawn(async move {
                chosen.send(choices().await).unwrap();
            }));
            block_in_place(|| choice.recv().unwrap())
        };
        runtime.block_on(runtime.spawn(blocks)).unwrap()
    });
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[test]
fn a_seeded_runtime_leaves_the_numbers_of_its_thread_alone() {
    let [one, other] = [false, true].map(|interrupted| {
        let thread = std::thread::spawn(move || {
            let mut all = wakeful::block_on(choices());
            if interrupted {
                seeded("apple").block_on(choices());
            }
            all.extend(wakeful::block_on(choices()));
            all
        });
        thread.join().unwrap()
    });
    assert_eq!(one, other);
}

#[test]
fn seeds_are_equal_if_their_bytes_are() {
    assert_eq!(RngSeed::from_bytes(b"a"), RngSeed::from_bytes(b"a"));
    assert_ne!(RngSeed::from_bytes(b"a"), RngSeed::from_bytes(b"b"));
    assert_ne!(RngSeed::from_bytes(b""), RngSeed::from_bytes(b"\0"));
}
