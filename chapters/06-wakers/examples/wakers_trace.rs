//! Records three waits as JSON. The chapter's figure shows them. The device raises the flag
//! while the task is parked, while it registers, and before its first poll.
//!
//! One thread plays both sides. `register` clones the waker, and the clone function
//! can run any code, so the device acts from there in the second wait.
//!
//! `cargo run -q -p wakers --example wakers_trace > book/traces/06-wakers.json`

use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

use wakers::{Flag, Wait};

#[path = "../../trace.rs"]
mod trace;
use trace::quoted;

const PATH: &str = "chapters/06-wakers/src/flag.rs";
const SOURCE: &str = include_str!("../src/flag.rs");

/// One wait: the flag, and everything that the figure shows.
struct Scene {
    flag: Flag,
    /// How many clones of the waker are alive: at most the one in the slot.
    kept: Cell<u32>,
    woken: Cell<bool>,
    /// Whether the device acts while the waker is cloned.
    during_clone: Cell<bool>,
    task: Cell<&'static str>,
    /// Set after the last step of the scene.
    over: Cell<bool>,
    steps: RefCell<Vec<String>>,
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(
    |data| {
        let scene = scene(data);
        scene.step(
            "self.0.waker.register",
            "task",
            "register(waker)",
            "The task changes the state from `FREE` to `REGISTERING`, so only the task may use the slot now. It clones its waker to store it there.",
        );
        if scene.during_clone.get() {
            scene.flag.raise();
            scene.step(
                "self.waker.wake();",
                "device",
                "wake()",
                "At this moment the device raises the flag. The slot is in use, so the device only adds the mark `WAKING` and returns without waiting.",
            );
        }
        scene.kept.set(scene.kept.get() + 1);
        RawWaker::new(data, &VTABLE)
    },
    |data| {
        let scene = scene(data);
        scene.kept.set(scene.kept.get() - 1);
        scene.woken.set(true);
        if scene.during_clone.get() {
            scene.step(
                "self.0.waker.register",
                "task",
                "register(waker)",
                "The task wants to set the state back to `FREE` and finds the mark. So it takes the waker out of the slot and wakes itself in place of the device.",
            );
        } else {
            scene.task.set("parked, being woken");
            scene.step(
                "self.waker.wake();",
                "device",
                "wake()",
                "The state was `FREE`, so the device takes the waker out of the slot and calls it. The waker sets `woken` and unparks the task's thread.",
            );
        }
    },
    |_| (),
    |data| scene(data).kept.set(scene(data).kept.get() - 1),
);

/// The scene that the waker's data points to.
fn scene<'s>(data: *const ()) -> &'s Scene {
    // SAFETY: `main` keeps the scenes alive longer than their wakers.
    unsafe { &*data.cast::<Scene>() }
}

impl Scene {
    fn new() -> Scene {
        Scene {
            flag: Flag::new(),
            kept: Cell::new(0),
            woken: Cell::new(false),
            during_clone: Cell::new(false),
            task: Cell::new("not polled yet"),
            over: Cell::new(false),
            steps: RefCell::default(),
        }
    }

    /// Polls with a waker that is never dropped, as the borrowed waker of `block_on`.
    fn poll(&self, wait: Pin<&mut Wait<'_>>) {
        self.woken.set(false);
        self.task.set("in poll");
        let data = (&raw const *self).cast();
        // SAFETY: the four functions get the pointer to a `Scene` that they expect, and
        // they run only on this thread.
        let waker = std::mem::ManuallyDrop::new(unsafe { Waker::new(data, &VTABLE) });
        let ready = wait.poll(&mut Context::from_waker(&waker)).is_ready();
        self.task.set(if ready { "Ready" } else { "Pending" });
    }

    fn step(&self, line: &str, who: &str, called: &str, note: &str) {
        if self.over.get() {
            return;
        }
        // The state of the slot is private, but `Debug` shows it as the last field:
        // `Flag { raised: false, waker: FREE }`.
        let flag = format!("{:?}", self.flag);
        let (_, state) = flag
            .trim_end_matches(" }")
            .rsplit_once(": ")
            .expect("`Debug` of `Flag` ends with the state of its `AtomicWaker`");
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
            local("state", "AtomicUsize", state),
            local(
                "slot",
                "Option<Waker>",
                if self.kept.get() > 0 { "the task's waker" } else { "None" },
            ),
            local("woken", "AtomicBool", if self.woken.get() { "true" } else { "false" }),
            local("the task", "", self.task.get()),
        ];
        self.steps.borrow_mut().push(format!(
            "{{\"line\":{},\"state\":{},\"who\":{},\"called\":{},\"locals\":[{}],\"note\":{}}}",
            line_or_null(line),
            quoted(state),
            quoted(who),
            quoted(called),
            locals.join(","),
            quoted(note),
        ));
    }
}

