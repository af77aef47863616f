//! The chapter's generators once more, written by the compiler. Needs nightly:
//! `cargo +nightly run -p generators --example compiled --features nightly`.

#![feature(coroutines, coroutine_trait, gen_blocks)]

use std::ops::{Coroutine, CoroutineState};
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};

use generators::{Corrupt, Decoder, Folder, Line, MAX, Walk};

type Body = [u8; MAX as usize];

/// The check byte that belongs to a message.
fn check(kind: u8, body: &[u8]) -> u8 {
    let len = u8::try_from(body.len()).unwrap_or(u8::MAX);
    body.iter().fold(kind ^ len, |sum, byte| sum ^ byte)
}

// ANCHOR: decoder
/// `Decoder` with an index into the body: it may be moved while it is paused.
fn decoder() -> impl Coroutine<u8, Yield = u8, Return = Result<Body, Corrupt>> + Unpin {
    #[coroutine]
    |kind: u8| {
        // ANCHOR: receive
        let len = yield 2;
        if len > MAX {
            return Err(Corrupt::TooLong(len));
        }
        let mut body = [0; MAX as usize];
        let mut missing = len + 1;
        for at in 0..len {
            body[usize::from(at)] = yield missing;
            missing -= 1;
        }
        let found = yield missing;
        let expected = check(kind, &body[..usize::from(len)]);
        if found == expected { Ok(body) } else { Err(Corrupt::Check { expected, found }) }
        // ANCHOR_END: receive
    }
}
// ANCHOR_END: decoder

// ANCHOR: borrowing
/// The same with a borrow of `body` across the yield: `static`, for it must not
/// be moved once it has begun.
fn borrowing() -> impl Coroutine<u8, Yield = u8, Return = Result<Body, Corrupt>> {
    #[coroutine]
    static |kind: u8| {
        let len = yield 2;
        if len > MAX {
            return Err(Corrupt::TooLong(len));
        }
        let mut body = [0; MAX as usize];
        let mut missing = len + 1;
        for slot in &mut body[..usize::from(len)] {
            *slot = yield missing;
            missing -= 1;
        }
        let found = yield missing;
        let expected = check(kind, &body[..usize::from(len)]);
        if found == expected { Ok(body) } else { Err(Corrupt::Check { expected, found }) }
    }
}
// ANCHOR_END: borrowing

// ANCHOR: movable
#[cfg(feature = "movable")]
fn movable() -> impl Coroutine<u8, Yield = (), Return = Body> {
    #[coroutine]
    |_: u8| {
        let mut body = [0; MAX as usize];
        for slot in &mut body {
            *slot = yield;
        }
        body
    }
}
// ANCHOR_END: movable

// ANCHOR: walk
/// `Walk` by the compiler. It contains itself, so it is boxed.
fn walk<'t>(
    folder: &'t Folder,
) -> Pin<Box<dyn Coroutine<Yield = Line<'t>, Return = u64> + 't>> {
    Box::pin(
        #[coroutine]
        static move || {
            let mut total = folder.size;
            for child in &folder.children {
                let mut walk = walk(child);
                total += loop {
                    match walk.as_mut().resume(()) {
                        CoroutineState::Yielded(line) => yield line,
                        CoroutineState::Complete(part) => break part,
                    }
                };
            }
            yield Line { name: &folder.name, total };
            total
        },
    )
}
// ANCHOR_END: walk

// ANCHOR: gen
/// A `gen` function is an iterator at once. It returns nothing, so a total has
/// no way back to the parent: the names alone.
gen fn names(folder: &Folder) -> &str {
    for child in &folder.children {
        let below: Box<dyn Iterator<Item = &str>> = Box::new(names(child));
        for name in below {
            yield name;
        }
    }
    yield &folder.name;
}
// ANCHOR_END: gen

/// Feeds both the same bytes; true if they do the same at each.
fn same<C>(compiled: C, bytes: &[u8]) -> bool
where
    C: Coroutine<u8, Yield = u8, Return = Result<Body, Corrupt>>,
{
    use generators::Coroutine as _;
    use generators::CoroutineState::{Complete, Yielded};

    let (mut by_hand, mut compiled) = (Decoder::Start, pin!(compiled));
    bytes.iter().all(|&byte| {
        match (
            Pin::new(&mut by_hand).resume(byte),
            Coroutine::resume(compiled.as_mut(), byte),
        ) {
            (Yielded(left), CoroutineState::Yielded(right)) => left == right,
            (Complete(Ok(left)), CoroutineState::Complete(Ok(right))) => {
                left.body() == &right[..left.body().len()]
            }
            (Complete(Err(left)), CoroutineState::Complete(Err(right))) => left == right,
            _ => false,
        }
    })
}

fn main() {
    for bytes in [&[7, 2, b'h', b'i', 4][..], &[7, 2, b'h', b'i', 0], &[9, 0, 9], &[7, 5]]
    {
        assert!(same(decoder(), bytes) && same(borrowing(), bytes), "{bytes:?}");
    }
    println!("the compiler's decoders do what ours does. In bytes:");
    println!("{:3}  Decoder, by hand, with an index", size_of::<Decoder>());
    println!("{:3}  by the compiler, with an index", size_of_val(&decoder()));
    println!("{:3}  by the compiler, with a borrow", size_of_val(&borrowing()));

    let home = Folder::new("home", 1, vec![Folder::new("letters", 2, vec![])]);
    let mut lines = home.lines();
    let mut compiled = walk(&home);
    println!("{:3}  Walk, by hand", size_of::<Walk<'_>>());
    println!("{:3}  by the compiler", size_of_val(&*compiled));
    println!("{:3}  by the compiler, as `gen`", size_of_val(&names(&home)));
    while let CoroutineState::Yielded(line) = compiled.as_mut().resume(()) {
        assert_eq!(Some(line), lines.next());
    }
    assert!(names(&home).eq(home.lines().map(|line| line.name)));

    // What a generator of the compiler does when it is resumed after its end.
    let mut compiled = decoder();
    std::panic::set_hook(Box::new(|_| ()));
    for byte in [7, 5, 0] {
        let resume = AssertUnwindSafe(|| Pin::new(&mut compiled).resume(byte));
        let said = std::panic::catch_unwind(resume).map_or_else(
            |message| format!("panics: {}", message.downcast_ref().unwrap_or(&"?")),
            |state| format!("-> {state:?}"),
        );
        println!("resume({byte}) {said}");
    }
}
