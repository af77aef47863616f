//! Records who owns one reading in two channels, as JSON. The page's figure shows it.
//!
//! `cargo run -q -p locks --example owner_trace > book/traces/10-locks.json`

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use handed_over::Channel;
use locks::{Either, Notify, mpsc, race};

#[path = "../../trace.rs"]
mod trace;
use trace::quoted;

#[allow(dead_code)]
#[path = "handed_over.rs"]
mod handed_over;

const PATH: &str = "chapters/10-locks/examples/handed_over.rs";
const SOURCE: &str = include_str!("handed_over.rs");
const LEAVE: &str = "self.waiting.replace(Some(sender));";
const HAND_OVER: &str = "Some(receiver) => receiver.send(message),";
const RACE: &str = "match race(tick.notified(), recv()).await {";
const AWAIT: &str = "receiver.await.expect(\"the channel keeps the sender\")";
/// The code of this step is not in `handed_over.rs`.
const ELSEWHERE: &str = "";

/// Everything that the figure shows.
struct Scene {
    channel: &'static str,
    owner: &'static str,
    server: &'static str,
    steps: Vec<String>,
}

impl Scene {
    fn step(&mut self, line: &str, note: &str) {
        let Scene { channel, owner, server, .. } = self;
        let line =
            if line == ELSEWHERE { "null".into() } else { line_of(line).to_string() };
        self.steps.push(format!(
            "{{\"line\":{line},\"state\":\"{channel}. the reading: {owner}. the server: {server}\",\"locals\":[{{\"name\":\"channel\",\"type\":\"\",\"value\":\"{channel}\"}},{{\"name\":\"the reading is in\",\"type\":\"\",\"value\":\"{owner}\"}},{{\"name\":\"the server\",\"type\":\"\",\"value\":\"{server}\"}}],\"note\":\"{note}\"}}",
        ));
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn main() {
    let (owner, server, steps) = ("the meter", "not started", Vec::new());
    let mut scene = Scene { channel: "handed over", owner, server, steps };
    let (channel, tick) = (Channel::default(), Notify::new());
    {
        let mut raced = Box::pin(race(tick.notified(), channel.recv()));
        assert!(poll(raced.as_mut()).is_pending());
        scene.server = "waits in race";
        scene.step(LEAVE, "The server waits for a tick and for a reading. `recv` finds no message. It leaves a oneshot sender in the channel, and keeps the oneshot receiver in its future.");
        channel.send(Some(40));
        scene.owner = "the future of recv";
        scene.server = "woken, not polled yet";
        scene.step(HAND_OVER, "The meter sends. The reading is in the slot of the oneshot now. Only the future of `recv` can reach it.");
        tick.notify_one();
        scene
            .step(ELSEWHERE, "The clock ticks. The server has two reasons to be polled.");
        assert!(matches!(poll(raced.as_mut()), Poll::Ready(Either::Left(()))));
        scene.owner = "dropped";
        scene.server = "counts a tick";
        scene.step(RACE, "The server is polled. `race` polls the tick first, and the tick is ready. So `race` drops the future of `recv`, with the reading in it.");
    }
    let mut again = pin!(channel.recv());
    assert!(poll(again.as_mut()).is_pending());
    scene.server = "waits in race";
    scene.step(AWAIT, "The server calls `recv` again. The queue is empty, and it waits. The reading is lost.");

    let ((sender, mut receiver), tick) = (mpsc::channel(9), Notify::new());
    (scene.channel, scene.owner) = ("our mpsc", "the meter");
    {
        let mut raced = Box::pin(race(tick.notified(), receiver.recv()));
        assert!(poll(raced.as_mut()).is_pending());
        scene.step(RACE, "Now the same with `mpsc` of the first page. Its `recv` finds no message, and leaves only its waker in the channel.");
        sender.try_send(40).expect("there is room");
        scene.owner = "the queue of the channel";
        scene.server = "woken, not polled yet";
        scene.step(ELSEWHERE, "The meter sends. The reading is in the queue. The wake says only: look again.");
        tick.notify_one();
        assert!(matches!(poll(raced.as_mut()), Poll::Ready(Either::Left(()))));
        scene.server = "counts a tick";
        scene.step(RACE, "The clock ticks, and the tick wins again. `race` drops the future of `recv`. That future owns nothing, and the reading stays in the queue.");
    }
    assert_eq!(poll(pin!(receiver.recv())), Poll::Ready(Some(40)));
    scene.owner = "the server";
    scene.server = "counts a reading";
    scene.step(
        ELSEWHERE,
        "The server calls `recv` again, and this poll takes the reading and returns it.",
    );

    let first = line_of("pub struct Channel {") - 2;
    let last = line_of("async fn yield_now") - 3;
    let lines = SOURCE.lines().take(last).skip(first - 1).map(|line| {
        let mark = line.trim_start().starts_with("// ANCHOR");
        quoted(if mark { "" } else { line })
    });
    println!(
        "{{\n\"title\":\"One reading in two channels\",\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p locks --example owner_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.collect::<Vec<_>>().join(",\n"),
        scene.steps.join(",\n")
    );
}

/// The number of the only line of code that contains `text`.
fn line_of(text: &str) -> usize {
    trace::line_of(PATH, SOURCE, text)
}