/// The number of the line with this text, or `null` for code in another file.
fn line_or_null(text: &str) -> String {
    if text == ELSEWHERE { "null".into() } else { line_of(text).to_string() }
}

/// The number of the only line of code that contains `text`.
fn line_of(text: &str) -> usize {
    trace::line_of(PATH, SOURCE, text)
}

/// The code of this step is not in `flag.rs`.
const ELSEWHERE: &str = "";
const CHECK: &str = "if self.0.is_raised() {";

/// The device raises the flag while the task is parked.
fn while_parked(scene: &Scene) {
    let mut wait = pin!(scene.flag.wait());
    scene.step(
        "Wait(self)",
        "task",
        "wait()",
        "First wait: the device will raise the flag while the task is parked. The task has made a future, and nothing has run yet.",
    );
    scene.poll(wait.as_mut());
    scene.step(CHECK, "task", "is_raised()", "The waker is in the slot and the state is `FREE` again. Only now does the task check the flag: it is not raised, so the poll returns `Pending`.");
    scene.task.set("parked");
    scene.step(ELSEWHERE, "task", "park()", "`woken` is false, so the thread parks. It uses no processor time until the device wakes it.");
    scene.flag.raise();
    scene.task.set("awake");
    scene.woken.set(false);
    scene.step(ELSEWHERE, "task", "park()", "The thread returns from `park`, finds that `woken` is true, and sets it to false. Then it polls its future again, from the root.");
    scene.poll(wait.as_mut());
    scene.step(CHECK, "task", "is_raised()", "The task checks the flag again, and it is raised, so the poll returns `Ready`. The waker in the slot is dropped together with the flag.");
}

/// The device raises the flag while the task registers its waker.
fn during_registration(scene: &Scene) {
    let mut wait = pin!(scene.flag.wait());
    scene.step(
        "Wait(self)",
        "task",
        "wait()",
        "Second wait, with a new flag: the device will raise it while the task registers its waker.",
    );
    scene.during_clone.set(true);
    scene.poll(wait.as_mut());
    scene.step(CHECK, "task", "is_raised()", "The task checks the flag after it registered, and the flag is raised, so the poll returns `Ready`. The wake was not needed: `woken` stays set, and costs at most one spurious poll.");
}

/// The device raises the flag before the first poll.
fn before_the_poll(scene: &Scene) {
    let mut wait = pin!(scene.flag.wait());
    scene.flag.raise();
    scene.step("self.waker.wake();", "device", "wake()", "Third wait: the device raises a new flag before the first poll. The slot is empty, so the device wakes no task.");
    scene.poll(wait.as_mut());
    scene.step(CHECK, "task", "is_raised()", "The task registered its waker and then checked the flag, which is raised, so the poll returns `Ready`. It needs no wake, because it checks after it registers.");
}

fn main() {
    let scenes = [Scene::new(), Scene::new(), Scene::new()];
    for (scene, plays) in scenes.iter().zip([
        while_parked as fn(&Scene),
        during_registration,
        before_the_poll,
    ]) {
        plays(scene);
        // A waker left in the slot points to its scene, so take it out before the scene
        // ends.
        scene.over.set(true);
        scene.flag.raise();
    }
    let steps: Vec<String> = scenes.iter().flat_map(|scene| scene.steps.take()).collect();
    let first = line_of("pub struct Flag {");
    let lines = SOURCE.lines().skip(first - 1).map(|line| {
        let mark = line.trim_start().starts_with("// ANCHOR");
        quoted(if mark { "" } else { line })
    });
    println!(
        "{{\n\"title\":\"One wake, at three moments\",\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p wakers --example wakers_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.collect::<Vec<_>>().join(",\n"),
        steps.join(",\n")
    );
}
