//! Records what lies on a side stack, as JSON. The page's figure shows it.
//!
//! `cargo run -q -p places --example side_stack_trace > book/traces/13-places.json`

use std::future::pending;
use std::mem;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use places::{DynFuture, DynLine, End, Line, Message, OnSideStack, Room};
use places::{side_stack_in_use, with_side_stack};

#[path = "../../trace.rs"]
mod trace;
use trace::quoted;

const PATH: &str = "chapters/13-places/src/side_stack.rs";
const SOURCE: &str = include_str!("../src/side_stack.rs");
const EMPTY: &str = "top: Cell<usize>,";
const RESERVE: &str = "self.top.set(end);";
const TO_ITS_START: &str = "stack.top.set(self.start);";
const TO_ZERO: &str = "stack.top.set(0);";
const NOT_AT_THE_TOP: &str = "} else if stack.top.get() == self.end {";
/// The code of this step is not in these lines.
const ELSEWHERE: &str = "";

/// A line that never has a byte.
struct Silent;

impl Line for Silent {
    async fn byte(&mut self) -> Result<u8, End> {
        pending().await
    }

    async fn send(&mut self, _: Message) -> Result<(), End> {
        Ok(())
    }
}

/// Everything that the figure shows.
#[derive(Default)]
struct Scene {
    /// Name, first byte, last byte, state.
    pieces: Vec<(char, usize, usize, &'static str)>,
    steps: Vec<String>,
}

impl Scene {
    /// A call has begun. Its piece ends at the top of the stack.
    fn began(&mut self, name: char, before: usize, line: &str, note: &str) {
        self.pieces.push((name, before, top(), "a future"));
        self.step(&format!("{name} begins"), line, note);
    }

    fn ended(&mut self, name: char, line: &str, note: &str) {
        for piece in &mut self.pieces {
            if piece.0 == name {
                piece.3 = "no future";
            }
        }
        self.pieces.retain(|piece| piece.2 <= top());
        self.step(&format!("{name} ends"), line, note);
    }

    fn step(&mut self, call: &str, line: &str, note: &str) {
        let line = match line {
            ELSEWHERE => "null".into(),
            _ => trace::line_of(PATH, SOURCE, line).to_string(),
        };
        let slot = format!("byte {}", top());
        let pieces = self.pieces.iter().map(|(name, start, end, holds)| {
            let bytes = format!("bytes {start} to {}", end - 1);
            format!("{{\"name\":\"{name}\",\"type\":\"{bytes}\",\"value\":\"{holds}\"}}")
        });
        let pieces = pieces.collect::<Vec<_>>().join(",");
        self.steps.push(format!(
            "{{\"line\":{line},\"state\":\"{call}. the top: {slot}\",\"call\":\"{call}\",\"slot\":\"{slot}\",\"locals\":[{pieces}],\"note\":\"{note}\"}}",
        ));
    }
}

fn top() -> usize {
    side_stack_in_use().expect("the task has a side stack")
}

type Call<'a> = DynFuture<'a, Result<u8, End>>;

fn record() -> Scene {
    let mut scene = Scene::default();
    let mut objects = [(); 5].map(|()| Box::pin(OnSideStack(Silent)));
    let room = pin!(Room::default());
    let room = room.as_ref();
    let mut calls = objects.iter_mut().map(|object| {
        let before = top();
        let begin: Call<'_> = object.as_mut().byte(room);
        (begin, before)
    });
    scene.step("none", EMPTY, "The task has a side stack, and nothing is on it.");
    let (a, before) = calls.next().expect("five objects");
    scene.began('A', before, RESERVE, "The task calls an object. The future of the call is put at the top. No allocation.");
    let (b, before) = calls.next().expect("five objects");
    scene.began('B', before, RESERVE, "While the first call waits, the task calls a second object, as in a `join`. Its future lies above the first one.");
    drop(b);
    scene.ended('B', TO_ITS_START, "The second call ends. It was at the top, so the top falls to the beginning of its piece.");
    let (c, before) = calls.next().expect("five objects");
    scene.began('C', before, RESERVE, "A third call gets the same bytes.");
    drop(a);
    scene.ended('A', NOT_AT_THE_TOP, "Now the older call ends first. Its piece is not at the top. The top stays, and the bytes of A are not used for now.");
    drop(c);
    scene.ended('C', TO_ZERO, "The last call ends. The stack is empty, so the top goes to byte 0. The bytes of A are free again, too.");
    let (leaked, before) = calls.next().expect("five objects");
    scene.began('D', before, RESERVE, "The task calls again.");
    mem::forget(leaked);
    scene.pieces[0].3 = "a leaked future";
    scene.step("D is leaked", ELSEWHERE, "This call is leaked with `mem::forget`. Its piece is never dropped, so the count of live calls never reaches zero.");
    let (e, before) = calls.next().expect("five objects");
    scene.began('E', before, RESERVE, "A later call lies above the leaked one.");
    drop(e);
    scene.ended('E', TO_ITS_START, "When it ends, the top falls to the leaked piece, and no further. The leaked piece also keeps the whole stack alive after the task.");
    scene
}

fn main() {
    let mut task = pin!(with_side_stack(async { record() }));
    let Poll::Ready(scene) = task.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    else {
        panic!("the recording never waits")
    };
    let first = trace::line_of(PATH, SOURCE, "const BYTES: usize = 4096;");
    let last = trace::line_of(PATH, SOURCE, "thread_local! {") - 4;
    let lines = SOURCE.lines().take(last).skip(first - 1).map(|line| {
        let mark = line.trim_start().starts_with("// ANCHOR");
        quoted(if mark { "" } else { line })
    });
    println!(
        "{{\n\"title\":\"The side stack of one task\",\n\
         \"labels\":[\"The call\",\"The top of the stack\",\"On the stack\"],\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p places --example side_stack_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.collect::<Vec<_>>().join(",\n"),
        scene.steps.join(",\n")
    );
}
