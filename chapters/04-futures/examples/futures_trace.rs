//! Records every poll of a tree of futures as JSON, on the chapter's clock. The
//! chapter's figure shows it: a join of two sleeps, in a race against a third.
//!
//! `cargo run -q -p futures-by-hand --example futures_trace > book/traces/04-futures.json`

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_by_hand::{Clock, join, race};

const PATH: &str = "chapters/04-futures/examples/futures_trace.rs";
const SOURCE: &str = include_str!("futures_trace.rs");

/// One event: the tick, the future's name, and what happened to the future.
type Event = (u64, &'static str, &'static str);
type Events = Rc<RefCell<Vec<Event>>>;

/// Records each poll of its future, the answer, and the drop.
struct Watched<F> {
    name: &'static str,
    future: F,
    clock: Clock,
    events: Events,
}

impl<F> Watched<F> {
    fn record(&self, happened: &'static str) {
        self.events.borrow_mut().push((self.clock.now(), self.name, happened));
    }
}

impl<F: Future + Unpin> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.record("polled");
        let polled = Pin::new(&mut self.future).poll(cx);
        self.record(if polled.is_ready() { "Ready" } else { "Pending" });
        polled
    }
}

impl<F> Drop for Watched<F> {
    fn drop(&mut self) {
        self.record("dropped");
    }
}

fn run() -> Vec<Event> {
    let (clock, events) = (Clock::new(), Events::default());
    let watch = |name, ticks| {
        let (clock, events) = (clock.clone(), Rc::clone(&events));
        Watched { name, future: clock.sleep(ticks), clock, events }
    };
    // The figure shows the code from here to `clock.run`.
    let letter = watch("letter", 30);
    let parcel = watch("parcel", 60);
    let timeout = watch("timeout", 50);
    let (join_clock, join_events) = (clock.clone(), Rc::clone(&events));
    let both = join(letter, parcel);
    let both =
        Watched { name: "join", future: both, clock: join_clock, events: join_events };
    let (race_clock, race_events) = (clock.clone(), Rc::clone(&events));
    let root = race(both, timeout);
    let root =
        Watched { name: "race", future: root, clock: race_clock, events: race_events };
    assert!(clock.run(root).is_ok());
    events.borrow().clone()
}

/// The note for one event: what happened, and why it matters.
fn note(event: Event) -> &'static str {
    match event {
        (0, "race", "polled") => {
            "The clock polls the root of the tree. Nothing has run before this first poll."
        }
        (0, "join", "polled") => {
            "The race polls its left child and passes on the context with the task's waker."
        }
        (0, "letter" | "parcel", "polled") => {
            "The join polls its child, with the same waker again."
        }
        (0, "letter" | "parcel" | "timeout", "Pending") => {
            "The sleep stores the task's waker with the clock and returns `Pending`. The \
             clock will wake the task when this sleep is due."
        }
        (_, "join", "Pending") => {
            "The join returns `Pending`, because at least one of its children is not ready."
        }
        (0, "timeout", "polled") => {
            "The join is pending, so the race polls its right child too."
        }
        (0, "race", "Pending") => {
            "Both children are pending, so the race is pending. The task does nothing until \
             an alarm wakes it."
        }
        (30, "race", "polled") => {
            "The letter's alarm woke the task. The waker does not say which future it was \
             for, so the clock polls the root again."
        }
        (30, "join", "polled") => {
            "The race cannot know which child was woken, so it polls the left one first."
        }
        (30, "letter", "polled") => "The join polls the letter, whose sleep is due now.",
        (30, "letter", "Ready") => {
            "The letter is ready. The join keeps its result and will not poll it again."
        }
        (30, "parcel", "polled") => {
            "The join polls the parcel as well, although no alarm was due for it."
        }
        (30, "parcel" | "timeout", "Pending") => {
            "This future is still pending, so the poll was unnecessary. It did no harm, but with \
             many children such polls add up."
        }
        (30, "timeout", "polled") => {
            "The join is pending, so the race polls the timeout, also without need."
        }
        (30, "race", "Pending") => {
            "One alarm cost five polls, and the race is still pending. The clock moves on to \
             the next alarm."
        }
        (50, "race", "polled") => {
            "The alarm of the timeout woke the task, and the clock polls the root again."
        }
        (50, "join", "polled") => {
            "The race always polls its left child first, so the left child wins a tie."
        }
        (50, "parcel", "polled") => {
            "The join polls only the parcel, because the letter has already finished."
        }
        (50, "parcel", "Pending") => "The parcel needs ten more ticks, so it is pending.",
        (50, "timeout", "polled") => {
            "The join is not ready, so the race polls the timeout."
        }
        (50, "timeout", "Ready") => {
            "The timeout is ready, so the race has its result: the right child won."
        }
        (50, "join", "dropped") => {
            "The race drops the loser before it returns. Dropping the join cancels \
             everything inside it, and the letter's result is lost."
        }
        (50, "parcel", "dropped") => {
            "The parcel is dropped with the join, and it removes its alarm from the clock. \
             No waker for it is left behind."
        }
        (50, "race", "Ready") => {
            "The race is ready, so the task has finished at tick 50. The parcel would have \
             been ready at tick 60."
        }
        _ => panic!("this recorder has no note for the event {event:?}: add one"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The number of the only line of this file that begins with `text`.
fn line_of(text: &str) -> usize {
    let lines = SOURCE.lines().enumerate();
    let mut found = lines.filter(|(_, line)| line.trim_start().starts_with(text));
    let (Some((index, _)), None) = (found.next(), found.next()) else {
        panic!(
            "{PATH} should have exactly one line that begins with `{text}`. If you \
             changed that line, change the text in `main` too."
        )
    };
    index + 1
}

fn main() {
    const TREE: [(&str, usize); 5] =
        [("race", 0), ("join", 1), ("letter", 2), ("parcel", 2), ("timeout", 1)];
    let mut now = TREE.map(|_| "not polled yet");
    let mut steps = Vec::new();
    for (tick, name, said) in run() {
        let index = TREE.iter().position(|(of, _)| *of == name);
        let index = index.expect("each watched future is in the tree");
        // A future that has finished is dropped later, and the figure does not show it.
        if said == "dropped" && now[index] == "Ready" {
            continue;
        }
        now[index] = said;
        let locals = TREE.iter().zip(&now).map(|((of, depth), value)| {
            let (of, value) = (quoted(of), quoted(value));
            format!("{{\"name\":{of},\"type\":\"{depth}\",\"value\":{value}}}")
        });
        let locals = locals.collect::<Vec<_>>().join(",");
        let line = match name {
            "race" => line_of("let root = race("),
            "join" => line_of("let both = join("),
            name => line_of(&format!("let {name} = watch(")),
        };
        steps.push(format!(
            "{{\"line\":{line},\"state\":{},\"who\":{},\"said\":{},\"locals\":[{locals}],\"note\":{}}}",
            quoted(&format!("tick {tick}")),
            quoted(name),
            quoted(said),
            quoted(note((tick, name, said))),
        ));
    }
    let (first, last) = (line_of("let letter = watch("), line_of("assert!(clock.run("));
    let lines = SOURCE.lines().take(last).skip(first - 1);
    let lines = lines.map(quoted).collect::<Vec<_>>().join(",\n");
    println!(
        "{{\n\"title\":\"Five futures, one task\",\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{first},\"lines\":[\n{lines}]}},\n\
         \"command\":\"cargo run -q -p futures-by-hand --example futures_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        steps.join(",\n")
    );
}
