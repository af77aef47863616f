//! A runtime of the reader's for the course in `mod.rs`.

pub const FILES: &[(&str, &str)] = &[
    (
        "solutions/my-runtime/Cargo.toml",
        r#"[package]
name = "my-runtime-solutions"
version.workspace = true
edition.workspace = true

[lints]
workspace = true

[lib]
name = "my_runtime"

[features]
slow = []
"#,
    ),
    (
        "solutions/my-runtime/src/lib.rs",
        "//! Your runtime.\n\npub mod line;\npub mod queue;\n",
    ),
    (
        "solutions/my-runtime/src/line.rs",
        r#"//! A line of things.

/// Things in their order.
#[derive(Debug, Default)]
pub struct Line {
    // hole: begin
    things: std::collections::VecDeque<u32>,
    // hole: instead
    //| things: Vec<u32>,
    // hole: end
}

impl Line {
    /// One more.
    pub fn push(&mut self, thing: u32) {
        // hole: begin
        self.things.push_back(thing);
        // hole: instead
        //| todo!("push {thing} to {} more", self.things.len())
        // hole: end
    }

    /// The first.
    pub fn pop(&mut self) -> Option<u32> {
        // hole: begin
        self.things.pop_front()
        // hole: instead
        //| todo!("pop one of {}", self.things.len())
        // hole: end
    }
}
"#,
    ),
    (
        "solutions/my-runtime/src/queue.rs",
        r#"//! The queue.

use crate::line::Line;

/// A queue with a limit.
#[derive(Debug)]
pub struct Queue {
    line: Line,
    room: usize,
}

impl Queue {
    /// A queue with this much room.
    pub fn new(room: usize) -> Self {
        Self { line: Line::default(), room }
    }

    /// One more, if there is room.
    pub fn push(&mut self, thing: u32) -> bool {
        // hole: begin
        if self.room == 0 {
            return false;
        }
        self.room -= 1;
        self.line.push(thing);
        true
        // hole: instead
        //| todo!("push {thing} to {:?}, room for {}", self.line, self.room)
        // hole: end
    }
}
"#,
    ),
    (
        "solutions/my-runtime/src/bin/meters.rs",
        r#"//! The meters' server.

fn main() {
    let mut queue = my_runtime::queue::Queue::new(1);
    let words: Vec<String> = std::env::args().skip(1).collect();
    println!("{} {}", queue.push(7), words.join(" "));
    std::process::exit(3);
}
"#,
    ),
    (
        "solutions/my-runtime/tests/line.rs",
        r"use my_runtime::line::Line;

#[test]
fn the_first_comes_first() {
    let mut line = Line::default();
    line.push(1);
    line.push(2);
    assert_eq!(line.pop(), Some(1));
}
",
    ),
    (
        "solutions/my-runtime/tests/queue.rs",
        r#"use my_runtime::line::Line;
use my_runtime::queue::Queue;

#[test]
fn a_full_queue_takes_nothing() {
    assert!(!Queue::new(0).push(1));
}

#[test]
fn there_is_room_for_one() {
    let mut line = Line::default();
    line.push(1);
    assert!(cfg!(feature = "slow"), "built as its exercise says");
    assert!(Queue::new(1).push(1));
}
"#,
    ),
    (
        "solutions/my-runtime/exercises.toml",
        r#"modules = ["line", "queue", "later"]

[[program]]
name = "meters"
can = "serve a queue"
uses = ["fix/queue"]

[[exercise]]
id = "fix/line"
chapter = "02-fix"
title = "A line"
kind = "build"
minutes = 5
file = "src/line.rs"
test = "tests/line.rs"
fails = "the_first_comes_first"
can = "keep things in a line"
formerly = ["fix/row"]
summary = "Make a line."
hints = ["Which end?", "Both.", "`VecDeque`"]

[[exercise.mutants]]
name = "last-first"
belief = "the last comes first"
patch = "mutants/line/last-first.patch"
caught_by = "the_first_comes_first"

[[exercise.mutants]]
name = "nothing"
belief = "there is nothing"
patch = "mutants/line/nothing.patch"
caught_by = "the_first_comes_first"

[[exercise.mutants]]
name = "front"
belief = "new ones come first"
patch = "mutants/line/front.patch"
caught_by = "the_first_comes_first"

[[exercise]]
id = "fix/queue"
chapter = "02-fix"
title = "A queue"
kind = "build"
minutes = 5
file = "src/queue.rs"
test = "tests/queue.rs"
uses = ["fix/line"]
fails = "there_is_room_for_one"
features = ["slow"]
release = true
seconds = 60
summary = "Make a queue."
hints = ["How many?", "Count.", "`self.room -= 1`"]

[[exercise.mutants]]
name = "always-room"
belief = "there is always room"
patch = "mutants/queue/always-room.patch"
caught_by = "a_full_queue_takes_nothing"

[[exercise.mutants]]
name = "never-room"
belief = "there is never room"
patch = "mutants/queue/never-room.patch"
caught_by = "there_is_room_for_one"

[[exercise.mutants]]
name = "room-for-less"
belief = "indices begin at zero"
patch = "mutants/queue/room-for-less.patch"
caught_by = "there_is_room_for_one"
"#,
    ),
    (
        "solutions/my-runtime/mutants/line/last-first.patch",
        "--- a/src/line.rs\n+++ b/src/line.rs\n@@ -24,3 +24,3 @@\n         // hole: begin\n-        self.things.pop_front()\n+        self.things.pop_back()\n         // hole: instead\n",
    ),
    (
        "solutions/my-runtime/mutants/line/nothing.patch",
        "--- a/src/line.rs\n+++ b/src/line.rs\n@@ -24,3 +24,3 @@\n         // hole: begin\n-        self.things.pop_front()\n+        self.things.pop_front().filter(|_| false)\n         // hole: instead\n",
    ),
    (
        "solutions/my-runtime/mutants/line/front.patch",
        "--- a/src/line.rs\n+++ b/src/line.rs\n@@ -15,3 +15,3 @@\n         // hole: begin\n-        self.things.push_back(thing);\n+        self.things.push_front(thing);\n         // hole: instead\n",
    ),
    (
        "solutions/my-runtime/mutants/queue/always-room.patch",
        QUEUE_ALWAYS,
    ),
    (
        "solutions/my-runtime/mutants/queue/never-room.patch",
        QUEUE_NEVER,
    ),
    (
        "solutions/my-runtime/mutants/queue/room-for-less.patch",
        QUEUE_LESS,
    ),
];

macro_rules! room {
    ($new:literal) => {
        concat!(
            "--- a/src/queue.rs\n+++ b/src/queue.rs\n@@ -21,3 +21,3 @@\n         // hole: begin\n-        \
             if self.room == 0 {\n+        ",
            $new,
            "\n             return false;\n"
        )
    };
}
const QUEUE_ALWAYS: &str = room!("if self.room == usize::MAX {");
const QUEUE_NEVER: &str = room!("if self.room < usize::MAX {");
const QUEUE_LESS: &str = room!("if self.room <= 1 {");
