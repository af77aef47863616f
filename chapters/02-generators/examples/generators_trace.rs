//! Records a run of the decoder for the chapter's widget: the line that runs,
//! the state, the live locals and the bytes they are kept in, as JSON.
//!
//! `cargo run -q -p generators --example generators_trace > book/traces/02-generators.json`

// The decoder is small enough to be passed by value. Here its address matters.
#![expect(clippy::trivially_copy_pass_by_ref)]

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::{ptr, slice};

use generators::{Coroutine, Decoder};

const SOURCE: &str = include_str!("../src/decoder.rs");
/// Kind 7, the two letters of `hi`, and the check byte.
const BYTES: [u8; 5] = [7, 2, b'h', b'i', 4];

/// A local that lives across the yield at which the decoder was left, and the
/// bytes of the decoder that hold it.
struct Local<'d> {
    name: &'static str,
    bytes: &'d [u8],
}

/// The state's name and what is alive in it.
fn look(decoder: &Decoder) -> (&'static str, Vec<Local<'_>>) {
    fn byte<'d>(name: &'static str, byte: &'d u8) -> Local<'d> {
        Local { name, bytes: slice::from_ref(byte) }
    }
    match decoder {
        Decoder::Start => ("Start", vec![]),
        Decoder::Length { kind } => ("Length", vec![byte("kind", kind)]),
        Decoder::Body { kind, len, at, body } => {
            let body = Local { name: "body", bytes: body };
            ("Body", vec![byte("kind", kind), byte("len", len), byte("at", at), body])
        }
        Decoder::Check { kind, len, body } => {
            let body = Local { name: "body", bytes: body };
            ("Check", vec![byte("kind", kind), byte("len", len), body])
        }
        Decoder::Done => ("Done", vec![]),
    }
}

/// The byte that says which state it is.
fn state_byte(decoder: &Decoder) -> u8 {
    // SAFETY: `Decoder` is `repr(u8)`. Such an enum is laid out as a union of
    // `repr(C)` structs which all begin with the discriminant, a `u8`: the first
    // byte is initialised in every state, and `decoder` is borrowed meanwhile.
    unsafe { *ptr::from_ref(decoder).cast::<u8>() }
}

/// Where in the decoder a local is kept.
fn offset(decoder: &Decoder, local: &Local) -> usize {
    local.bytes.as_ptr().addr() - ptr::from_ref(decoder).addr()
}

/// The decoder's bytes. What belongs to no live local is not initialised as far
/// as the language knows: it has no value, so nobody reads it.
fn memory(decoder: &Decoder) -> [Option<u8>; size_of::<Decoder>()] {
    let mut memory = [None; size_of::<Decoder>()];
    memory[0] = Some(state_byte(decoder));
    for local in look(decoder).1 {
        let offset = offset(decoder, &local);
        for (cell, byte) in memory[offset..].iter_mut().zip(local.bytes) {
            *cell = Some(*byte);
        }
    }
    memory
}

/// The number of the first line from `from` on that contains all of `texts`.
fn line(from: usize, texts: &[&str]) -> usize {
    let mut lines = SOURCE.lines().enumerate().skip(from - 1);
    let found = lines.find(|(_, line)| texts.iter().all(|text| line.contains(text)));
    found.map_or_else(|| panic!("no line has {texts:?}"), |(index, _)| index + 1)
}

/// The first line of the arm that a resume in this state runs.
fn arm(state: &str) -> usize {
    let state = format!("Decoder::{state} ");
    let resume = line(1, &["fn resume"]);
    // The guarded arm of `Length`, for a body that is too long, names no local.
    let named = if state.contains("Length") { "kind" } else { "" };
    line(resume, &[&state, named, "=>"])
}

