//! Channels: two tasks that answer each other, and a plain thread that sends.

use crate::{
    contenders::{
        Channel, Compio, CompioUring, Contender, Floor, Glommio, Monoio, Pipe, Smol, SmolChannel,
        SmolPool, SmolUnbounded, Tokio, TokioChannel, TokioPool, TokioUnbounded, Unbounded,
        Wakeful, WakefulChannel, WakefulPool, WakefulUnbounded,
    },
    harness::{Entry, Goal, Role, Row, Scale, clock::Meter},
};
use std::thread;

/// The room of a bounded channel.
const ROOM: usize = 16;

/// The rows for one thread.
pub fn rows() -> Vec<Row> {
    let foreign = "a plain thread sends to a task, per message";
    vec![
        row("mpsc", "own mpsc, round trip", 0.75, own(RoundTrip)),
        row(
            "unbounded",
            "own unbounded mpsc, round trip",
            0.75,
            own_unbounded(RoundTrip),
        ),
        row(
            "mpsc-stream",
            "own mpsc, one way, per message",
            0.75,
            own(Stream),
        ),
        row(
            "unbounded-stream",
            "own unbounded mpsc, one way, per message",
            0.75,
            own_unbounded(Stream),
        ),
        row("foreign-send", foreign, 0.75, senders()),
    ]
}

/// The rows for two threads.
pub fn pool_rows() -> Vec<Row> {
    let foreign = "a plain thread sends to a task, per message";
    vec![
        row(
            "pool-mpsc",
            "own mpsc, round trip",
            0.80,
            own_pool(RoundTrip),
        ),
        row(
            "pool-unbounded",
            "own unbounded mpsc, round trip",
            0.80,
            own_unbounded_pool(RoundTrip),
        ),
        row("pool-foreign-send", foreign, 0.75, pool_senders()),
    ]
}

fn row(key: &str, title: &str, goal: f64, entries: Vec<Entry>) -> Row {
    Row {
        key: key.into(),
        title: title.into(),
        unit: "ns",
        goal: Goal::Ratio(goal),
        entries,
    }
}

/// Work with a channel.
trait ChannelWork: Copy + 'static {
    fn sample<C: Contender, M: Channel>(self, scale: Scale, meter: Meter) -> f64;

    fn entry<C: Contender, M: Channel>(self, role: Role, meter: Meter) -> Entry {
        Entry::of(C::NAME, role, move |scale| {
            self.sample::<C, M>(scale, meter)
        })
    }
}

fn own(work: impl ChannelWork) -> Vec<Entry> {
    vec![
        work.entry::<Floor, Pipe>(Role::Floor, Meter::Processor),
        work.entry::<Wakeful, WakefulChannel>(Role::Ours, Meter::Processor),
        work.entry::<Tokio, TokioChannel>(Role::Peer, Meter::Processor),
        work.entry::<Smol, SmolChannel>(Role::Peer, Meter::Processor),
    ]
}

fn own_unbounded(work: impl ChannelWork) -> Vec<Entry> {
    vec![
        work.entry::<Floor, Pipe>(Role::Floor, Meter::Processor),
        work.entry::<Wakeful, WakefulUnbounded>(Role::Ours, Meter::Processor),
        work.entry::<Tokio, TokioUnbounded>(Role::Peer, Meter::Processor),
        work.entry::<Smol, SmolUnbounded>(Role::Peer, Meter::Processor),
    ]
}

fn own_pool(work: impl ChannelWork) -> Vec<Entry> {
    vec![
        work.entry::<WakefulPool, WakefulChannel>(Role::Ours, Meter::Wall),
        work.entry::<TokioPool, TokioChannel>(Role::Peer, Meter::Wall),
        work.entry::<SmolPool, SmolChannel>(Role::Peer, Meter::Wall),
    ]
}

fn own_unbounded_pool(work: impl ChannelWork) -> Vec<Entry> {
    vec![
        work.entry::<WakefulPool, WakefulUnbounded>(Role::Ours, Meter::Wall),
        work.entry::<TokioPool, TokioUnbounded>(Role::Peer, Meter::Wall),
        work.entry::<SmolPool, SmolUnbounded>(Role::Peer, Meter::Wall),
    ]
}

