//! Records the list of waiters as JSON. The chapter's figure shows it. Of four waiters,
//! the second leaves early, and the first is dropped after it was notified.
//!
//! `cargo run -q -p pinning --example pinning_trace > book/traces/05-pinning.json`

use std::pin::Pin;
use std::task::{Context, Waker};

use pinning::{Notified, Notify};

#[path = "../../trace.rs"]
mod trace;
use trace::quoted;

const PATH: &str = "chapters/05-pinning/src/notify.rs";
const SOURCE: &str = include_str!("../src/notify.rs");
const NAMES: [&str; 4] = ["Ann", "Bob", "Cem", "Dora"];

/// The four waiters, and what the figure says about each.
struct Counter {
    notify: Notify,
    waits: [Option<Pin<Box<Notified>>>; 4],
    said: [&'static str; 4],
    steps: Vec<String>,
}

impl Counter {
    /// The future that contains a node, and the node's offset in it.
    fn owner(&self, node: *const ()) -> (usize, usize) {
        let lies_in = |wait: &Option<Pin<Box<Notified>>>| {
            let start = (&raw const **wait.as_ref()?).cast::<u8>().addr();
            let offset = node.addr().checked_sub(start)?;
            (offset < size_of::<Notified>()).then_some(offset)
        };
        let mut found = self.waits.iter().enumerate();
        let found = found.find_map(|(who, wait)| Some((who, lies_in(wait)?)));
        found.expect("each node of the list lies in a living future")
    }

    fn poll(&mut self, who: usize) {
        let wait = self.waits[who].as_mut().expect("this future has not been dropped");
        let ready =
            wait.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        self.said[who] = if ready { "Ready" } else { "Pending, in the list" };
    }

    /// Adds a step. `line` is a piece of the line of code that did it.
    fn step(&mut self, line: &str, did: &str, note: &str) {
        let nodes: Vec<(usize, usize)> =
            self.notify.waiting().into_iter().map(|node| self.owner(node)).collect();
        let name = |at: Option<usize>| match at.and_then(|at| nodes.get(at)) {
            Some((who, _)) => NAMES[*who],
            None => "null",
        };
        let mut list = Vec::new();
        for (at, (who, offset)) in nodes.iter().enumerate() {
            list.push(format!(
                "{{\"who\":{},\"place\":\"byte {offset} of its future\",\"previous\":{},\"next\":{}}}",
                quoted(NAMES[*who]),
                quoted(name(at.checked_sub(1))),
                quoted(name(Some(at + 1))),
            ));
        }
        let order: Vec<&str> = nodes.iter().map(|(who, _)| NAMES[*who]).collect();
        let state = if order.is_empty() { "empty".into() } else { order.join(", ") };
        let futures = NAMES.iter().zip(&self.said).map(|(name, said)| {
            format!(
                "{{\"name\":{},\"type\":\"Notified\",\"value\":{}}}",
                quoted(name),
                quoted(said)
            )
        });
        self.steps.push(format!(
            "{{\"line\":{},\"state\":{},\"did\":{},\"list\":[{}],\"locals\":[{}],\"note\":{}}}",
            line_of(line),
            quoted(&state),
            quoted(did),
            list.join(","),
            futures.collect::<Vec<_>>().join(","),
            quoted(note),
        ));
    }
}

/// The number of the only line of code that contains `text`.
fn line_of(text: &str) -> usize {
    trace::line_of(PATH, SOURCE, text)
}

fn main() {
    let notify = Notify::new();
    let waits = NAMES.map(|_| Some(Box::pin(notify.notified())));
    let mut all =
        Counter { notify, waits, said: ["not polled yet"; 4], steps: Vec::new() };

    all.step(
        "Notified { list: Rc::clone",
        "notified() ×4",
        "We make four futures and move each into its box. None is in the list yet, so each may still be moved.",
    );
    all.poll(0);
    all.step(
        "list.push(node)",
        "Ann: poll",
        "Ann's future is polled for the first time, and it puts its node in the list. Its caller has pinned it, so `first` and `last` may point to the node.",
    );
    all.poll(1);
    all.step(
        "self.next_of(last).set(",
        "Bob: poll",
        "Bob's future appends its node after Ann's. This writes into Ann's future: its `next` field now points to Bob's node.",
    );
    all.poll(2);
    all.step(
        "self.next_of(last).set(",
        "Cem: poll",
        "Cem's future appends its node after Bob's. The list allocates no memory, because its nodes lie inside the three futures.",
    );
    all.waits[1] = None;
    all.said[1] = "dropped";
    all.step(
        "State::Listed => self.list.remove(",
        "Bob: drop",
        "Bob gives up, and his future is dropped. Before its memory is freed, its destructor takes the node out of the list by changing two pointers, however long the list is.",
    );
    all.notify.notify_one();
    all.said[0] = "notified, not polled since";
    all.step(
        "node.state.set(State::Notified)",
        "notify_one()",
        "`notify_one` takes the first node out of the list and calls its waker. Ann's future learns about it only at its next poll.",
    );
    all.waits[0] = None;
    all.said[0] = "dropped";
    all.said[2] = "notified, not polled since";
    all.step(
        "State::Notified => Notify(",
        "Ann: drop",
        "Ann's future is dropped before that poll, perhaps because it lost a race. Its destructor passes the notification to the next waiter, Cem, so it is not lost.",
    );
    all.poll(2);
    all.step(
        "this.node.state.set(",
        "Cem: poll",
        "Cem's future is polled, finds that it was notified, and is ready.",
    );
    all.notify.notify_one();
    all.step(
        "permit.set(true)",
        "notify_one()",
        "The list is empty, so `notify_one` sets the permit. The next waiter will use it.",
    );
    all.poll(3);
    all.step(
        "permit.replace(false)",
        "Dora: poll",
        "Dora's future takes the permit and is ready at its first poll. Its node was never in the list, so no pointer to it exists.",
    );

    let first = line_of("impl List {");
    let lines = SOURCE.lines().skip(first - 1).map(|line| {
        let mark = line.trim_start().starts_with("// ANCHOR");
        quoted(if mark { "" } else { line })
    });
    println!(
        "{{\n\"title\":\"Four waiters, one list\",\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p pinning --example pinning_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.collect::<Vec<_>>().join(",\n"),
        all.steps.join(",\n")
    );
}
