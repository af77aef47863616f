//! Records a run of the decoder as JSON. The chapter's figure shows it: the line
//! that runs, the state, the live locals and the bytes that hold them.
//!
//! `cargo run -q -p generators --example generators_trace > book/traces/02-generators.json`

// Clippy would pass the small decoder by value, but here its address matters.
#![expect(clippy::trivially_copy_pass_by_ref)]

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::{ptr, slice};

use generators::{Coroutine, Decoder};

const PATH: &str = "chapters/02-generators/src/decoder.rs";
const SOURCE: &str = include_str!("../src/decoder.rs");
/// A message of kind 7 with the body `hi` and the correct check byte.
const BYTES: [u8; 5] = [7, 2, b'h', b'i', 4];

/// A local that is alive at the yield where the decoder stopped, and the bytes of
/// the decoder that hold it.
struct Local<'d> {
    name: &'static str,
    bytes: &'d [u8],
}

/// The state's name and the locals that are alive in it.
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

/// The byte that holds the state.
fn state_byte(decoder: &Decoder) -> u8 {
    // SAFETY: `Decoder` is `repr(u8)`, so it has the layout of a union of `repr(C)`
    // structs that all begin with the discriminant, a `u8`. The first byte is therefore
    // initialised in every state, and the borrow keeps the decoder alive.
    unsafe { *ptr::from_ref(decoder).cast::<u8>() }
}

/// The offset of a local in the decoder.
fn offset(decoder: &Decoder, local: &Local) -> usize {
    local.bytes.as_ptr().addr() - ptr::from_ref(decoder).addr()
}

/// The decoder's bytes. A byte that belongs to no live local is uninitialised, and
/// reading it would be undefined behaviour, so it is `None` here.
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

/// The number of the first line of code from `from` on that contains all of `texts`.
fn line(from: usize, texts: &[&str]) -> usize {
    let mut lines = SOURCE.lines().enumerate().skip(from - 1);
    let found = lines.find(|(_, line)| {
        let code = !line.trim_start().starts_with("//");
        code && texts.iter().all(|text| line.contains(text))
    });
    let Some((index, _)) = found else {
        panic!(
            "{PATH} has no line of code with {texts:?} from line {from} on. If you \
             changed that line, change the text in this recorder too."
        )
    };
    index + 1
}

/// The first line of the arm that runs when the decoder is resumed in this state.
fn arm(state: &str) -> usize {
    let state = format!("Decoder::{state} ");
    let resume = line(1, &["fn resume"]);
    // `Length` has a second arm, which rejects a body that is too long. It names no
    // local.
    let named = if state.contains("Length") { "kind" } else { "" };
    line(resume, &[&state, named, "=>"])
}

/// The line where an arm returns to the caller.
fn leave(state: &str) -> usize {
    let lines = SOURCE.lines().enumerate().skip(arm(state) - 1);
    let mut lines = lines.map(|(index, line)| (index + 1, line.trim()));
    let found = lines.find(|(_, line)| {
        line.starts_with("Yielded(")
            || line.starts_with("Complete(")
            || line.contains("panic!(")
    });
    let Some((number, _)) = found else {
        panic!(
            "{PATH}: the arm of `{state}` has no line that begins with `Yielded(` or \
             `Complete(`, or that panics. The recorder needs one to mark the return."
        )
    };
    number
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// One step as a JSON object. `happened` holds the members that only some steps have.
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

/// The notes for one resume: before the arm runs, and after it has returned.
fn notes(before: &str, after: &str) -> (&'static str, &'static str) {
    match (before, after) {
        ("Start", _) => (
            "The first resume passes in the first byte of the message. The state byte is 0, \
             so the `match` takes the first arm.",
            "The decoder stops at its first yield and sets its state to 1. One local is needed after \
             this yield, so the decoder stores one field: `kind`.",
        ),
        ("Length", _) => (
            "The second resume does not start at the top again. State 1 selects the arm after \
             the first yield, and the new byte is the value of that yield.",
            "The decoder stops at the yield in its loop. Four locals are alive here, and \
             together with the state they use all eight bytes.",
        ),
        ("Body", "Body") => (
            "State 2 continues inside the loop. The decoder stores the new byte in `body`, at \
             index `at`.",
            "The loop has made one turn, and the decoder stops at the same yield. The state \
             is the same, but the locals have changed.",
        ),
        ("Body", _) => (
            "This is the last byte of the body. The decoder stores it, and then the loop ends.",
            "The loop is over and `at` is dead, so this state has no field for it. `body` moved from \
             offset 4 to offset 3, so a reference to its old address would now be wrong.",
        ),
        ("Check", _) => (
            "The check byte arrives. The decoder still holds everything that the message \
             needs: `kind`, `len` and `body`.",
            "The decoder completes and returns the message. No local is alive any more, so \
             only the state byte has a value.",
        ),
        _ => (
            "The decoder has completed, so state 4 has no code to continue with.",
            "`resume` panics, as its documentation promises.",
        ),
    }
}

/// The whole recording.
fn record() -> String {
    let start = line(1, &["impl Coroutine<u8> for Decoder"]);
    // The first brace at the margin closes the implementation.
    let lines = SOURCE.lines().skip(start - 1);
    let long = lines.clone().position(|line| line == "}");
    let lines = lines.take(long.map_or(usize::MAX, |index| index + 1));
    let lines = lines.map(|line| if line.contains("// ANCHOR") { "" } else { line });
    let lines = lines.map(quoted).collect::<Vec<_>>().join(",\n");

    let mut decoder = Decoder::Start;
    let mut steps = vec![step(
        &decoder,
        arm("Start"),
        &[],
        "We made a decoder and have not resumed it, so no line of it has run. Of its \
         eight bytes, only the state byte has a value.",
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
        panic!("a finished decoder should panic when it is resumed");
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
         \"source\":{{\"path\":\"{PATH}\",\"start\":{start},\"lines\":[\n{lines}]}},\n\
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
    fn only_the_state_and_the_live_locals_have_a_value() {
        let body = Decoder::Body { kind: 7, len: 2, at: 1, body: [10, 0, 0, 0] };
        assert_eq!(memory(&body), [2, 7, 2, 1, 10, 0, 0, 0].map(Some));
        let check = memory(&Decoder::Check { kind: 7, len: 2, body: [10, 20, 0, 0] });
        assert_eq!(check[..7], [3, 7, 2, 10, 20, 0, 0].map(Some));
        assert_eq!(check[7], None);
        let start = memory(&Decoder::Start);
        assert_eq!((start[0], &start[1..]), (Some(0), &[None; 7][..]));
    }

    #[test]
    fn the_body_moves_when_the_loop_ends() {
        let body = Decoder::Body { kind: 7, len: 2, at: 1, body: [0; 4] };
        let check = Decoder::Check { kind: 7, len: 2, body: [0; 4] };
        let offset_of_body = |decoder: &Decoder| {
            look(decoder).1.last().map(|local| offset(decoder, local)).unwrap_or_default()
        };
        assert_eq!((offset_of_body(&body), offset_of_body(&check)), (4, 3));
    }
}
