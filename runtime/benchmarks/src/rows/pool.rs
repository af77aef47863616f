//! Work that several threads share.

use super::{
    done::Done,
    tasks::{Chain, SpawnMany, SpawnOne, Yield},
    time::SleepDrop,
};
use crate::{
    contenders::{Networked, Pool, PoolWork, TimedWork, WORKERS, Work, two_threads},
    harness::{Entry, Goal, Role, Row, Scale, clock::Meter},
    network::compute,
};
use atomic_waker::AtomicWaker;
use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{
            AtomicU32, AtomicUsize,
            Ordering::{AcqRel, Acquire, Relaxed, Release},
        },
    },
    task::Poll,
    thread,
    time::Instant,
};

pub fn rows() -> Vec<Row> {
    let mut computing = two_threads(Computing);
    computing.insert(0, computing_by_hand());
    let rows = [
        (
            "pool-spawn",
            "spawn 100k and join, per task",
            0.60,
            two_threads(Plain(SpawnMany(Meter::Wall))),
        ),
        (
            "pool-spawn-one",
            "spawn one, join it, from block_on",
            0.50,
            two_threads(Plain(SpawnOne(Meter::Wall))),
        ),
        (
            "pool-spawn-foreign",
            "spawn from a foreign thread",
            0.70,
            two_threads(SpawnForeign),
        ),
        (
            "pool-yield",
            "yield, 1000 tasks",
            1.0,
            two_threads(Plain(Yield(Meter::Wall))),
        ),
        (
            "pool-ping-pong",
            "two tasks wake each other, round trip",
            0.90,
            two_threads(PingPong),
        ),
        (
            "pool-chain",
            "each task spawns the next",
            0.50,
            two_threads(Plain(Chain(Meter::Wall))),
        ),
        (
            "pool-compute",
            "5000 tasks of 10 µs computing, per task",
            1.0,
            computing,
        ),
        (
            "pool-sleep-drop",
            "sleep set and dropped",
            0.40,
            two_threads(PlainTimed(SleepDrop(Meter::Wall))),
        ),
    ];
    let row = |(key, title, goal, entries): (&str, &str, f64, Vec<Entry>)| Row {
        key: key.into(),
        title: title.into(),
        unit: "ns",
        goal: Goal::Ratio(goal),
        entries,
    };
    rows.map(row).into()
}

/// Runs the work of a one-thread row on a pool.
#[derive(Clone, Copy)]
struct Plain<W>(W);

impl<W: Work> PoolWork for Plain<W> {
    fn sample<C: Pool + Networked>(self, scale: Scale) -> f64 {
        self.0.sample::<C>(scale)
    }
}

#[derive(Clone, Copy)]
struct PlainTimed<W>(W);

impl<W: TimedWork> PoolWork for PlainTimed<W> {
    fn sample<C: Pool + Networked>(self, scale: Scale) -> f64 {
        self.0.sample::<C>(scale)
    }
}

#[derive(Clone, Copy)]
struct SpawnForeign;

impl PoolWork for SpawnForeign {
    fn sample<C: Pool + Networked>(self, scale: Scale) -> f64 {
        async fn pass<C: Pool>(handle: &C::Handle, count: u32) {
            let (handle, done) = (handle.clone(), Arc::<Done>::default());
            let left = Arc::new(AtomicU32::new(count));
            let all_done = Arc::clone(&done);
            let foreign = thread::spawn(move || {
                for _ in 0..count {
                    let (left, done) = (Arc::clone(&left), Arc::clone(&all_done));
                    C::spawn_foreign(&handle, async move {
                        // Ordering: AcqRel. Each decrement reads from the one
                        // before, so the last task sees what all others did.
                        if left.fetch_sub(1, AcqRel) == 1 {
                            done.tell();
                        }
                    });
                }
            });
            done.told().await;
            foreign.join().expect("spawning does not panic");
        }
        let count = scale.of(50_000);
        let mut pool = C::new();
        let handle = pool.handle();
        pool.block_on(async {
            pass::<C>(&handle, count / 10).await;
            Meter::Wall.each(count, pass::<C>(&handle, count)).await
        })
    }
}

#[derive(Clone, Copy)]
struct PingPong;

/// Whose turn it is, and the wakers of the two players.
#[derive(Default)]
struct Table {
    turn: AtomicUsize,
    waiting: [AtomicWaker; 2],
}

async fn play(table: Arc<Table>, me: usize, rounds: u32) {
    for _ in 0..rounds {
        poll_fn(|context| {
            table.waiting[me].register(context.waker());
            // Ordering: Acquire pairs with the Release store below. The load comes
            // after `register`, so either it sees the turn or the other player
            // wakes this task.
            if table.turn.load(Acquire) == me {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        // Ordering: Release pairs with the other player's Acquire load above.
        table.turn.store(1 - me, Release);
        table.waiting[1 - me].wake();
    }
}

impl PoolWork for PingPong {
    fn sample<C: Pool + Networked>(self, scale: Scale) -> f64 {
        async fn pass<C: Pool>(rounds: u32) {
            let table = Arc::<Table>::default();
            let players = [0, 1].map(|me| C::spawn(play(Arc::clone(&table), me, rounds)));
            for player in players {
                player.await;
            }
        }
        let rounds = scale.of(50_000);
        C::new().block_on(async {
            pass::<C>(rounds / 10).await;
            Meter::Wall.each(rounds, pass::<C>(rounds)).await
        })
    }
}

const COMPUTING: u32 = 5000;

#[derive(Clone, Copy)]
struct Computing;

impl PoolWork for Computing {
    fn sample<C: Pool + Networked>(self, scale: Scale) -> f64 {
        async fn pass<C: Pool>(count: u32) {
            // One task spawns them all, so the other worker has to steal them.
            let spawner = async move {
                let done = Arc::<Done>::default();
                let left = Arc::new(AtomicU32::new(count));
                for _ in 0..count {
                    let (left, done) = (Arc::clone(&left), Arc::clone(&done));
                    C::detach(C::spawn(async move {
                        compute();
                        // Ordering: AcqRel, as in `SpawnForeign`.
                        if left.fetch_sub(1, AcqRel) == 1 {
                            done.tell();
                        }
                    }));
                }
                done.told().await;
            };
            C::spawn(spawner).await;
        }
        let count = scale.of(COMPUTING);
        C::new().block_on(async {
            pass::<C>(count / 10).await;
            Meter::Wall.each(count, pass::<C>(count)).await
        })
    }
}

/// By hand: as many threads, and a counter that gives out the work.
fn computing_by_hand() -> Entry {
    let sample = |scale: Scale| {
        let count = scale.of(COMPUTING);
        let next = AtomicU32::new(0);
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..WORKERS {
                // Ordering: Relaxed. The counter publishes nothing else.
                scope.spawn(|| {
                    while next.fetch_add(1, Relaxed) < count {
                        compute();
                    }
                });
            }
        });
        start.elapsed().as_nanos() as f64 / f64::from(count)
    };
    Entry::of("floor-2", Role::Floor, sample)
}
