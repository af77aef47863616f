//! Records where the futures of an object's calls live, as JSON. The page's figure shows it.
//!
//! `cargo run -q -p dyn-traits --example calls_trace > book/traces/13-dyn-traits.json`

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use dyn_traits::{Cached, DynFuture, DynLine, Message};

#[path = "../../trace.rs"]
mod trace;
use trace::quoted;

#[path = "../ready_line.rs"]
mod ready_line;
use ready_line::ReadyLine;

const PATH: &str = "chapters/13-dyn-traits/src/cached.rs";
const SOURCE: &str = include_str!("../src/cached.rs");
const EMPTY: &str = "pub struct Slot(Cell<Option<Block>>);";
const NEW: &str = "_ => Block::new(needs),";
const FITS: &str = "if needs.size() <= block.layout.size()";
const BACK: &str = "self.slot.0.set(self.block.take());";
/// The code of this step is not in `cached.rs`.
const ELSEWHERE: &str = "";

/// One allocation or release, as the allocator sees it.
#[derive(Clone, Copy)]
enum Event {
    Allocated(usize, usize),
    Freed(usize),
}

thread_local! {
    /// The events since the last look, if they are recorded. No step makes more than four.
    static EVENTS: Cell<([Option<Event>; 4], usize)> = const { Cell::new(([None; 4], 4)) };
}

fn note(event: Event) {
    let (mut events, len) = EVENTS.get();
    if let Some(slot) = events.get_mut(len) {
        *slot = Some(event);
        EVENTS.set((events, len + 1));
    }
}

/// Notes what `action` does with the heap.
fn watch<T>(action: impl FnOnce() -> T) -> (T, Vec<Event>) {
    EVENTS.set(([None; 4], 0));
    let output = action();
    let (events, _) = EVENTS.replace(([None; 4], 4));
    (output, events.into_iter().flatten().collect())
}

struct Watched;

// SAFETY: both methods pass their arguments to the system allocator unchanged.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract of `GlobalAlloc::alloc`.
        let memory = unsafe { System.alloc(layout) };
        note(Event::Allocated(memory.addr(), layout.size()));
        memory
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        note(Event::Freed(memory.addr()));
        // SAFETY: the caller keeps the contract of `GlobalAlloc::dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

/// A box on the heap.
struct Piece {
    name: char,
    address: usize,
    size: usize,
    holds: String,
}

/// Everything that the figure shows.
#[derive(Default)]
struct Scene {
    heap: Vec<Piece>,
    named: u8,
    call: String,
    steps: Vec<String>,
}

impl Scene {
    /// Takes over what the allocator has seen. A new box holds `holds`.
    fn happened(&mut self, events: &[Event], holds: &str) {
        for event in events {
            match *event {
                Event::Allocated(address, size) => {
                    let name = char::from(b'A' + self.named);
                    self.named += 1;
                    let holds = holds.to_owned();
                    self.heap.push(Piece { name, address, size, holds });
                }
                Event::Freed(address) => {
                    self.heap.retain(|piece| piece.address != address);
                }
            }
        }
    }

    /// Says what the box at the end of the list, the one in use, holds now.
    fn now_holds(&mut self, holds: &str) {
        self.heap.last_mut().expect("there is a box").holds = holds.into();
    }

    fn step(&mut self, line: &str, note: &str) {
        let line =
            if line == ELSEWHERE { "null".into() } else { line_of(line).to_string() };
        let kept = self.heap.iter().find(|piece| piece.holds == "no future");
        let slot = kept.map_or(String::new(), |piece| piece.name.to_string());
        let call = &self.call;
        let or =
            |text: &str, none: &str| if text.is_empty() { none } else { text }.to_owned();
        let state =
            format!("the call: {}. the slot: {}", or(call, "none"), or(&slot, "empty"));
        let locals = self.heap.iter().map(|Piece { name, size, holds, .. }| {
            format!(
                "{{\"name\":\"{name}\",\"type\":\"{size} bytes\",\"value\":\"{holds}\"}}"
            )
        });
        self.steps.push(format!(
            "{{\"line\":{line},\"state\":\"{state}\",\"call\":\"{call}\",\"slot\":\"{slot}\",\"locals\":[{}],\"note\":\"{note}\"}}",
            locals.collect::<Vec<_>>().join(","),
        ));
    }
}

