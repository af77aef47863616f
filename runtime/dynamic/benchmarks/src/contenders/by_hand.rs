//! What a `dyn` call could cost: the same work without `dyn`, and with `poll` functions that are
//! written by hand.

use super::Contender;
use crate::{
    harness::Role,
    work::{Large, Leaf, Meter, Work, block_on, drain, four_at_once, nested},
};
use std::{
    future::poll_fn,
    hint::black_box,
    task::{Context, Poll},
};

pub const STATIC: Contender = Contender {
    name: "static dispatch",
    role: Role::Floor,
    run: run_static,
};

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

struct Forward<S>(S);

impl<S: Source> Source for Forward<S> {
    async fn next(&mut self) -> Option<u64> {
        self.0.next().await.map(|item| item + 1)
    }
}

async fn read(meter: &Meter, number: u64) -> u64 {
    meter.pause().await;
    meter.add(number)
}

fn run_static(work: Work, items: u32) -> Option<u64> {
    let two = |source| Forward(Forward(source));
    Some(match work {
        Work::Nested { levels, waits } => {
            let source = Leaf::new(items, waits);
            match levels {
                1 => block_on(drain!(source, source.next())),
                2 => {
                    let source = Forward(source);
                    block_on(drain!(source, source.next()))
                }
                4 => {
                    let source = two(Forward(source));
                    block_on(drain!(source, source.next()))
                }
                8 => {
                    let source = Forward(Forward(Forward(Forward(two(Forward(source))))));
                    block_on(drain!(source, source.next()))
                }
                _ => return None,
            }
        }
        Work::Large { waits } => {
            let source = Large(Leaf::new(items, waits));
            block_on(drain!(source, source.next()))
        }
        Work::Shared => {
            let meter = black_box(Meter(0));
            block_on(four_at_once!(items, |numbers| numbers.map(|number| read(&meter, number))))
        }
    })
}

pub const POLL_NEXT: Contender = Contender {
    name: "`dyn` `poll_next`",
    role: Role::Floor,
    run: run_poll_next,
};

/// The trait has no async method, so no call has a future. The state is in the source.
trait PollNext {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<u64>>;
}

struct ByHand {
    leaf: Leaf,
    waited: bool,
}

impl PollNext for ByHand {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<u64>> {
        if self.leaf.waits() && !self.waited {
            self.waited = true;
            return Poll::Pending;
        }
        self.waited = false;
        Poll::Ready(self.leaf.item())
    }
}

struct LargeByHand {
    large: Large,
    /// The state of a call that has begun.
    state: Option<[u64; 64]>,
}

impl PollNext for LargeByHand {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<Option<u64>> {
        let Self { large, state } = self;
        if state.is_none() {
            *state = Some(large.state());
            if large.0.waits() {
                return Poll::Pending;
            }
        }
        let item = large.item(state.as_ref().expect("it was set above"));
        *state = None;
        Poll::Ready(item)
    }
}

struct ForwardByHand(Box<dyn PollNext>);

impl PollNext for ForwardByHand {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<u64>> {
        let next = self.0.poll_next(context);
        next.map(|item| item.map(|item| item + 1))
    }
}

fn run_poll_next(work: Work, items: u32) -> Option<u64> {
    let source: Box<dyn PollNext> = match work {
        Work::Nested { levels, waits } => {
            let leaf = ByHand {
                leaf: Leaf::new(items, waits),
                waited: false,
            };
            nested!(levels, leaf, ForwardByHand, |value| Box::new(value)
                as Box<dyn PollNext>)
        }
        Work::Large { waits } => Box::new(LargeByHand {
            large: Large(Leaf::new(items, waits)),
            state: None,
        }),
        // Several calls at once need a state for each of them, which is a future.
        Work::Shared => return None,
    };
    Some(block_on(drain!(
        source,
        poll_fn(|context| source.poll_next(context))
    )))
}
