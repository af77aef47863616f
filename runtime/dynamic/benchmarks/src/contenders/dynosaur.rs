//! `dynosaur`: a box for each call of an object.

use super::Contender;
use crate::{
    harness::Role,
    work::{Large, Leaf, Meter, Work, block_on, drain, four_at_once, nested},
};
use std::hint::black_box;

pub const DYNOSAUR: Contender = Contender {
    name: "dynosaur",
    role: Role::Peer,
    run,
};

#[dynosaur::dynosaur(DynSource = dyn(box) Source)]
trait Source {
    async fn next(&mut self) -> Option<u64>;
}

impl Source for Leaf {
    async fn next(&mut self) -> Option<u64> {
        self.pause().await;
        self.item()
    }
}

impl Source for Large {
    async fn next(&mut self) -> Option<u64> {
        let state = self.state();
        self.0.pause().await;
        self.item(&state)
    }
}

struct Forward(Box<DynSource<'static>>);

impl Source for Forward {
    async fn next(&mut self) -> Option<u64> {
        self.0.next().await.map(|item| item + 1)
    }
}

#[dynosaur::dynosaur(DynShared = dyn(box) Shared)]
trait Shared {
    async fn read(&self, number: u64) -> u64;
}

impl Shared for Meter {
    async fn read(&self, number: u64) -> u64 {
        self.pause().await;
        self.add(number)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the type of all contenders")]
fn run(work: Work, items: u32) -> Option<u64> {
    Some(match work {
        Work::Nested { levels, waits } => {
            let leaf = Leaf::new(items, waits);
            let source = nested!(levels, leaf, Forward, |value| DynSource::new_box(value));
            block_on(drain!(source, source.next()))
        }
        Work::Large { waits } => {
            let source = DynSource::new_box(Large(Leaf::new(items, waits)));
            block_on(drain!(source, source.next()))
        }
        Work::Shared => {
            let meter = black_box(DynShared::new_box(Meter(0)));
            block_on(four_at_once!(items, |numbers| numbers.map(|number| meter.read(number))))
        }
    })
}
