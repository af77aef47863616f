//! `async-trait`: a box for each call.

use super::Contender;
use crate::{
    harness::Role,
    work::{Large, Leaf, Meter, Work, block_on, drain, four_at_once, nested},
};
use async_trait::async_trait;
use std::hint::black_box;

pub const ASYNC_TRAIT: Contender = Contender {
    name: "async-trait",
    role: Role::Peer,
    run,
};

#[async_trait(?Send)]
trait Source {
    async fn next(&mut self) -> Option<u64>;
}

#[async_trait(?Send)]
impl Source for Leaf {
    async fn next(&mut self) -> Option<u64> {
        self.pause().await;
        self.item()
    }
}

#[async_trait(?Send)]
impl Source for Large {
    async fn next(&mut self) -> Option<u64> {
        let state = self.state();
        self.0.pause().await;
        self.item(&state)
    }
}

struct Forward(Box<dyn Source>);

#[async_trait(?Send)]
impl Source for Forward {
    async fn next(&mut self) -> Option<u64> {
        self.0.next().await.map(|item| item + 1)
    }
}

#[async_trait(?Send)]
trait Shared {
    async fn read(&self, number: u64) -> u64;
}

#[async_trait(?Send)]
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
            let source = nested!(levels, leaf, Forward, |value| Box::new(value)
                as Box<dyn Source>);
            block_on(drain!(source, source.next()))
        }
        Work::Large { waits } => {
            let source: Box<dyn Source> = Box::new(Large(Leaf::new(items, waits)));
            block_on(drain!(source, source.next()))
        }
        Work::Shared => {
            let meter: Box<dyn Shared> = black_box(Box::new(Meter(0)));
            block_on(four_at_once!(items, |numbers| numbers.map(|number| meter.read(number))))
        }
    })
}
