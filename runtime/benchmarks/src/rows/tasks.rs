//! Tasks: spawning, joining, yielding, and waking each other.

use super::done::Done;
use crate::{
    contenders::{Compio, CompioUring, Contender, Glommio, Monoio, Named, Work, one_thread},
    harness::{
        Entry, Goal, Role, Row, Scale,
        callgrind::{counting_begins, counting_ends},
        clock::{Meter, Processor},
    },
};
use std::{
    cell::Cell,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

pub fn rows() -> Vec<Row> {
    vec![
        Row {
            key: "spawn".into(),
            title: "spawn 100k, join all, per task".into(),
            unit: "ns",
            goal: Goal::Ratio(0.80),
            entries: one_thread(SpawnMany(Meter::Processor)),
        },
        Row {
            key: "spawn-one".into(),
            title: "spawn one, join it".into(),
            unit: "ns",
            goal: Goal::Ratio(0.50),
            entries: spawners(),
        },
        Row {
            key: "yield".into(),
            title: "yield, 1000 tasks take turns".into(),
            unit: "ns",
            goal: Goal::Ratio(0.80),
            entries: fair_yielders(),
        },
        Row {
            key: "ping-pong".into(),
            title: "two tasks wake each other, round trip".into(),
            unit: "ns",
            goal: Goal::Ratio(0.80),
            entries: one_thread(PingPong),
        },
        Row {
            key: "chain".into(),
            title: "each task spawns the next".into(),
            unit: "ns",
            goal: Goal::Ratio(0.60),
            entries: links(),
        },
        Row {
            key: "block-on".into(),
            title: "block_on a ready future, with a reactor".into(),
            unit: "ns",
            goal: Goal::Ratio(1.0),
            entries: one_thread(BlockOn),
        },
    ]
}

#[derive(Clone, Copy)]
pub struct SpawnMany(pub Meter);

impl Work for SpawnMany {
    fn sample<C: Contender>(self, scale: Scale) -> f64 {
        async fn pass<C: Contender>(count: u32) {
            let spawn = |number: u32| C::spawn(async move { u64::from(number) });
            let joins: Vec<_> = (0..count).map(spawn).collect();
            let mut sum = 0;
            for join in joins {
                sum += join.await;
            }
            assert_eq!(sum, u64::from(count) * u64::from(count - 1) / 2);
        }
        let count = scale.of(100_000);
        C::new().block_on(async {
            pass::<C>(count).await;
            self.0.each(count, pass::<C>(count)).await
        })
    }
}

/// The contenders, with those of `names` beside the ratio.
fn with_beside(work: impl Work, names: &[&str]) -> Vec<Entry> {
    let mut entries = one_thread(work);
    for entry in &mut entries {
        if names.contains(&entry.name) {
            entry.role = Role::Beside;
        }
    }
    entries
}

/// glommio is not part of the ratio, because its `spawn` polls the task at once.
/// So the join finds the output, and no task waits for a turn.
fn spawners() -> Vec<Entry> {
    with_beside(SpawnOne(Meter::Processor), &[Glommio::NAME])
}

/// The chain leaves glommio out. Its `spawn` polls the task at once, so each link
/// would run inside the one before it and the stack would overflow.
fn links() -> Vec<Entry> {
    let mut entries = one_thread(Chain(Meter::Processor));
    entries.retain(|entry| entry.name != Glommio::NAME);
    entries
}

#[derive(Clone, Copy)]
pub struct SpawnOne(pub Meter);

impl Work for SpawnOne {
    fn sample<C: Contender>(self, scale: Scale) -> f64 {
        async fn pass<C: Contender>(count: u32) {
            for number in 0..count {
                assert_eq!(C::spawn(async move { number }).await, number);
            }
        }
        let count = scale.of(100_000);
        C::new().block_on(async {
            pass::<C>(count / 10).await;
            self.0.each(count, pass::<C>(count)).await
        })
    }
}

#[derive(Clone, Copy)]
pub struct Yield(pub Meter);

thread_local! {
    /// The task that ran last, and how often the same task ran twice in a row.
    static BEFORE: Cell<u32> = const { Cell::new(u32::MAX) };
    static AGAIN: Cell<u32> = const { Cell::new(0) };
}

/// Only contenders that poll their driver between two turns are part of the
/// ratio. The others save that, and the rows on fairness show the price. monoio
/// is left out: it puts a task that wakes itself at the head of its queue, so the
/// same task continues and no other task gets a turn.
fn fair_yielders() -> Vec<Entry> {
    let unfair = [Compio::NAME, CompioUring::NAME, Glommio::NAME];
    let mut entries = with_beside(Yield(Meter::Processor), &unfair);
    entries.retain(|entry| entry.name != Monoio::NAME);
    entries
}

impl Work for Yield {
    fn sample<C: Contender>(self, scale: Scale) -> f64 {
        async fn pass<C: Contender>(tasks: u32, turns: u32) {
            let spawn = |me: u32| {
                C::spawn(async move {
                    for _ in 0..turns {
                        if BEFORE.replace(me) == me {
                            AGAIN.set(AGAIN.get() + 1);
                        }
                        C::yield_now().await;
                    }
                    turns
                })
            };
            AGAIN.set(0);
            let joins: Vec<_> = (0..tasks).map(spawn).collect();
            for join in joins {
                assert_eq!(join.await, turns);
            }
            // The order need not be strict, because tokio's is not.
            assert!(AGAIN.get() <= tasks, "they do not take turns");
        }
        let (tasks, turns) = (1000, scale.of(400));
        C::new().block_on(async {
            pass::<C>(tasks, turns / 10).await;
            self.0.each(tasks * turns, pass::<C>(tasks, turns)).await
        })
    }
}

#[derive(Clone, Copy)]
struct PingPong;

thread_local! {
    /// Whose turn it is, and the wakers of the two players. Cells, so the row
    /// measures the wakes and not a lock.
    static TABLE: Table = const {
        Table {
            turn: Cell::new(0),
            waiting: [Cell::new(None), Cell::new(None)],
        }
    };
}

struct Table {
    turn: Cell<usize>,
    waiting: [Cell<Option<Waker>>; 2],
}

/// Plays `left` times, each time when it is its turn.
struct Player {
    place: usize,
    left: u32,
}

impl Future for Player {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        TABLE.with(|table| {
            let (me, other) = (self.place, 1 - self.place);
            if table.turn.get() == me {
                table.turn.set(other);
                self.left -= 1;
                if let Some(waker) = table.waiting[other].take() {
                    waker.wake();
                }
                if self.left == 0 {
                    return Poll::Ready(());
                }
            }
            table.waiting[me].set(Some(context.waker().clone()));
            Poll::Pending
        })
    }
}

