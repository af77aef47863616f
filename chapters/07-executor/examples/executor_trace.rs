//! Records three tasks, a device and a stale waker as JSON. The chapter's figure shows them.
//!
//! The queue of the executor is private. The recorder keeps a copy of it, and checks that
//! the executor polls the tasks in the order of this copy.
//!
//! `cargo run -q -p executor --example executor_trace > book/traces/07-executor.json`

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use executor::Executor;

#[path = "../../trace.rs"]
mod trace;
use trace::quoted;

const PATH: &str = "chapters/07-executor/src/wake.rs";
const SOURCE: &str = include_str!("../src/wake.rs");
const WAKE: &str = "self.shared.woken.push(self.number);";
const IN_QUEUE: &str = "if !self.queued.swap(true, AcqRel) {";
const POLL: &str = "self.queued.swap(false, AcqRel);";
/// The code of this step is not in `wake.rs`.
const ELSEWHERE: &str = "";

/// Everything that the figure shows.
#[derive(Default)]
struct Scene {
    queue: RefCell<VecDeque<usize>>,
    /// The tasks, by their numbers.
    tasks: RefCell<Vec<(&'static str, &'static str)>>,
    steps: RefCell<Vec<String>>,
    wakers: RefCell<Vec<Option<Waker>>>,
}

impl Scene {
    fn step(&self, line: &str, note: &str) {
        let queue: Vec<String> =
            self.queue.borrow().iter().map(usize::to_string).collect();
        let locals: Vec<String> = (self.tasks.borrow().iter().enumerate())
            .map(|(number, (name, state))| {
                format!(
                    "{{\"name\":\"{number}\",\"type\":\"{name}\",\"value\":\"{state}\"}}"
                )
            })
            .collect();
        self.steps.borrow_mut().push(format!(
            "{{\"line\":{},\"state\":\"queue: [{}]\",\"queue\":[{}],\"locals\":[{}],\"note\":\"{note}\"}}",
            line_or_null(line),
            queue.join(", "),
            queue.join(","),
            locals.join(","),
        ));
    }

    fn set(&self, number: usize, state: &'static str) {
        self.tasks.borrow_mut()[number].1 = state;
    }

    /// Called by a task at the beginning of its poll.
    fn polled(&self, number: usize, waker: &Waker, note: &str) {
        let first = self.queue.borrow_mut().pop_front();
        assert_eq!(first, Some(number), "the executor polls in the order of the queue");
        self.wakers.borrow_mut()[number] = Some(waker.clone());
        self.set(number, "polling");
        self.step(POLL, note);
    }

    /// Wakes a task through the waker of its last poll.
    fn wake(&self, number: usize, note: &str) {
        let waker = self.wakers.borrow()[number].clone();
        waker.expect("the task was polled").wake();
        self.woken(number, note);
    }

    /// A task was woken.
    fn woken(&self, number: usize, note: &str) {
        if self.queue.borrow().contains(&number) {
            return self.step(IN_QUEUE, note);
        }
        self.queue.borrow_mut().push_back(number);
        self.step(WAKE, note);
    }

    /// Adds a task, which takes the free number `number`.
    fn spawn(
        self: &Rc<Self>,
        executor: &Executor,
        number: usize,
        name: &'static str,
        note: &str,
        mut poll: impl FnMut(&Scene, &Waker, u32) -> Poll<()> + 'static,
    ) {
        let (scene, polls) = (Rc::clone(self), Cell::new(0));
        drop(executor.spawner().spawn(poll_fn(move |cx| {
            polls.set(polls.get() + 1);
            let polled = poll(&scene, cx.waker(), polls.get());
            scene.set(number, if polled.is_ready() { "ended" } else { "waiting" });
            polled
        })));
        let mut tasks = self.tasks.borrow_mut();
        if number == tasks.len() {
            tasks.push((name, "new"));
            self.wakers.borrow_mut().push(None);
        } else {
            tasks[number] = (name, "new");
        }
        drop(tasks);
        self.woken(number, note);
    }
}

