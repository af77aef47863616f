//! Records three tasks that take turns, as JSON. The chapter's figure shows them.
//!
//! The queues of the runtime are private. The recorder keeps a copy of them, and checks
//! that the runtime polls the tasks in the order of this copy.
//!
//! `cargo run -q -p turns --example turns_trace > book/traces/12-turns.json`

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{poll_fn, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use turns::{BUDGET, Clock, Runtime, cooperative, sleep, spawn, yield_now};

const PATH: &str = "chapters/12-turns/src/runtime.rs";
const SOURCE: &str = include_str!("../src/runtime.rs");
const ROUND: &str = "let deferred = take_deferred();";
const LOOK: &str = "self.look(queued || !deferred.is_empty())?;";
const WAKE: &str = "deferred.into_iter().for_each(Waker::wake);";
/// The code of this step is not in `runtime.rs`.
const ELSEWHERE: &str = "";
const NAMES: [&str; 3] = ["meter", "flood", "heartbeat"];
const MS: Duration = Duration::from_millis(1);

/// Everything that the figure shows.
struct Scene {
    clock: Clock,
    queue: RefCell<VecDeque<usize>>,
    deferred: RefCell<Vec<usize>>,
    /// How many tasks of the queue belong to this round.
    left: Cell<usize>,
    /// When the sleep of the heartbeat ends, in milliseconds.
    due: Cell<Option<u128>>,
    states: RefCell<[String; 3]>,
    ran: RefCell<Vec<usize>>,
    steps: RefCell<Vec<String>>,
}

impl Scene {
    fn step(&self, line: &str, note: &str) {
        let list = |numbers: &mut dyn Iterator<Item = usize>| {
            numbers.map(|number| format!("\"{}\"", NAMES[number])).collect::<Vec<_>>()
        };
        let queue = list(&mut self.queue.borrow().iter().copied()).join(", ");
        let deferred = list(&mut self.deferred.borrow().iter().copied()).join(", ");
        let ran = list(&mut self.ran.borrow().iter().copied()).join(", ");
        let states = self.states.borrow();
        let locals: Vec<String> = (NAMES.iter().zip(states.iter()))
            .map(|(name, state)| {
                format!("{{\"name\":\"{name}\",\"type\":\"task\",\"value\":\"{state}\"}}")
            })
            .collect();
        let now = self.clock.elapsed().as_millis();
        let text = format!("queue: [{queue}], deferred: [{deferred}]").replace('"', "");
        self.steps.borrow_mut().push(format!(
            "{{\"line\":{},\"state\":\"{now} ms, {text}\",\"now\":{now},\"queue\":[{queue}],\"deferred\":[{deferred}],\"ran\":[{ran}],\"locals\":[{}],\"note\":\"{note}\"}}",
            line_or_null(line),
            locals.join(","),
        ));
    }

    fn set(&self, number: usize, state: impl Into<String>) {
        self.states.borrow_mut()[number] = state.into();
    }

    /// Called by a task at the beginning of its poll.
    fn polled(&self, number: usize, note: &str) {
        if self.left.get() == 0 {
            self.turn();
        }
        let first = self.queue.borrow_mut().pop_front();
        assert_eq!(first, Some(number), "the runtime polls in the order of the queue");
        self.left.set(self.left.get() - 1);
        self.ran.borrow_mut().push(number);
        self.set(number, "is polled");
        self.step(ELSEWHERE, note);
    }

    /// What the runtime does between two rounds.
    fn turn(&self) {
        self.step(ROUND, "The round is over, because each task of the queue had its turn. The list of deferred tasks is not empty, so the runtime does not skip the look.");
        let due =
            self.due.get().is_some_and(|due| self.clock.elapsed().as_millis() >= due);
        if due {
            self.due.set(None);
            self.queue.borrow_mut().push_back(2);
            self.set(2, "woken");
        }
        self.step(LOOK, if due {
            "The runtime looks at the reactor and the timers. The heartbeat is due, so its task comes into the queue."
        } else {
            "The runtime looks at the reactor and the timers. No timer is due."
        });
        for number in self.deferred.take() {
            self.queue.borrow_mut().push_back(number);
            self.set(number, "woken");
        }
        self.left.set(self.queue.borrow().len());
        self.step(WAKE, "Now the runtime wakes the deferred tasks. They are behind the tasks that the reactor and the timers have woken.");
    }

    fn defer(&self, number: usize, note: &str) {
        self.deferred.borrow_mut().push(number);
        self.set(number, "deferred");
        self.step(ELSEWHERE, note);
    }
}

async fn meter(scene: Rc<Scene>) {
    for part in 1..=3 {
        scene.polled(0, &format!("The task of the meter verifies part {part} of 3 of its reading. That takes 5 ms."));
        scene.clock.advance(5 * MS);
        scene.defer(0, "It calls `yield_now`. Its waker goes into the list of deferred tasks, and not into the queue.");
        yield_now().await;
    }
    scene.polled(0, "The task of the meter is polled once more, and ends.");
    scene.set(0, "ended");
}

async fn flood(scene: Rc<Scene>) {
    scene.polled(1, "The task of the flood begins its poll with a full budget of 128. Each of its leaves is ready.");
    let mut leaves = 0;
    poll_fn(|cx| {
        if leaves > 0 {
            scene.polled(1, "The flood has a new budget. It reads its last message, and ends.");
            return Poll::Ready(());
        }
        while pin!(cooperative(ready(()))).poll(cx).is_ready() {
            leaves += 1;
        }
        assert_eq!(leaves, BUDGET);
        scene.defer(1, "After 128 leaves, the budget is spent. The next leaf would be ready, too, but it defers the task and returns `Pending`.");
        Poll::Pending
    })
    .await;
    scene.set(1, "ended");
}

async fn heartbeat(scene: Rc<Scene>) {
    scene.polled(
        2,
        "The heartbeat is polled. It is due 3 ms from now, so it waits for a timer.",
    );
    for beat in 1..=2 {
        let mut sleep = pin!(sleep(3 * MS));
        let mut first = true;
        scene.due.set(Some(scene.clock.elapsed().as_millis() + 3));
        poll_fn(|cx: &mut Context<'_>| {
            if !first {
                scene.polled(2, &format!("Heartbeat {beat} is sent. It is late by less than one part of the verification."));
            }
            first = false;
            let polled = sleep.as_mut().poll(cx);
            if polled.is_pending() {
                scene.set(2, "waits for a timer");
                scene.step(ELSEWHERE, "The task of the heartbeat waits. It is in neither of the two queues.");
            }
            polled
        })
        .await;
    }
    scene.set(2, "ended");
}

