//! Records which futures are polled, for the figure: a race of a join against a
//! sleep, on the chapter's clock.
//!
//! `cargo run -q -p futures-by-hand --example futures_trace > book/traces/04-futures.json`

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_by_hand::{Clock, join, race};

const SOURCE: &str = include_str!("futures_trace.rs");

/// What was seen: the tick, who, and what they said.
type Seen = Rc<RefCell<Vec<(u64, &'static str, String)>>>;

/// Notes when it is polled, what it says, and when it is dropped.
struct Watched<F> {
    name: &'static str,
    future: F,
    clock: Clock,
    seen: Seen,
}

impl<F> Watched<F> {
    fn note(&self, said: &str) {
        self.seen.borrow_mut().push((self.clock.now(), self.name, said.to_string()));
    }
}

impl<F: Future + Unpin> Future for Watched<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.note("polled");
        let polled = Pin::new(&mut self.future).poll(cx);
        self.note(if polled.is_ready() { "Ready" } else { "Pending" });
        polled
    }
}

impl<F> Drop for Watched<F> {
    fn drop(&mut self) {
        self.note("dropped");
    }
}

fn seen() -> Vec<(u64, &'static str, String)> {
    let (clock, seen) = (Clock::new(), Seen::default());
    let watch = |name, ticks| {
        let (clock, seen) = (clock.clone(), Rc::clone(&seen));
        Watched { name, future: clock.sleep(ticks), clock, seen }
    };
    // What is watched:
    let letter = watch("letter", 30);
    let parcel = watch("parcel", 60);
    let patience = watch("patience", 50);
    let (both_clock, both_seen) = (clock.clone(), Rc::clone(&seen));
    let both = join(letter, parcel);
    let both = Watched { name: "join", future: both, clock: both_clock, seen: both_seen };
    let (root_clock, root_seen) = (clock.clone(), Rc::clone(&seen));
    let root = race(both, patience);
    let root = Watched { name: "race", future: root, clock: root_clock, seen: root_seen };
    assert!(clock.run(root).is_ok());
    seen.borrow().clone()
}

/// What there is to say at the end of each tick.
fn note(tick: u64, last: bool) -> &'static str {
    match (tick, last) {
        (0, _) => {
            "The first poll goes down the whole tree, and each sleep leaves the one waker there \
             is with the clock: that of the task. All are pending, so the root is."
        }
        (30, _) => {
            "The letter's alarm wakes the task, and the task has one waker for all of them. So \
             everybody is polled: the letter is ready, the parcel and the patience say again \
             that they are not."
        }
        (50, false) => {
            "The patience is at its end. The join is asked first, since it is on the left; it \
             does not ask the letter, which is over, and the parcel is still on its way."
        }
        _ => {
            "The race is ready. What has lost is dropped with all that is in it: the join, and \
             the parcel that nobody waits for any more."
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn line_of(text: &str) -> usize {
    let found = SOURCE.lines().position(|line| line.contains(text));
    found.map_or_else(|| panic!("no line has {text:?}"), |index| index + 1)
}

fn main() {
    const TREE: [(&str, usize); 5] =
        [("race", 0), ("join", 1), ("letter", 2), ("parcel", 2), ("patience", 1)];
    let mut now = TREE.map(|_| "not polled yet".to_string());
    let mut steps = Vec::new();
    for (tick, name, said) in seen() {
        let index = TREE.iter().position(|(of, _)| *of == name).unwrap_or(0);
        if said == "dropped" && now[index] == "Ready" {
            continue;
        }
        now[index].clone_from(&said);
        let locals = TREE.iter().zip(&now).map(|((of, depth), value)| {
            let (of, value) = (quoted(of), quoted(value));
            format!("{{\"name\":{of},\"type\":\"{depth}\",\"value\":{value}}}")
        });
        let locals = locals.collect::<Vec<_>>().join(",");
        let line = match name {
            "race" => line_of("race(both, patience)"),
            "join" => line_of("join(letter, parcel)"),
            name => line_of(&format!("watch(\"{name}\"")),
        };
        steps.push(format!(
            "{{\"line\":{line},\"state\":{},\"who\":{},\"said\":{},\"locals\":[{locals}],\"note\":{}}}",
            quoted(&format!("tick {tick}")),
            quoted(name),
            quoted(&said),
            quoted(note(tick, said == "dropped" || (name == "race" && said == "Ready"))),
        ));
    }
    let (first, last) = (line_of("// What is watched:") + 1, line_of("clock.run(root)"));
    let lines = SOURCE.lines().take(last).skip(first - 1);
    let lines = lines.map(quoted).collect::<Vec<_>>().join(",\n");
    println!(
        "{{\n\"title\":\"Five futures, one task\",\n\
         \"source\":{{\"path\":\"chapters/04-futures/examples/futures_trace.rs\",\"start\":{first},\"lines\":[\n{lines}]}},\n\
         \"command\":\"cargo run -q -p futures-by-hand --example futures_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        steps.join(",\n")
    );
}
