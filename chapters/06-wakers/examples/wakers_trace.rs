//! Records three waits, for the chapter's widget: the device comes when the task
//! sleeps, while it leaves its waker, and before it has come at all.
//!
//! One thread plays both sides. A waker's clone is anybody's code, so what a device
//! does in the middle of `register` is done from there.
//!
//! `cargo run -q -p wakers --example wakers_trace > book/traces/06-wakers.json`

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

use wakers::{Flag, Wait};

const SOURCE: &str = include_str!("../src/flag.rs");

/// What there is to see, and whether the device comes while a waker is cloned.
struct Scene {
    flag: Flag,
    /// Clones that are alive: the one in the place, if any.
    kept: Cell<u32>,
    woken: Cell<bool>,
    comes_meanwhile: Cell<bool>,
    task: Cell<&'static str>,
    /// Nothing is noted any more.
    over: Cell<bool>,
    steps: RefCell<Vec<String>>,
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(
    |data| {
        let scene = scene(data);
        scene.note(
            "self.0.waker.register",
            "task",
            "register(waker)",
            "The state has gone from `FREE` to `REGISTERING`, so the place is the task's. It clones its waker to put it there.",
        );
        if scene.comes_meanwhile.get() {
            scene.flag.raise();
            scene.note(
                "self.waker.wake();",
                "device",
                "wake()",
                "At this very moment the device comes. It raises the flag, finds the place taken, leaves the mark `WAKING`, and goes. It does not wait.",
            );
        }
        scene.kept.set(scene.kept.get() + 1);
        RawWaker::new(data, &VTABLE)
    },
    |data| {
        let scene = scene(data);
        scene.kept.set(scene.kept.get() - 1);
        scene.woken.set(true);
        if scene.comes_meanwhile.get() {
            scene.note(
                "self.0.waker.register",
                "task",
                "register(waker)",
                "When it wants to give the place back, the task finds the mark. So it takes the waker out again and wakes it: itself.",
            );
        } else {
            scene.task.set("asleep, being woken");
            scene.note(
                "self.waker.wake();",
                "device",
                "wake()",
                "The place was free, so the device has taken the waker out, given the place back, and calls the waker. `woken` is set, and the thread is unparked.",
            );
        }
    },
    |_| (),
    |data| scene(data).kept.set(scene(data).kept.get() - 1),
);

/// The scene that a waker belongs to.
fn scene<'s>(data: *const ()) -> &'s Scene {
    // SAFETY: `main` keeps the scenes longer than their wakers.
    unsafe { &*data.cast::<Scene>() }
}

impl Scene {
    fn new() -> Scene {
        Scene {
            flag: Flag::new(),
            kept: Cell::new(0),
            woken: Cell::new(false),
            comes_meanwhile: Cell::new(false),
            task: Cell::new("not polled yet"),
            over: Cell::new(false),
            steps: RefCell::default(),
        }
    }

    /// The task's waker. It is never dropped: it is the one that `block_on` would lend.
    fn poll(&self, wait: Pin<&mut Wait<'_>>) {
        self.woken.set(false);
        self.task.set("in poll");
        let data = (&raw const *self).cast();
        // SAFETY: the four functions use the scene that the data points to, and are
        // called on this thread.
        let waker = std::mem::ManuallyDrop::new(unsafe { Waker::new(data, &VTABLE) });
        let ready = wait.poll(&mut Context::from_waker(&waker)).is_ready();
        self.task.set(if ready { "Ready" } else { "Pending" });
    }

