//! The promises of `Scheduler`.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use generators::Coroutine;
use generators::CoroutineState::{self, Complete, Yielded};
use generators_exercises::round_robin::{Scheduler, Spawner};

/// A record of what the tasks of a test did.
type Diary = Rc<RefCell<String>>;

/// Writes its letter into the diary at each resume, and completes after `left`
/// resumes. Its destructor writes the capital letter.
struct Writer {
    letter: char,
    left: usize,
    diary: Diary,
}

fn writer(letter: char, left: usize, diary: &Diary) -> Writer {
    Writer { letter, left, diary: Rc::clone(diary) }
}

impl Coroutine for Writer {
    type Yield = ();
    type Return = ();

    fn resume(self: Pin<&mut Self>, (): ()) -> CoroutineState<(), ()> {
        let this = self.get_mut();
        assert!(this.left > 0, "`{}` resumed after completion", this.letter);
        this.left -= 1;
        this.diary.borrow_mut().push(this.letter);
        if this.left == 0 { Complete(()) } else { Yielded(()) }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.diary.borrow_mut().push(self.letter.to_ascii_uppercase());
    }
}

/// Spawns a writer at its first resume, completes at its second.
struct Parent {
    spawner: Spawner,
    child: Option<Writer>,
}

impl Coroutine for Parent {
    type Yield = ();
    type Return = ();

    fn resume(self: Pin<&mut Self>, (): ()) -> CoroutineState<(), ()> {
        let this = self.get_mut();
        let Some(child) = this.child.take() else { return Complete(()) };
        this.spawner.spawn(child);
        Yielded(())
    }
}

fn scheduler() -> (Scheduler, Spawner, Diary) {
    let scheduler = Scheduler::new();
    let spawner = scheduler.spawner();
    (scheduler, spawner, Diary::default())
}

#[test]
fn an_empty_scheduler_returns_at_once() {
    assert_eq!(Scheduler::new().run(), 0, "how many times it resumed a task");
}

#[test]
fn every_task_runs_to_its_end() {
    let (scheduler, spawner, diary) = scheduler();
    spawner.spawn(writer('a', 3, &diary));
    assert_eq!(scheduler.run(), 3, "how many times it resumed a task");
    assert_eq!(*diary.borrow(), "aaaA", "three resumes, and then the destructor (`A`)");
}

#[test]
fn tasks_take_turns_in_the_order_they_were_spawned() {
    let (scheduler, spawner, diary) = scheduler();
    for letter in ['a', 'b', 'c'] {
        spawner.spawn(writer(letter, 2, &diary));
    }
    assert_eq!(scheduler.run(), 6, "how many times it resumed a task");
    assert_eq!(
        diary.borrow().to_lowercase(),
        "abcaabbcc",
        "the order of the resumes, and of the destructors"
    );
}

#[test]
fn a_long_task_does_not_starve_a_short_one() {
    let (scheduler, spawner, diary) = scheduler();
    spawner.spawn(writer('l', 1000, &diary));
    spawner.spawn(writer('s', 1, &diary));
    assert_eq!(scheduler.run(), 1001, "how many times it resumed a task");
    assert!(diary.borrow().starts_with("lsS"), "the short task gets the second turn");
}

#[test]
fn a_finished_task_is_never_resumed_again() {
    let (scheduler, spawner, diary) = scheduler();
    spawner.spawn(writer('a', 1, &diary));
    spawner.spawn(writer('b', 2, &diary));
    assert_eq!(scheduler.run(), 3, "how many times it resumed a task");
}

#[test]
fn a_finished_task_is_dropped_at_once() {
    let (scheduler, spawner, diary) = scheduler();
    spawner.spawn(writer('a', 1, &diary));
    spawner.spawn(writer('b', 2, &diary));
    scheduler.run();
    assert_eq!(
        *diary.borrow(),
        "aAbbB",
        "the order of the resumes and of the destructors (`A`, `B`)"
    );
}

#[test]
fn a_task_may_spawn_while_it_runs() {
    let (scheduler, spawner, diary) = scheduler();
    let child = Some(writer('c', 1, &diary));
    spawner.spawn(Parent { spawner: spawner.clone(), child });
    spawner.spawn(writer('a', 1, &diary));
    assert_eq!(scheduler.run(), 4, "how many times it resumed a task");
    assert_eq!(*diary.borrow(), "aAcC", "a new task goes to the end of the queue");
}

#[test]
fn a_scheduler_can_run_again() {
    let (scheduler, spawner, diary) = scheduler();
    spawner.spawn(writer('a', 1, &diary));
    assert_eq!(scheduler.run(), 1, "how many times the first run resumed a task");
    spawner.spawn(writer('b', 1, &diary));
    assert_eq!(scheduler.run(), 1, "how many times the second run resumed a task");
}

#[test]
fn tasks_that_never_ran_are_dropped_with_the_scheduler() {
    let (scheduler, spawner, diary) = scheduler();
    let child = Some(writer('c', 1, &diary));
    spawner.spawn(Parent { spawner: spawner.clone(), child });
    drop((scheduler, spawner));
    assert_eq!(*diary.borrow(), "C", "the destructor of the task that never ran (`C`)");
}
