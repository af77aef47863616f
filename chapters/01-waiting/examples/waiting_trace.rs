//! Records three meters served by one thread, for the chapter's widget. The
//! machines are the chapter's; what comes and when is a script, and the clock
//! is a variable, so that the recording is the same each time.
//!
//! `cargo run -q -p waiting --example waiting_trace > book/traces/01-waiting.json`

use std::time::{Duration, Instant};

use waiting::{Machine, Message, Rules, State};

const SOURCE: &str = include_str!("../src/event_loop.rs");
const RULES: Rules =
    Rules { deadline: Duration::from_millis(50), heartbeat: Duration::from_secs(1) };
const NAMES: [&str; 3] = ["north", "mill", "quay"];

/// What the loop is woken by.
enum News {
    Connects(usize),
    Bytes(usize, &'static [u8]),
    Time(usize),
}

/// When, what, and what there is to say about it.
const SCRIPT: [(u64, News, &str); 12] = [
    (
        0,
        News::Connects(0),
        "A meter connects. It has said nothing; in a second it will be asked.",
    ),
    (
        200,
        News::Connects(1),
        "Another one. The thread sleeps on, for it has 800 ms until anything is due.",
    ),
    (
        300,
        News::Bytes(1, &[1, 4, 0, 0, 0]),
        "The mill begins a message. Five bytes of seven have come, and the machine keeps them. It has 50 ms for the rest, so the next thing due is the mill.",
    ),
    (
        310,
        News::Connects(2),
        "While half a message waits, the loop serves whoever comes. No thread waits in the middle of anything.",
    ),
    (
        320,
        News::Bytes(2, &[1, 4, 0, 0, 0, 7, 2]),
        "A whole reading at once: decoded, added up, answered in the same turn.",
    ),
    (
        340,
        News::Bytes(1, &[9, 12]),
        "The rest of the mill's message, ten milliseconds before its deadline. The machine goes on where it was.",
    ),
    (
        1000,
        News::Time(0),
        "Nobody has sent anything. What wakes the thread is the time: north has been silent for a second and is sent a ping.",
    ),
    (1100, News::Bytes(0, &[4, 0, 4]), "A pong. North has another second."),
    (
        1200,
        News::Bytes(2, &[1, 4, 0]),
        "The quay begins a message, and will not finish it.",
    ),
    (
        1250,
        News::Time(2),
        "Its deadline passes, and the loop hangs up. A thread would have found out in the same way, by a read that timed out.",
    ),
    (1340, News::Time(1), "The mill has been silent for a second."),
    (2100, News::Time(0), "North was last heard at 1100 ms. It is asked again."),
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

/// The messages in what was sent.
fn heard(mut sent: &[u8]) -> String {
    let mut said = Vec::new();
    while let [kind, len, rest @ ..] = sent {
        let (body, rest) = rest.split_at(usize::from(*len));
        match Message::decode(*kind, body, rest[0]) {
            Ok(message) => said.push(format!("{message:?}")),
            Err(end) => said.push(format!("{end:?}")),
        }
        sent = &rest[1..];
    }
    said.join(", ")
}

fn state(state: State) -> String {
    match state {
        State::Silent { pinged: false } => "silent".to_string(),
        State::Silent { pinged: true } => "silent, pinged".to_string(),
        State::Length { .. } => "before a length".to_string(),
        State::Body { len, at, .. } if at < len => {
            format!("in a body, {at} of {len}")
        }
        State::Body { .. } => "before a check byte".to_string(),
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
                ("self.listener.accept()", format!("{} connects", NAMES[index]))
            }
            News::Bytes(index, bytes) => {
                let end =
                    meters[index].as_mut().map(|of| of.machine.on_bytes(bytes, now));
                assert!(matches!(end, Some(Ok(()))), "the script sends messages");
                ("machine.on_bytes", format!("{} sends {bytes:?}", NAMES[index]))
            }
            News::Time(index) => {
                let end = meters[index].as_mut().map(|of| of.machine.on_time(now));
                if matches!(end, Some(Err(_))) {
                    meters[index] = None;
                }
                ("machine.on_time", format!("the time: {} is due", NAMES[index]))
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
    let last = line_of("ANCHOR_END: meter") - 1;
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
