//! Records who is in the list, for the chapter's widget: four who wait, of whom
//! one leaves and one does not come to hear that it was notified.
//!
//! `cargo run -q -p pinning --example pinning_trace > book/traces/05-pinning.json`

use std::pin::Pin;
use std::task::{Context, Waker};

use pinning::{Notified, Notify};

const SOURCE: &str = include_str!("../src/notify.rs");
const NAMES: [&str; 4] = ["Ann", "Bob", "Cem", "Dora"];

/// The four, their boxes, and what is known of each.
struct Counter {
    next: Notify,
    waits: [Option<Pin<Box<Notified>>>; 4],
    said: [&'static str; 4],
    steps: Vec<String>,
}

impl Counter {
    /// Whose future a node lies in, and how far from its beginning.
    fn owner(&self, node: *const ()) -> (usize, usize) {
        let lies_in = |wait: &Option<Pin<Box<Notified>>>| {
            let start = (&raw const **wait.as_ref()?).cast::<u8>().addr();
            let offset = node.addr().checked_sub(start)?;
            (offset < size_of::<Notified>()).then_some(offset)
        };
        let mut found = self.waits.iter().enumerate();
        let found = found.find_map(|(who, wait)| Some((who, lies_in(wait)?)));
        found.expect("a node lies in a future that is alive")
    }

    fn poll(&mut self, who: usize) {
        let wait = self.waits[who].as_mut().expect("it is alive");
        let ready =
            wait.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        self.said[who] = if ready { "Ready" } else { "Pending, and listed" };
    }

    /// Notes what is seen now. `line` is a piece of the line that has done it.
    fn note(&mut self, line: &str, did: &str, note: &str) {
        let nodes: Vec<(usize, usize)> =
            self.next.waiting().into_iter().map(|node| self.owner(node)).collect();
        let name = |at: Option<usize>| match at.and_then(|at| nodes.get(at)) {
            Some((who, _)) => NAMES[*who],
            None => "nobody",
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
        let state = if order.is_empty() { "nobody".into() } else { order.join(", ") };
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

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn line_of(text: &str) -> usize {
    let found = SOURCE.lines().position(|line| line.contains(text));
    found.map_or_else(|| panic!("no line has {text:?}"), |index| index + 1)
}

fn main() {
    let next = Notify::new();
    let waits = NAMES.map(|_| Some(Box::pin(next.notified())));
    let mut all = Counter { next, waits, said: ["not polled yet"; 4], steps: Vec::new() };

    all.note(
        "Notified { list: Rc::clone",
        "notified() ×4",
        "Four futures are made. None is in the list: each may still be moved, and has been, into its box.",
    );
    all.poll(0);
    all.note(
        "this.list.push(node)",
        "Ann: poll",
        "The first poll. Ann's future is pinned from here on, so its node may be pointed to: `first` and `last` do.",
    );
    all.poll(1);
    all.note(
        "self.after(last).set(self.last.get())",
        "Bob: poll",
        "Bob's node is put behind Ann's. What changes is a field in Ann's future: it says now who comes next.",
    );
    all.poll(2);
    all.note(
        "self.after(last).set(self.last.get())",
        "Cem: poll",
        "And Cem's behind Bob's. No memory was taken for any of this; the list is in the three futures.",
    );
    all.waits[1] = None;
    all.said[1] = "dropped";
    all.note(
        "State::Listed => self.list.remove(&self.node)",
        "Bob: drop",
        "Bob has lost patience. His future is dropped, and before its memory goes, its node takes itself out: two fields are set, however long the list is.",
    );
    all.next.notify_one();
    all.said[0] = "told, and not polled since";
    all.note(
        "node.state.set(State::Notified)",
        "notify_one()",
        "The first of the list is taken out and its waker woken. Ann does not know it yet; she will when she is polled.",
    );
    all.waits[0] = None;
    all.said[0] = "dropped";
    all.said[2] = "told, and not polled since";
    all.note(
        "State::Notified => Notify(Rc::clone(&self.list)).notify_one()",
        "Ann: drop",
        "But she is dropped instead, by the other side of a race perhaps. The notice was for somebody, so it goes on to the next one: Cem.",
    );
    all.poll(2);
    all.note(
        "this.node.state.set(State::Over)",
        "Cem: poll",
        "Cem is polled, finds that he was told, and is ready.",
    );
    all.next.notify_one();
    all.note(
        "self.0.permit.set(true)",
        "notify_one()",
        "Nobody waits. The notice is kept.",
    );
    all.poll(3);
    all.note(
        "State::Idle if this.list.permit.replace(false)",
        "Dora: poll",
        "Dora takes it and is ready at once. Her node was never in the list, so her future might still be moved; nobody may know that but its own file.",
    );

    let first = line_of("// ANCHOR: list") + 1;
    let lines = SOURCE.lines().skip(first - 1).map(|line| {
        let mark = line.trim_start().starts_with("// ANCHOR");
        quoted(if mark { "" } else { line })
    });
    println!(
        "{{\n\"title\":\"Four who wait, and one list\",\n\
         \"source\":{{\"path\":\"chapters/05-pinning/src/notify.rs\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p pinning --example pinning_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.collect::<Vec<_>>().join(",\n"),
        all.steps.join(",\n")
    );
}