/// A contender without a channel of its own uses smol's.
fn senders() -> Vec<Entry> {
    vec![
        sender::<Wakeful, WakefulUnbounded>(Role::Ours, Meter::Processor),
        sender::<Tokio, TokioUnbounded>(Role::Peer, Meter::Processor),
        sender::<Smol, SmolUnbounded>(Role::Peer, Meter::Processor),
        sender::<Monoio, SmolUnbounded>(Role::Peer, Meter::Processor),
        sender::<Compio, SmolUnbounded>(Role::Peer, Meter::Processor),
        sender::<CompioUring, SmolUnbounded>(Role::Peer, Meter::Processor),
        sender::<Glommio, SmolUnbounded>(Role::Peer, Meter::Processor),
    ]
}

fn pool_senders() -> Vec<Entry> {
    vec![
        sender::<WakefulPool, WakefulUnbounded>(Role::Ours, Meter::Wall),
        sender::<TokioPool, TokioUnbounded>(Role::Peer, Meter::Wall),
        sender::<SmolPool, SmolUnbounded>(Role::Peer, Meter::Wall),
    ]
}

fn sender<C: Contender, M: Unbounded>(role: Role, meter: Meter) -> Entry {
    Entry::of(C::NAME, role, move |scale| {
        foreign_sends::<C, M>(scale, meter)
    })
}

/// Two tasks that answer each other through two channels.
#[derive(Clone, Copy)]
struct RoundTrip;

impl ChannelWork for RoundTrip {
    fn sample<C: Contender, M: Channel>(self, scale: Scale, meter: Meter) -> f64 {
        async fn pass<C: Contender, M: Channel>(rounds: u32) {
            let (mut question, mut questions) = M::new(ROOM);
            let (mut answer, mut answers) = M::new(ROOM);
            let asks = C::spawn(async move {
                for number in 0..rounds {
                    M::send(&mut question, number).await;
                    assert_eq!(M::receive(&mut answers).await, !number);
                }
            });
            let replies = C::spawn(async move {
                for _ in 0..rounds {
                    let number = M::receive(&mut questions).await;
                    M::send(&mut answer, !number).await;
                }
            });
            asks.await;
            replies.await;
        }
        let rounds = scale.of(100_000);
        C::new().block_on(async {
            pass::<C, M>(rounds / 10).await;
            meter.each(rounds, pass::<C, M>(rounds)).await
        })
    }
}

/// One task that sends to another as fast as the channel lets it. It yields
/// after as many messages as a bounded channel has room for, so an unbounded
/// channel does not grow.
#[derive(Clone, Copy)]
struct Stream;

impl ChannelWork for Stream {
    fn sample<C: Contender, M: Channel>(self, scale: Scale, meter: Meter) -> f64 {
        async fn pass<C: Contender, M: Channel>(count: u32) {
            let (mut sender, mut receiver) = M::new(ROOM);
            let sends = C::spawn(async move {
                for number in 0..count {
                    M::send(&mut sender, number).await;
                    if number as usize % ROOM == ROOM - 1 {
                        C::yield_now().await;
                    }
                }
            });
            let receives = C::spawn(async move {
                for number in 0..count {
                    assert_eq!(M::receive(&mut receiver).await, number);
                }
            });
            sends.await;
            receives.await;
        }
        let count = scale.of(400_000);
        C::new().block_on(async {
            pass::<C, M>(count / 10).await;
            meter.each(count, pass::<C, M>(count)).await
        })
    }
}

/// The thread is not one of the runtime's. It sends as fast as it can.
fn foreign_sends<C: Contender, M: Unbounded>(scale: Scale, meter: Meter) -> f64 {
    async fn pass<C: Contender, M: Unbounded>(count: u32) {
        let (mut sender, mut receiver) = M::new(ROOM);
        let task = C::spawn(async move {
            for number in 0..count {
                assert_eq!(M::receive(&mut receiver).await, number);
            }
        });
        let thread = thread::spawn(move || {
            for number in 0..count {
                M::send_now(&mut sender, number);
            }
        });
        task.await;
        thread.join().expect("sending does not panic");
    }
    let count = scale.of(100_000);
    C::new().block_on(async {
        pass::<C, M>(count / 10).await;
        meter.each(count, pass::<C, M>(count)).await
    })
}
