//! Records three meters that are served by one thread, for the chapter's
//! figure. The machines are the chapter's own. A script says which bytes arrive
//! when, and the clock is a variable, so every recording is the same.
//!
//! `cargo run -q -p waiting --example waiting_trace > book/traces/01-waiting.json`

use std::time::{Duration, Instant};

use waiting::{Machine, Message, Rules, State};

const SOURCE: &str = include_str!("../src/event_loop.rs");
const RULES: Rules =
    Rules { deadline: Duration::from_millis(50), heartbeat: Duration::from_secs(1) };
const NAMES: [&str; 3] = ["north", "mill", "quay"];

/// Why the thread wakes up.
enum News {
    Connects(usize),
    Bytes(usize, &'static [u8]),
    Time(usize),
}

/// When something happens, what it is, and what the figure says about it.
const SCRIPT: [(u64, News, &str); 12] = [
    (
        0,
        News::Connects(0),
        "A meter called north connects. If it stays silent for a second, the server will send it a ping.",
    ),
    (
        200,
        News::Connects(1),
        "A second meter connects, the mill. The thread goes back to sleep. The next deadline is 800 ms away.",
    ),
    (
        300,
        News::Bytes(1, &[1, 4, 0, 0]),
        "The mill sends four of the six bytes of a message. Its machine keeps them and returns. The rest must arrive within 50 ms, so the mill now has the earliest deadline.",
    ),
    (
        310,
        News::Connects(2),
        "A third meter connects, the quay. The thread can accept it at once, although half a message is still missing.",
    ),
    (
        320,
        News::Bytes(2, &[1, 4, 0, 0, 0, 7]),
        "The quay sends a whole reading at once. The machine decodes it, adds it up and answers, all in one turn of the loop.",
    ),
    (
        340,
        News::Bytes(1, &[0, 12]),
        "The rest of the mill's message arrives, ten milliseconds before its deadline. The machine continues where it was.",
    ),
    (
        1000,
        News::Time(0),
        "No bytes woke the thread this time. A deadline did: north has been silent for a second, so the server sends it a ping.",
    ),
    (
        1100,
        News::Bytes(0, &[4, 0]),
        "North answers with a pong, and gets another second.",
    ),
    (
        1200,
        News::Bytes(2, &[1, 4, 0]),
        "The quay begins a second message, and will never finish it.",
    ),
    (
        1250,
        News::Time(2),
        "The deadline of that message passes, and the server disconnects the quay. A thread would notice in the same way: its read would time out.",
    ),
    (1340, News::Time(1), "The mill has been silent for a second, and gets a ping."),
    (
        2100,
        News::Time(0),
        "North has been silent for a second since its pong. The server sends it another ping.",
    ),
];

struct Meter {
    machine: Machine,
    sent: String,
}

fn line_of(text: &str) -> usize {
    let found = SOURCE.lines().position(|line| line.contains(text));
    found.map_or_else(|| panic!("no line has {text:?}"), |index| index + 1)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The messages in these bytes, as text.
fn heard(mut sent: &[u8]) -> String {
    let mut said = Vec::new();
    while let [kind, len, rest @ ..] = sent {
        let (body, rest) = rest.split_at(usize::from(*len));
        match Message::decode(*kind, body) {
            Ok(message) => said.push(format!("{message:?}")),
            Err(end) => said.push(format!("{end:?}")),
        }
        sent = rest;
    }
    said.join(", ")
}

fn state(state: State) -> String {
    match state {
        State::Silent { pinged: false } => "silent".to_string(),
        State::Silent { pinged: true } => "silent, pinged".to_string(),
        State::Length { .. } => "waits for a length".to_string(),
        State::Body { len, at, .. } => format!("has {at} of {len} bytes"),
    }
}

fn main() {
    let begin = Instant::now();
    let mut meters: [Option<Meter>; 3] = [None, None, None];
    let mut steps = Vec::new();
    for (ms, news, note) in SCRIPT {
        let now = begin + Duration::from_millis(ms);
        let (line, woken) = match news {
            News::Connects(index) => {
                let machine = Machine::new(RULES, now);
                meters[index] = Some(Meter { machine, sent: String::new() });
                ("match self.listener.accept()", format!("{} connects", NAMES[index]))
            }
            News::Bytes(index, bytes) => {
                let end =
                    meters[index].as_mut().map(|of| of.machine.on_bytes(bytes, now));
                assert!(
                    matches!(end, Some(Ok(()))),
                    "the script sends only valid messages"
                );
                ("self.machine.on_bytes", format!("{} sends {bytes:?}", NAMES[index]))
            }
            News::Time(index) => {
                let end = meters[index].as_mut().map(|of| of.machine.on_time(now));
                if matches!(end, Some(Err(_))) {
                    meters[index] = None;
                }
                ("meter.machine.on_time", format!("the deadline of {}", NAMES[index]))
            }
        };
        let mut locals = Vec::new();
        let mut due = None;
        for (meter, name) in meters.iter_mut().zip(NAMES) {
            let Some(meter) = meter else { continue };
            meter.sent = heard(&std::mem::take(meter.machine.unsent()));
            let deadline = (meter.machine.deadline() - begin).as_millis();
            due = due.into_iter().chain([deadline]).min();
            locals.push(format!(
                "{{\"name\":{},\"type\":{},\"value\":{},\"sent\":{}}}",
                quoted(name),
                quoted(&format!("{deadline} ms")),
                quoted(&state(meter.machine.state())),
                quoted(&meter.sent),
            ));
        }
        steps.push(format!(
            "{{\"line\":{},\"state\":{},\"woken\":{},\"due\":{},\"locals\":[{}],\"note\":{}}}",
            line_of(line),
            quoted(&format!("{ms} ms")),
            quoted(&woken),
            due.map_or("null".to_string(), |due| due.to_string()),
            locals.join(","),
            quoted(note),
        ));
    }
    let first = line_of("pub fn turn") - 1;
    let last = line_of("ANCHOR_END: reregister") - 1;
    let lines = SOURCE.lines().take(last).skip(first - 1);
    let lines = lines.map(|line| if line.contains("// ANCHOR") { "" } else { line });
    let lines = lines.map(quoted).collect::<Vec<_>>().join(",\n");
    println!(
        "{{\n\"title\":\"Three meters, one thread\",\n\
         \"source\":{{\"path\":\"chapters/01-waiting/src/event_loop.rs\",\"start\":{first},\"lines\":[\n{lines}]}},\n\
         \"command\":\"cargo run -q -p waiting --example waiting_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        steps.join(",\n")
    );
}
