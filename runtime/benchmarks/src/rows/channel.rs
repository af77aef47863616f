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

/// The room of a bounded channel. Only one message is in it during a round trip.
const ROOM: usize = 16;

/// The rows for one thread.
pub fn rows() -> Vec<Row> {
    use Meter::Processor;
    use Role::{Floor as Base, Ours, Peer};
    vec![
        Row {
            key: "mpsc".into(),
            title: "own mpsc, round trip".into(),
            unit: "ns",
            goal: Goal::Ratio(0.75),
            entries: vec![
                round_trip::<Floor, Pipe>(Base, Processor),
                round_trip::<Wakeful, WakefulChannel>(Ours, Processor),
                round_trip::<Tokio, TokioChannel>(Peer, Processor),
                round_trip::<Smol, SmolChannel>(Peer, Processor),
            ],
        },
        Row {
            key: "unbounded".into(),
            title: "own unbounded mpsc, round trip".into(),
            unit: "ns",
            goal: Goal::Ratio(0.75),
            entries: vec![
                round_trip::<Floor, Pipe>(Base, Processor),
                round_trip::<Wakeful, WakefulUnbounded>(Ours, Processor),
                round_trip::<Tokio, TokioUnbounded>(Peer, Processor),
                round_trip::<Smol, SmolUnbounded>(Peer, Processor),
            ],
        },
        Row {
            key: "foreign-send".into(),
            title: "a plain thread sends to a task, per message".into(),
            unit: "ns",
            goal: Goal::Ratio(0.75),
            // A contender without a channel of its own uses smol's.
            entries: vec![
                foreign::<Wakeful, WakefulUnbounded>(Ours, Processor),
                foreign::<Tokio, TokioUnbounded>(Peer, Processor),
                foreign::<Smol, SmolUnbounded>(Peer, Processor),
                foreign::<Monoio, SmolUnbounded>(Peer, Processor),
                foreign::<Compio, SmolUnbounded>(Peer, Processor),
                foreign::<CompioUring, SmolUnbounded>(Peer, Processor),
                foreign::<Glommio, SmolUnbounded>(Peer, Processor),
            ],
        },
    ]
}

/// The rows for two threads.
pub fn pool_rows() -> Vec<Row> {
    use Meter::Wall;
    use Role::{Ours, Peer};
    vec![
        Row {
            key: "pool-mpsc".into(),
            title: "own mpsc, round trip".into(),
            unit: "ns",
            goal: Goal::Ratio(0.80),
            entries: vec![
                round_trip::<WakefulPool, WakefulChannel>(Ours, Wall),
                round_trip::<TokioPool, TokioChannel>(Peer, Wall),
                round_trip::<SmolPool, SmolChannel>(Peer, Wall),
            ],
        },
        Row {
            key: "pool-unbounded".into(),
            title: "own unbounded mpsc, round trip".into(),
            unit: "ns",
            goal: Goal::Ratio(0.80),
            entries: vec![
                round_trip::<WakefulPool, WakefulUnbounded>(Ours, Wall),
                round_trip::<TokioPool, TokioUnbounded>(Peer, Wall),
                round_trip::<SmolPool, SmolUnbounded>(Peer, Wall),
            ],
        },
        Row {
            key: "pool-foreign-send".into(),
            title: "a plain thread sends to a task, per message".into(),
            unit: "ns",
            goal: Goal::Ratio(0.75),
            entries: vec![
                foreign::<WakefulPool, WakefulUnbounded>(Ours, Wall),
                foreign::<TokioPool, TokioUnbounded>(Peer, Wall),
                foreign::<SmolPool, SmolUnbounded>(Peer, Wall),
            ],
        },
    ]
}

fn round_trip<C: Contender, M: Channel>(role: Role, meter: Meter) -> Entry {
    Entry::of(C::NAME, role, move |scale| {
        round_trips::<C, M>(scale, meter)
    })
}

fn foreign<C: Contender, M: Unbounded>(role: Role, meter: Meter) -> Entry {
    Entry::of(C::NAME, role, move |scale| {
        foreign_sends::<C, M>(scale, meter)
    })
}

fn round_trips<C: Contender, M: Channel>(scale: Scale, meter: Meter) -> f64 {
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
