//! Records a channel with room for one message, as JSON. The chapter's figure shows it.
//!
//! The permits of a channel are private. The recorder keeps a copy of them, and checks in
//! each step that the real channel does what the copy says.
//!
//! `cargo run -q -p channels --example channel_trace > book/traces/10-channels.json`

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use channels::mpsc::{self, TrySendError};

#[path = "../../trace.rs"]
mod trace;
use trace::quoted;

const PATH: &str = "chapters/10-channels/src/semaphore.rs";
const SOURCE: &str = include_str!("../src/semaphore.rs");
const TAKE: &str = "self.free = self.free.checked_sub(1)?;";
const ENTER: &str = "permits.waiting.push(node);";
const GRANT: &str = "let waker = permits.waiting.pop(State::Granted);";
const FREE: &str = "permits.free += 1;";
const GRANTED: &str = "State::Granted => Some(Ok(())),";
const PASS_ON: &str = "self.semaphore.add_permit();";
/// The code of this step is not in `semaphore.rs`.
const ELSEWHERE: &str = "";

/// Everything that the figure shows.
struct Scene {
    /// What has the permit.
    permit: &'static str,
    waiting: Vec<&'static str>,
    messages: Vec<&'static str>,
    /// The tasks and what they do.
    tasks: Vec<(&'static str, &'static str)>,
    steps: Vec<String>,
}

impl Scene {
    fn set(&mut self, task: &str, state: &'static str) {
        let found = self.tasks.iter_mut().find(|(name, _)| *name == task);
        found.expect("the task is in the figure").1 = state;
    }

    fn step(&mut self, line: &str, note: &str) {
        let quoted = |names: &[&str]| {
            names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",")
        };
        let locals: Vec<String> = (self.tasks.iter())
            .map(|(name, state)| {
                format!("{{\"name\":\"{name}\",\"type\":\"task\",\"value\":\"{state}\"}}")
            })
            .collect();
        self.steps.push(format!(
            "{{\"line\":{},\"state\":\"the permit: {}. waiting: [{}]. messages: [{}]\",\"permit\":\"{}\",\"waiting\":[{}],\"messages\":[{}],\"locals\":[{}],\"note\":\"{note}\"}}",
            line_or_null(line),
            self.permit,
            self.waiting.join(", "),
            self.messages.join(", "),
            self.permit,
            quoted(&self.waiting),
            quoted(&self.messages),
            locals.join(","),
        ));
    }
}

fn main() {
    let tasks = ["cellar", "roof", "garden", "attic", "receiver"];
    let tasks = tasks.map(|name| (name, "not started")).to_vec();
    let (waiting, messages, steps) = (Vec::new(), Vec::new(), Vec::new());
    let mut scene = Scene { permit: "free", waiting, messages, tasks, steps };
    let mut cx = Context::from_waker(Waker::noop());
    let (sender, mut receiver) = mpsc::channel(1);
    scene.step(ELSEWHERE, "The channel has room for one message, so its semaphore has one permit. It is free.");

    assert!(pin!(sender.send("cellar")).poll(&mut cx).is_ready());
    (scene.permit, scene.messages) = ("message of the cellar", vec!["cellar"]);
    scene.set("cellar", "has sent");
    scene.step(TAKE, "The task of the cellar sends. It takes the free permit, and its message is in the queue. The message owns the permit now.");

    let mut roof = Box::pin(sender.send("roof"));
    assert!(roof.as_mut().poll(&mut cx).is_pending());
    scene.waiting.push("roof");
    scene.set("roof", "waits in send");
    scene.step(ENTER, "The task of the roof sends. No permit is free, so its node enters the list. The node lies in the future of `send`.");

    let mut garden = pin!(sender.send("garden"));
    assert!(garden.as_mut().poll(&mut cx).is_pending());
    scene.waiting.push("garden");
    scene.set("garden", "waits in send");
    scene
        .step(ENTER, "The task of the garden sends, and enters the list after the roof.");

    assert_eq!(pin!(receiver.recv()).poll(&mut cx), Poll::Ready(Some("cellar")));
    (scene.permit, scene.messages) = ("roof", Vec::new());
    scene.waiting.remove(0);
    scene.set("receiver", "has received cellar");
    scene.set("roof", "woken, not polled yet");
    scene.step(GRANT, "The receiver takes the message, and gives its permit back. The roof has waited longest. It leaves the list, owns the permit, and is woken. The permit goes straight to the roof, and no other task can take it.");

    assert_eq!(sender.try_send("attic"), Err(TrySendError::Full("attic")));
    scene.set("attic", "was refused");
    scene.step(TAKE, "The attic comes now, and the roof has not been polled yet. The queue is empty, but no permit is free: `try_send` is refused.");

    drop(roof);
    scene.permit = "garden";
    scene.waiting.remove(0);
    scene.set("roof", "dropped");
    scene.set("garden", "woken, not polled yet");
    scene.step(PASS_ON, "The task of the roof loses a race, and its future is dropped. It owns the permit, so its destructor passes it on. The garden owns it now.");

    assert!(garden.as_mut().poll(&mut cx).is_ready());
    (scene.permit, scene.messages) = ("message of the garden", vec!["garden"]);
    scene.set("garden", "has sent");
    scene.step(
        GRANTED,
        "The task of the garden is polled, finds its permit, and pushes its message.",
    );

    assert_eq!(pin!(receiver.recv()).poll(&mut cx), Poll::Ready(Some("garden")));
    (scene.permit, scene.messages) = ("free", Vec::new());
    scene.set("receiver", "has received garden");
    scene.step(
        FREE,
        "The receiver takes the message. No task waits, so the permit is free.",
    );

    receiver.close();
    assert!(matches!(pin!(sender.send("attic")).poll(&mut cx), Poll::Ready(Err(_))));
    assert_eq!(pin!(receiver.recv()).poll(&mut cx), Poll::Ready(None));
    scene.set("receiver", "has closed the channel");
    scene.step(ELSEWHERE, "The receiver closes the channel. All permits are free, so no message can come, and `recv` gives `None` at once.");

    let first = line_of("pub struct Semaphore {");
    let last = line_of("pub struct SemaphorePermit") - 3;
    let lines = SOURCE.lines().take(last).skip(first - 1).map(|line| {
        let mark = line.trim_start().starts_with("// ANCHOR");
        quoted(if mark { "" } else { line })
    });
    println!(
        "{{\n\"title\":\"A channel with room for one message\",\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p channels --example channel_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.collect::<Vec<_>>().join(",\n"),
        scene.steps.join(",\n")
    );
}

fn line_or_null(text: &str) -> String {
    if text == ELSEWHERE { "null".into() } else { line_of(text).to_string() }
}

/// The number of the only line of code that contains `text`.
fn line_of(text: &str) -> usize {
    trace::line_of(PATH, SOURCE, text)
}