    fn note(&self, line: &str, who: &str, called: &str, note: &str) {
        if self.over.get() {
            return;
        }
        // What the flag says of itself: `Flag { raised: false, waker: FREE }`.
        let flag = format!("{:?}", self.flag);
        let (_, place) =
            flag.trim_end_matches(" }").split_once("waker: ").expect("it has one");
        let local = |name: &str, of: &str, value: &str| {
            format!(
                "{{\"name\":{},\"type\":{},\"value\":{}}}",
                quoted(name),
                quoted(of),
                quoted(value)
            )
        };
        let locals = [
            local(
                "raised",
                "AtomicBool",
                if self.flag.is_raised() { "true" } else { "false" },
            ),
            local("state", "AtomicUsize", place),
            local(
                "place",
                "Option<Waker>",
                if self.kept.get() > 0 { "the task's waker" } else { "None" },
            ),
            local("woken", "AtomicBool", if self.woken.get() { "true" } else { "false" }),
            local("the task", "", self.task.get()),
        ];
        self.steps.borrow_mut().push(format!(
            "{{\"line\":{},\"state\":{},\"who\":{},\"called\":{},\"locals\":[{}],\"note\":{}}}",
            line_in(line),
            quoted(place),
            quoted(who),
            quoted(called),
            locals.join(","),
            quoted(note),
        ));
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The number of the line with this text; `null` for what happens elsewhere.
fn line_in(text: &str) -> String {
    if text == NOWHERE { "null".into() } else { line_of(text).to_string() }
}

fn line_of(text: &str) -> usize {
    let found = SOURCE.lines().position(|line| line.contains(text));
    found.map_or_else(|| panic!("no line has {text:?}"), |index| index + 1)
}

/// In no line of this file.
const NOWHERE: &str = "";
const LOOKS: &str = "if self.0.is_raised() {";

/// The device comes when the task sleeps.
fn asleep(scene: &Scene) {
    let mut wait = pin!(scene.flag.wait());
    scene.note(
        "Wait(self)",
        "task",
        "wait()",
        "First wait. A future has been made, and nothing has happened.",
    );
    scene.poll(wait.as_mut());
    scene.note(LOOKS, "task", "is_raised()", "The waker is in its place, the place is `FREE` again, and only now does the task look. The flag is down: `Pending`.");
    scene.task.set("asleep");
    scene.note(NOWHERE, "task", "park()", "`woken` is false, so the thread sleeps. From here on it takes no time and holds no lock.");
    scene.flag.raise();
    scene.task.set("awake");
    scene.woken.set(false);
    scene.note(NOWHERE, "task", "park()", "The thread wakes up, finds `woken` set, sets it back, and polls again, from the root of its future.");
    scene.poll(wait.as_mut());
    scene.note(LOOKS, "task", "is_raised()", "It looks, and the flag is up: `Ready`. The waker that it has left is dropped with the flag.");
}

/// The device comes while the task leaves its waker.
fn meanwhile(scene: &Scene) {
    let mut wait = pin!(scene.flag.wait());
    scene.note(
        "Wait(self)",
        "task",
        "wait()",
        "Second wait, with another flag. This time the device will be quicker.",
    );
    scene.comes_meanwhile.set(true);
    scene.poll(wait.as_mut());
    scene.note(LOOKS, "task", "is_raised()", "Then it looks, and the flag is up: `Ready`. `woken` is set for nothing. If there were another poll, it would be a spurious one.");
}

/// The device comes before the task.
fn before(scene: &Scene) {
    let mut wait = pin!(scene.flag.wait());
    scene.flag.raise();
    scene.note("self.waker.wake();", "device", "wake()", "Third wait. The device comes before the first poll. It raises the flag and finds nobody to wake.");
    scene.poll(wait.as_mut());
    scene.note(LOOKS, "task", "is_raised()", "The task leaves its waker, looks, and is ready. Nobody has woken it, and nobody had to: it looks after it has registered.");
}

fn main() {
    let scenes = [Scene::new(), Scene::new(), Scene::new()];
    for (scene, plays) in scenes.iter().zip([asleep as fn(&Scene), meanwhile, before]) {
        plays(scene);
        // The flag lets go of the waker that was left there, which points to the scene.
        scene.over.set(true);
        scene.flag.raise();
    }
    let steps: Vec<String> = scenes.iter().flat_map(|scene| scene.steps.take()).collect();
    let first = line_of("impl Flag {");
    let lines = SOURCE.lines().skip(first - 1).map(|line| {
        let mark = line.trim_start().starts_with("// ANCHOR");
        quoted(if mark { "" } else { line })
    });
    println!(
        "{{\n\"title\":\"One flag, one waker, three moments\",\n\
         \"source\":{{\"path\":\"chapters/06-wakers/src/flag.rs\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p wakers --example wakers_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.collect::<Vec<_>>().join(",\n"),
        steps.join(",\n")
    );
}