impl Work for PingPong {
    fn sample<C: Contender>(self, scale: Scale) -> f64 {
        async fn pass<C: Contender>(rounds: u32) {
            let players = [0, 1].map(|place| {
                C::spawn(Player {
                    place,
                    left: rounds,
                })
            });
            for player in players {
                player.await;
            }
        }
        let rounds = scale.of(200_000);
        C::new().block_on(async {
            pass::<C>(rounds / 10).await;
            Meter::Processor.each(rounds, pass::<C>(rounds)).await
        })
    }
}

#[derive(Clone, Copy)]
pub struct Chain(pub Meter);

/// Spawns the next link. The last link tells the future of `block_on`.
struct Link<C> {
    left: u32,
    /// Passed on from link to link.
    last: Option<Arc<Done>>,
    contender: PhantomData<fn() -> C>,
}

impl<C: Contender> Future for Link<C> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let last = self.last.take();
        match self.left.checked_sub(1) {
            Some(left) => C::detach(C::spawn(Self {
                left,
                last,
                contender: PhantomData,
            })),
            None => last.expect("polled once").tell(),
        }
        Poll::Ready(())
    }
}

impl Work for Chain {
    fn sample<C: Contender>(self, scale: Scale) -> f64 {
        async fn pass<C: Contender>(links: u32) {
            let last = Arc::<Done>::default();
            C::detach(C::spawn(Link::<C> {
                left: links - 1,
                last: Some(Arc::clone(&last)),
                contender: PhantomData,
            }));
            last.told().await;
        }
        let links = scale.of(100_000);
        C::new().block_on(async {
            pass::<C>(links / 10).await;
            self.0.each(links, pass::<C>(links)).await
        })
    }
}

#[derive(Clone, Copy)]
struct BlockOn;

impl Work for BlockOn {
    fn sample<C: Contender>(self, scale: Scale) -> f64 {
        let count = scale.of(200_000);
        let mut contender = C::new();
        let mut pass = |count: u32| {
            for number in 0..count {
                let ready = std::future::ready(std::hint::black_box(number));
                assert_eq!(contender.block_on_alone(ready), number);
            }
        };
        pass(count / 10);
        let before = Processor::HERE.nanos();
        counting_begins();
        pass(count);
        counting_ends(count);
        let nanos = Processor::HERE.nanos() - before;
        nanos as f64 / f64::from(count)
    }
}