fn main() {
    let clock = Clock::paused();
    let scene = Rc::new(Scene {
        clock: clock.clone(),
        queue: RefCell::new(VecDeque::from([0, 1, 2])),
        deferred: RefCell::default(),
        left: Cell::new(3),
        due: Cell::new(None),
        states: RefCell::new(["new", "new", "new"].map(String::from)),
        ran: RefCell::default(),
        steps: RefCell::default(),
    });
    let runtime = Runtime::with_clock(clock).expect("a descriptor is free");
    runtime.block_on(async {
        let tasks = [
            spawn(meter(Rc::clone(&scene))),
            spawn(flood(Rc::clone(&scene))),
            spawn(heartbeat(Rc::clone(&scene))),
        ];
        scene.step(ELSEWHERE, "Three tasks were spawned. Each of them is in the queue, because the executor owes it a first poll.");
        for task in tasks {
            task.await.expect("it does not panic");
        }
    });

    let steps = scene.steps.take();
    let first = line_of("fn turn(&self) -> io::Result<()> {");
    let lines: Vec<String> = (SOURCE.lines().skip(first - 1))
        .take_while(|line| !line.contains("ANCHOR_END"))
        .map(|line| format!("\"{}\"", line.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    println!(
        "{{\n\"title\":\"A task that computes, a flood and a heartbeat\",\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p turns --example turns_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.join(",\n"),
        steps.join(",\n")
    );
}

fn line_or_null(text: &str) -> String {
    if text == ELSEWHERE { "null".into() } else { line_of(text).to_string() }
}

/// The number of the only line of code that contains `text`.
fn line_of(text: &str) -> usize {
    let mut found = SOURCE.lines().enumerate().filter(|(_, line)| line.contains(text));
    let (Some((index, _)), None) = (found.next(), found.next()) else {
        panic!("{PATH} should have exactly one line of code with `{text}`")
    };
    index + 1
}