fn poll<T>(call: &mut DynFuture<'_, T>) -> Poll<T> {
    Pin::new(call).poll(&mut Context::from_waker(Waker::noop()))
}

fn main() {
    let mut scene = Scene { call: String::new(), ..Scene::default() };
    let mut object = Cached::new(ReadyLine::new(2));
    scene.step(
        EMPTY,
        "The object is new. Its slot is empty, and it has no box on the heap.",
    );

    for (line, begins, ends) in [
        (
            NEW,
            "The server calls `byte`. The slot is empty, so `fill` allocates a box and moves the future into it.",
            "The future was ready, and the server has dropped the call. The destructor of the place has put the box back into the slot.",
        ),
        (
            FITS,
            "The next call of `byte`. The box is in the slot, and it fits. No allocation.",
            "The call has ended, and the box is back again.",
        ),
    ] {
        let (mut call, events) = watch(|| object.byte());
        scene.call = "byte".into();
        scene.happened(&events, "the future of byte");
        scene.now_holds("the future of byte");
        scene.step(line, begins);
        assert!(poll(&mut call).is_ready());
        let ((), events) = watch(|| drop(call));
        assert!(events.is_empty(), "the box stays");
        scene.call.clear();
        scene.now_holds("no future");
        scene.step(BACK, ends);
    }

    let (mut call, events) = watch(|| object.send(Message::Total(3)));
    scene.call = "send".into();
    scene.happened(&events, "the future of send");
    scene.step(NEW, "The server calls `send`. This future has the message in it, and it is larger. The box does not fit, so `fill` allocates another one and frees the first.");
    assert!(poll(&mut call).is_ready());
    drop(call);
    scene.call.clear();
    scene.now_holds("no future");
    scene.step(BACK, "The call has ended. The larger box is in the slot.");

    let (mut call, events) = watch(|| object.byte());
    assert!(events.is_empty(), "the box fits");
    scene.call = "byte".into();
    scene.now_holds("the future of byte");
    scene.step(FITS, "This call fits into the box.");
    assert!(poll(&mut call).is_ready());
    let ((), events) = watch(|| mem::forget(call));
    assert!(events.is_empty(), "a leaked box is not freed");
    scene.call = "leaked".into();
    scene.now_holds("a leaked future");
    scene.step(ELSEWHERE, "This call is leaked with `mem::forget`. The place in the box is never dropped. The slot stays empty.");

    let (call, events) = watch(|| object.byte());
    scene.call = "byte".into();
    scene.happened(&events, "the future of byte");
    scene.step(NEW, "The next call finds an empty slot, and gets a new box. It does not touch the box with the leaked future.");
    drop(call);
    scene.call.clear();
    scene.now_holds("no future");
    scene.step(
        BACK,
        "The call was dropped before its first poll, and its box is in the slot.",
    );
    let ((), events) = watch(|| drop(object));
    // The object also frees the bytes that its meter has sent.
    scene.happened(&events, "");
    scene.step(ELSEWHERE, "The object is dropped, and the slot frees its box. The leaked box stays until the program ends.");

    let first = line_of(EMPTY) - 2;
    let last = line_of("pub struct Cached<L> {") - 4;
    let lines = SOURCE.lines().take(last).skip(first - 1).map(|line| {
        let mark = line.trim_start().starts_with("// ANCHOR");
        quoted(if mark { "" } else { line })
    });
    println!(
        "{{\n\"title\":\"The boxes of one object\",\n\
         \"labels\":[\"The call\",\"The slot of the object\",\"Boxes on the heap\"],\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p dyn-traits --example calls_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.collect::<Vec<_>>().join(",\n"),
        scene.steps.join(",\n")
    );
}

/// The number of the only line of code that contains `text`.
fn line_of(text: &str) -> usize {
    trace::line_of(PATH, SOURCE, text)
}
