//! Two tasks and two channels: each contender's own.

use crate::{
    contenders::{
        Channel, Contender, Floor, Pipe, Smol, SmolChannel, SmolPool, Tokio, TokioChannel,
        TokioPool, Wakeful, WakefulChannel, WakefulPool,
    },
    harness::{Entry, Goal, Role, Row, Scale, clock::Meter},
};

/// How many messages a channel has room for. One is under way at a time.
const ROOM: usize = 16;

pub fn row() -> Row {
    Row {
        key: "mpsc".into(),
        title: "own mpsc, round trip".into(),
        unit: "ns",
        goal: Goal::Ratio(0.60),
        entries: vec![
            entry::<Floor, Pipe>(Role::Floor, Meter::Processor),
            entry::<Wakeful, WakefulChannel>(Role::Ours, Meter::Processor),
            entry::<Tokio, TokioChannel>(Role::Peer, Meter::Processor),
            entry::<Smol, SmolChannel>(Role::Peer, Meter::Processor),
        ],
    }
}

pub fn pool_row() -> Row {
    Row {
        key: "pool-mpsc".into(),
        title: "own mpsc, round trip".into(),
        unit: "ns",
        goal: Goal::Ratio(0.80),
        entries: vec![
            entry::<WakefulPool, WakefulChannel>(Role::Ours, Meter::Wall),
            entry::<TokioPool, TokioChannel>(Role::Peer, Meter::Wall),
            entry::<SmolPool, SmolChannel>(Role::Peer, Meter::Wall),
        ],
    }
}

fn entry<C: Contender, M: Channel>(role: Role, meter: Meter) -> Entry {
    Entry::of(C::NAME, role, move |scale| {
        round_trips::<C, M>(scale, meter)
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