/// The line at which an arm gives control back.
fn leave(state: &str) -> usize {
    let lines = SOURCE.lines().enumerate().skip(arm(state) - 1);
    let mut lines = lines.map(|(index, line)| (index + 1, line.trim()));
    let found = lines.find(|(_, line)| {
        line.starts_with("Yielded(")
            || line.starts_with("Complete(")
            || line.contains("panic!(")
    });
    found.map_or_else(|| panic!("{state} never gives control back"), |(number, _)| number)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// One step as a JSON object. `happened` is its further members.
fn step(
    decoder: &Decoder,
    line: usize,
    happened: &[(&str, String)],
    note: &str,
) -> String {
    let (state, locals) = look(decoder);
    let locals = locals.iter().map(|local| {
        let (ty, value) = match local.bytes {
            [byte] => ("u8".to_string(), byte.to_string()),
            bytes => (format!("[u8; {}]", bytes.len()), format!("{bytes:?}")),
        };
        format!(
            "{{\"name\":{},\"type\":{},\"value\":{},\"offset\":{},\"size\":{}}}",
            quoted(local.name),
            quoted(&ty),
            quoted(&value),
            offset(decoder, local),
            local.bytes.len()
        )
    });
    let locals = locals.collect::<Vec<_>>().join(",");
    let bytes = memory(decoder).into_iter().enumerate().map(|(offset, byte)| {
        let hex = byte.map_or("null".to_string(), |byte| format!("\"{byte:02x}\""));
        format!("{{\"offset\":{offset},\"hex\":{hex}}}")
    });
    let bytes = bytes.collect::<Vec<_>>().join(",");
    let mut json = format!("{{\"line\":{line},\"state\":{},", quoted(state));
    for (name, value) in happened {
        let _ = write!(json, "\"{name}\":{},", quoted(value));
    }
    let _ = write!(
        json,
        "\"locals\":[{locals}],\"bytes\":[{bytes}],\"note\":{}}}",
        quoted(note)
    );
    json
}

/// What the arm of a state does, told before and after it has run.
fn notes(before: &str, after: &str) -> (&'static str, &'static str) {
    match (before, after) {
        ("Start", _) => (
            "The first resume carries the function's argument. The state byte is 0, so the \
             match goes to the first arm.",
            "Left at the first yield. One local is alive across it, so one field is kept: \
             `kind`. The state byte now says where to go on.",
        ),
        ("Length", _) => (
            "The second resume does not begin again: state 1 is the arm after the first \
             yield. The byte that comes in is what that yield evaluates to.",
            "Four locals are alive across the yield in the loop. Every byte of the machine \
             is in use.",
        ),
        ("Body", "Body") => (
            "State 2: inside the loop. The byte goes into `body`, at the index `at`.",
            "One turn of the loop later, at the same yield: the state is the same, the \
             locals are not.",
        ),
        ("Body", _) => (
            "The last byte of the body. After it the loop is over.",
            "The loop is left, and `at` is dead: it has no field in this state. Look at `body`: \
             it moved from offset 4 to offset 3. A reference to it would now be wrong.",
        ),
        ("Check", _) => (
            "The check byte. What the message needs is still there: `kind`, `len` and `body`.",
            "Complete. The message has been handed out and nothing is alive but the state \
             byte.",
        ),
        _ => ("State 4: there is nothing to go on with.", "It panics, as it promises."),
    }
}

/// The whole recording.
fn record() -> String {
    let start = line(1, &["impl Coroutine<u8> for Decoder"]);
    let end = line(start, &["ANCHOR_END: done"]) - 1;
    let lines = SOURCE.lines().take(end).skip(start - 1);
    let lines = lines.map(|line| if line.contains("// ANCHOR") { "" } else { line });
    let lines = lines.map(quoted).collect::<Vec<_>>().join(",\n");

    let mut decoder = Decoder::Start;
    let mut steps = vec![step(
        &decoder,
        arm("Start"),
        &[],
        "A decoder that was made and not resumed. Nothing has run; of its eight bytes only \
         the state byte has a value.",
    )];
    for byte in BYTES {
        let before = look(&decoder).0;
        let mut after = decoder;
        let state = Pin::new(&mut after).resume(byte);
        let (entered, left) = notes(before, look(&after).0);
        let resumed = [("resumed_with", byte.to_string())];
        steps.push(step(&decoder, arm(before), &resumed, entered));
        decoder = after;
        steps.push(step(
            &decoder,
            leave(before),
            &[("yielded", format!("{state:?}"))],
            left,
        ));
    }
    std::panic::set_hook(Box::new(|_| ()));
    let resume = AssertUnwindSafe(|| Pin::new(&mut decoder).resume(0));
    let Err(message) = catch_unwind(resume) else {
        panic!("a finished decoder must panic");
    };
    let message = message.downcast_ref::<&str>().unwrap_or(&"");
    let resumed =
        [("resumed_with", "0".to_string()), ("yielded", format!("panic: {message}"))];
    steps.push(step(
        &decoder,
        arm("Done"),
        &resumed,
        &[notes("Done", "").0, notes("Done", "").1].join(" "),
    ));

    format!(
        "{{\n\"title\":\"A decoder, byte by byte\",\n\
         \"source\":{{\"path\":\"chapters/02-generators/src/decoder.rs\",\"start\":{start},\"lines\":[\n{lines}]}},\n\
         \"command\":\"cargo run -q -p generators --example generators_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        steps.join(",\n")
    )
}

fn main() {
    println!("{}", record());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_the_state_and_the_live_locals() {
        let body = Decoder::Body { kind: 7, len: 2, at: 1, body: [10, 0, 0, 0] };
        assert_eq!(memory(&body), [2, 7, 2, 1, 10, 0, 0, 0].map(Some));
        let check = memory(&Decoder::Check { kind: 7, len: 2, body: [10, 20, 0, 0] });
        assert_eq!(check[..7], [3, 7, 2, 10, 20, 0, 0].map(Some));
        assert_eq!(check[7], None);
        let start = memory(&Decoder::Start);
        assert_eq!((start[0], &start[1..]), (Some(0), &[None; 7][..]));
    }

    #[test]
    fn body_moves_when_the_loop_is_left() {
        let body = Decoder::Body { kind: 7, len: 2, at: 1, body: [0; 4] };
        let check = Decoder::Check { kind: 7, len: 2, body: [0; 4] };
        let place = |decoder: &Decoder| {
            look(decoder).1.last().map(|local| offset(decoder, local)).unwrap_or_default()
        };
        assert_eq!((place(&body), place(&check)), (4, 3));
    }
}
