//! `smallbox`: a future of a fixed size, and a box if it is larger. As with `stackfuture`, only the
//! innermost call needs no box.

use super::Contender;
use crate::{
    harness::Role,
    work::{Large, Leaf, Meter, Work, block_on, drain, four_at_once, nested},
};
use smallbox::{SmallBox, smallbox, space::S8};
use std::hint::black_box;

pub const SMALLBOX: Contender = Contender {
    name: "smallbox, 64 B",
    role: Role::Peer,
    run,
};

type Call<'d, T, Space> = SmallBox<dyn Future<Output = T> + 'd, Space>;

trait Source<Space> {
    fn next(&mut self) -> Call<'_, Option<u64>, Space>;
}

impl<Space> Source<Space> for Leaf {
    fn next(&mut self) -> Call<'_, Option<u64>, Space> {
        smallbox!(async {
            self.pause().await;
            self.item()
        })
    }
}

impl<Space> Source<Space> for Large {
    fn next(&mut self) -> Call<'_, Option<u64>, Space> {
        smallbox!(async {
            let state = self.state();
            self.0.pause().await;
            self.item(&state)
        })
    }
}

struct Forward(Box<dyn Source<S8>>);

impl Source<S8> for Forward {
    fn next(&mut self) -> Call<'_, Option<u64>, S8> {
        smallbox!(async { self.0.next().await.map(|item| item + 1) })
    }
}

trait Shared {
    fn read(&self, number: u64) -> Call<'_, u64, S8>;
}

impl Shared for Meter {
    fn read(&self, number: u64) -> Call<'_, u64, S8> {
        smallbox!(async move {
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
                as Box<dyn Source<S8>>);
            block_on(drain!(source, source.next()))
        }
        Work::Large { waits } => {
            let source: Box<dyn Source<[u64; 72]>> = Box::new(Large(Leaf::new(items, waits)));
            block_on(drain!(source, source.next()))
        }
        Work::Shared => {
            let meter: Box<dyn Shared> = black_box(Box::new(Meter(0)));
            block_on(four_at_once!(items, |numbers| numbers.map(|number| meter.read(number))))
        }
    })
}
