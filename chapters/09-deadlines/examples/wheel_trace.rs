//! Records a wheel with five timers as JSON. The chapter's figure shows it.
//!
//! `cargo run -q -p deadlines --example wheel_trace > book/traces/09-deadlines.json`

use std::pin::Pin;
use std::task::{Context, Waker};

use deadlines::{Timer, Wheel};

const PATH: &str = "chapters/09-deadlines/src/wheel.rs";
const SOURCE: &str = include_str!("../src/wheel.rs");
const LINK: &str = "self.slot(place).push(entry);";
const UNLINK: &str = "self.slot(place).remove(entry);";
const CASCADE: &str = "levels.cascade(place);";
const FIRE: &str = "} else if let Some(waker) = levels.fire(place) {";
const NEXT: &str = "while let Some(place) = levels.next_place() {";
const BREAK: &str = "levels.now.set(levels.now.get().max(to));";

struct Scene {
    wheel: Wheel,
    /// `None` if the timer was dropped.
    timers: Vec<(&'static str, Option<Pin<Box<Timer>>>)>,
    steps: Vec<String>,
}

impl Scene {
    fn set(&mut self, name: &'static str, deadline: u64, note: &str) {
        let mut timer = Box::pin(self.wheel.timer(deadline));
        let polled = timer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending(), "the deadline is in the future");
        self.timers.push((name, Some(timer)));
        self.step(LINK, note);
    }

    fn timer(&mut self, name: &str) -> &mut Option<Pin<Box<Timer>>> {
        let found = self.timers.iter_mut().find(|(other, _)| *other == name);
        &mut found.expect("the timer was set").1
    }

    /// Advances the wheel to its next work, which must be at this tick.
    fn advance(&mut self, to: u64, line: &str, note: &str) {
        assert_eq!(self.wheel.next(), Some(to));
        self.wheel.advance(to);
        self.step(line, note);
    }

    fn step(&mut self, line: &str, note: &str) {
        let (now, occupied) = (self.wheel.now(), self.wheel.occupied());
        let timers: Vec<[String; 2]> = (self.timers.iter())
            .map(|(name, timer)| {
                let Some(timer) = timer else {
                    return [
                        format!("{{\"name\":\"{name}\"}}"),
                        format!("{{\"name\":\"{name}\",\"value\":\"dropped\"}}"),
                    ];
                };
                let deadline = timer.deadline();
                let place = occupied.iter().find(|slot| slot.2.contains(&deadline));
                let (json, text) = match place {
                    Some((level, slot, _)) => (
                        format!(",\"level\":{level},\"slot\":{slot}"),
                        format!("level {level}, slot {slot}"),
                    ),
                    None => (String::new(), "fired".into()),
                };
                let digits = digits(deadline);
                [
                    format!("{{\"name\":\"{name}\",\"deadline\":{deadline},\"digits\":\"{digits}\"{json}}}"),
                    format!("{{\"name\":\"{name}\",\"value\":\"{deadline} = {digits}: {text}\"}}"),
                ]
            })
            .collect();
        let [json, locals] = [0, 1].map(|part| {
            timers.iter().map(|timer| timer[part].clone()).collect::<Vec<_>>().join(",")
        });
        let next = self.wheel.next().map_or("none".into(), |next| next.to_string());
        self.steps.push(format!(
            "{{\"line\":{},\"state\":\"now {now}, next work {next}\",\"now\":{now},\"next\":\"{next}\",\"timers\":[{json}],\"locals\":[{locals}],\"note\":\"{note}\"}}",
            line_of(line),
        ));
    }
}

/// A tick as digits of six bits.
fn digits(tick: u64) -> String {
    match (tick / 4096, tick / 64 % 64, tick % 64) {
        (0, 0, ones) => format!("{ones}"),
        (0, tens, ones) => format!("{tens}·64 + {ones}"),
        (hundreds, tens, ones) => format!("{hundreds}·4096 + {tens}·64 + {ones}"),
    }
}

fn main() {
    let (wheel, timers, steps) = (Wheel::new(), Vec::new(), Vec::new());
    let mut scene = Scene { wheel, timers, steps };
    scene.step(NEXT, "The wheel is empty. Its three lowest levels are drawn as rings, the lowest one inside. Each ring has 64 slots. The hand of each ring shows one digit of now.");
    scene.set("cellar", 6, "The deadline 6 differs from now, which is 0, only in the lowest digit. So it goes to level 0, slot 6.");
    scene.set("roof", 70, "70 is 1·64 + 6. The highest digit that differs from now is the second one, and its value is 1. So it goes to level 1, slot 1.");
    scene.set("garden", 70, "The same deadline goes to the same slot, behind the roof.");
    scene.set("mill", 5000, "5000 is 1·4096 + 14·64 + 8. It goes to level 2, slot 1.");
    scene.set("attic", 64, "64 is 1·64 + 0. It goes to level 1, slot 1, too. This slot holds all deadlines from 64 to 127.");
    scene.advance(6, FIRE, "The next work is on the lowest level that has entries: slot 6 of level 0. Now is 6, and the cellar fires.");
    *scene.timer("garden") = None;
    scene.step(UNLINK, "The garden is dropped. Its entry leaves the list of its slot. Two pointers change, and no other entry is touched.");
    scene.advance(64, CASCADE, "Level 0 is empty, so the next work is slot 1 of level 1. It begins at tick 64. The slot is emptied: the cascade. The attic falls to level 0, slot 0, and is due at once. The roof falls to level 0, slot 6.");
    let roof = scene.timer("roof").as_mut().expect("it was not dropped");
    roof.as_mut().reset(4200);
    scene.step(LINK, "The roof has sent a message, and its deadline moves to 4200 = 1·4096 + 1·64 + 40. Its entry goes from level 0 to level 2, slot 1, behind the mill.");
    scene.advance(4096, CASCADE, "Nothing happens for 4032 ticks, and the thread sleeps. At 4096 it empties slot 1 of level 2. Both entries fall to level 1: the mill to slot 14, the roof to slot 1.");
    scene.advance(4160, CASCADE, "Slot 1 of level 1 begins at 4160. The roof falls to level 0, slot 40. This is its second move, and there can be no other before it fires.");
    scene.advance(4200, FIRE, "The roof fires at 4200, and not a tick earlier.");
    scene.advance(
        4992,
        CASCADE,
        "Slot 14 of level 1 begins at 4992. The mill falls to level 0, slot 8.",
    );
    scene.advance(5000, FIRE, "The mill fires.");
    scene.step(BREAK, "The wheel is empty. Without a deadline, the thread may sleep until another thread wakes it.");

    let (first, last) = (
        line_of("impl Levels {\n    /// Where a deadline belongs"),
        line_of("impl Levels {\n    pub(crate) fn now"),
    );
    let lines = SOURCE.lines().skip(first - 1).take(last - first);
    let lines = lines.map(|line| {
        let mark = line.trim_start().starts_with("// ANCHOR");
        quoted(if mark { "" } else { line })
    });
    println!(
        "{{\n\"title\":\"Five timers in a wheel\",\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p deadlines --example wheel_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.collect::<Vec<_>>().join(",\n"),
        scene.steps.join(",\n")
    );
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The number of the line where `text` begins. It must be in the source exactly once.
fn line_of(text: &str) -> usize {
    let mut found = SOURCE.match_indices(text);
    let (Some((index, _)), None) = (found.next(), found.next()) else {
        panic!(
            "{PATH} should contain `{text}` exactly once. If you changed that line, change \
             the text in this recorder too."
        )
    };
    SOURCE[..index].lines().count() + usize::from(SOURCE[..index].ends_with('\n'))
}