fn main() {
    let (executor, scene) = (Executor::new(), Rc::new(Scene::default()));
    scene.spawn(&executor, 0, "cellar", "The first task is spawned. It is woken at once, because the executor owes each new task one poll.", |scene, waker, poll| {
        scene.polled(0, waker, match poll {
            1 => "The executor takes number 0 out of the queue and clears its flag. The task of the cellar is polled. Its meter has sent nothing, so the task gives its waker to a device and returns `Pending`.",
            _ => "Number 0 is polled again. The reading is there, and the task ends. Number 0 is free.",
        });
        if poll == 2 { Poll::Ready(()) } else { Poll::Pending }
    });
    scene.spawn(&executor, 1, "roof", "The second task gets the number 1.", |scene, waker, poll| {
        scene.polled(1, waker, match poll {
            1 => "Number 1 is polled, the task of the roof. Its flag is cleared before the poll.",
            _ => "Number 1 is polled again, and ends.",
        });
        if poll == 2 {
            return Poll::Ready(());
        }
        scene.wake(1, "The task wakes itself during its own poll. The flag is down, so the number goes to the back of the queue.");
        Poll::Pending
    });
    scene.spawn(
        &executor,
        2,
        "garden",
        "The third task gets the number 2. No task has been polled yet.",
        |scene, waker, _| {
            scene.polled(
                2,
                waker,
                "Number 2 is polled, and its task ends at once. It never waits.",
            );
            Poll::Ready(())
        },
    );
    executor.run_woken();
    scene.step(ELSEWHERE, "Each of the three numbers has had its turn, so `run_woken` returns. Number 1 was woken in the meantime, and waits for the next round.");
    let stale = scene.wakers.borrow()[0].clone().expect("the task was polled");
    scene.wake(0, "The device of the cellar wakes number 0, from any thread. Its number goes to the back.");
    scene.wake(0, "The device wakes number 0 once more. The flag is up already, so nothing happens: the task is in the queue only once.");
    executor.run_woken();
    scene.step(
        ELSEWHERE,
        "The queue is empty, and only the device still holds an old waker of number 0.",
    );
    scene.spawn(&executor, 0, "attic", "A new task is spawned, and gets the free number 0.", |scene, waker, poll| {
        scene.polled(0, waker, match poll {
            1 => "The task of the attic is polled. Its meter has sent nothing.",
            _ => "Number 0 is in the queue once more, so the attic is polled again, for nothing. The extra poll does no harm.",
        });
        Poll::Pending
    });
    executor.run_woken();
    stale.wake();
    scene.woken(0, "The device uses its old waker. It belonged to the cellar, but it knows only the number 0. So the number goes into the queue.");
    executor.run_woken();
    scene.step(ELSEWHERE, "The task of the attic waits for its own device.");

    let steps = scene.steps.take();
    let first = line_of("pub(crate) struct Shared {");
    let lines = SOURCE.lines().skip(first - 1).map(|line| {
        let mark = line.trim_start().starts_with("// ANCHOR");
        quoted(if mark { "" } else { line })
    });
    println!(
        "{{\n\"title\":\"Three tasks, one device and an old waker\",\n\
         \"source\":{{\"path\":\"{PATH}\",\"start\":{first},\"lines\":[\n{}]}},\n\
         \"command\":\"cargo run -q -p executor --example executor_trace\",\n\
         \"steps\":[\n{}\n]\n}}",
        lines.collect::<Vec<_>>().join(",\n"),
        steps.join(",\n")
    );
}

fn line_or_null(text: &str) -> String {
    if text == ELSEWHERE { "null".into() } else { line_of(text).to_string() }
}

/// The number of the only line of code that contains `text`.
fn line_of(text: &str) -> usize {
    trace::line_of(PATH, SOURCE, text)
}
