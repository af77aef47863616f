//! `ReusableBoxFuture` of `tokio-util`, used as the streams of `tokio-stream` use it: each source
//! owns one, and it is behind a `dyn` `poll_next`. A future takes its source by value and returns
//! it with the item.

use super::Contender;
use crate::{
    harness::Role,
    work::{Large, Leaf, Work, block_on, drain, nested},
};
use std::{
    future::poll_fn,
    task::{Context, Poll, ready},
};
use tokio_util::sync::ReusableBoxFuture;

pub const REUSABLE: Contender = Contender {
    name: "ReusableBoxFuture",
    role: Role::Peer,
    run,
};

trait Source: Send + 'static {
    fn next(&mut self) -> impl Future<Output = Option<u64>> + Send;
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

struct Forward(Box<dyn PollNext>);

impl Source for Forward {
    async fn next(&mut self) -> Option<u64> {
        let next = poll_fn(|context| self.0.poll_next(context));
        next.await.map(|item| item + 1)
    }
}

trait PollNext: Send {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<u64>>;
}

struct Reused<S>(ReusableBoxFuture<'static, (Option<u64>, S)>);

async fn take<S: Source>(mut source: S) -> (Option<u64>, S) {
    let item = source.next().await;
    (item, source)
}

impl<S: Source> Reused<S> {
    fn new(source: S) -> Self {
        Self(ReusableBoxFuture::new(take(source)))
    }
}

impl<S: Source> PollNext for Reused<S> {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<u64>> {
        let (item, source) = ready!(self.0.poll(context));
        self.0.set(take(source));
        Poll::Ready(item)
    }
}

fn run(work: Work, items: u32) -> Option<u64> {
    let source: Box<dyn PollNext> = match work {
        Work::Nested { levels, waits } => {
            let leaf = Leaf::new(items, waits);
            nested!(levels, leaf, Forward, |value| Box::new(Reused::new(value))
                as Box<dyn PollNext>)
        }
        Work::Large { waits } => Box::new(Reused::new(Large(Leaf::new(items, waits)))),
        // A source owns one future, so its calls do not run at once.
        Work::Shared => return None,
    };
    Some(block_on(drain!(
        source,
        poll_fn(|context| source.poll_next(context))
    )))
}
