//! `stackfuture`: a future of a fixed size, which has a box inside if the real one is larger.
//!
//! The future of a wrapper contains the future of the next call. So it is larger than that one,
//! and only the innermost call needs no box.

use super::Contender;
use crate::{
    harness::Role,
    work::{Large, Leaf, Meter, Work, block_on, drain, four_at_once, nested},
};
use stackfuture::StackFuture;
use std::hint::black_box;

pub const STACKFUTURE: Contender = Contender {
    name: "stackfuture, 64 B",
    role: Role::Peer,
    run,
};

/// `N` is the size of the futures.
trait Source<const N: usize>: Send {
    fn next(&mut self) -> StackFuture<'_, Option<u64>, N>;
}

impl<const N: usize> Source<N> for Leaf {
    fn next(&mut self) -> StackFuture<'_, Option<u64>, N> {
        StackFuture::from(async {
            self.pause().await;
            self.item()
        })
    }
}

impl Source<576> for Large {
    fn next(&mut self) -> StackFuture<'_, Option<u64>, 576> {
        StackFuture::from(async {
            let state = self.state();
            self.0.pause().await;
            self.item(&state)
        })
    }
}

struct Forward(Box<dyn Source<64>>);

impl Source<64> for Forward {
    fn next(&mut self) -> StackFuture<'_, Option<u64>, 64> {
        StackFuture::from_or_box(async { self.0.next().await.map(|item| item + 1) })
    }
}

trait Shared: Sync {
    fn read(&self, number: u64) -> StackFuture<'_, u64, 64>;
}

impl Shared for Meter {
    fn read(&self, number: u64) -> StackFuture<'_, u64, 64> {
        StackFuture::from(async move {
            self.pause().await;
            self.add(number)
        })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the type of all contenders")]
fn run(work: Work, items: u32) -> Option<u64> {
    Some(match work {
        Work::Nested { levels, waits } => {
            let leaf = Leaf::new(items, waits);
            let source = nested!(levels, leaf, Forward, |value| Box::new(value)
                as Box<dyn Source<64>>);
            block_on(drain!(source, source.next()))
        }
        Work::Large { waits } => {
            let source: Box<dyn Source<576>> = Box::new(Large(Leaf::new(items, waits)));
            block_on(drain!(source, source.next()))
        }
        Work::Shared => {
            let meter: Box<dyn Shared> = black_box(Box::new(Meter(0)));
            block_on(four_at_once!(items, |numbers| numbers.map(|number| meter.read(number))))
        }
    })
}
