//! The promises of `Tasks`.

use std::cell::RefCell;
use std::rc::Rc;

use state_machines::shapes::pause;
use state_machines_exercises::tasks::{Handle, Spawner, Tasks};

/// A record of what the tasks of a test did.
type Diary = Rc<RefCell<String>>;

/// Writes its capital letter when it is dropped.
struct Guard(char, Diary);

impl Drop for Guard {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0.to_ascii_uppercase());
    }
}

/// Writes its letter `times` times, and waits between two writes.
async fn writer(letter: char, times: usize, diary: Diary) {
    let _guard = Guard(letter, Rc::clone(&diary));
    for turn in 0..times {
        if turn > 0 {
            pause().await;
        }
        diary.borrow_mut().push(letter);
    }
}

fn tasks() -> (Tasks, Spawner, Diary) {
    let tasks = Tasks::new();
    let spawner = tasks.spawner();
    (tasks, spawner, Diary::default())
}

/// A place where a task finds its own handle.
type Place = Rc<RefCell<Option<Handle>>>;

fn cancel(place: &Place) {
    let handle = place.borrow().clone();
    handle.expect("the test has stored the handle").cancel();
}

#[test]
fn tasks_take_turns_until_they_end() {
    let (tasks, spawner, diary) = tasks();
    for letter in ['a', 'b'] {
        spawner.spawn(writer(letter, 2, Rc::clone(&diary)));
    }
    assert_eq!(tasks.run(), 4, "polls");
    assert_eq!(
        *diary.borrow(),
        "abaAbB",
        "the order of the polls and of the destructors (`A`, `B`)"
    );
}

#[test]
fn a_finished_future_is_dropped_at_once() {
    let (tasks, spawner, diary) = tasks();
    let _kept = spawner.spawn(writer('a', 1, Rc::clone(&diary)));
    spawner.spawn(writer('b', 2, Rc::clone(&diary)));
    assert_eq!(tasks.run(), 3, "polls");
    assert_eq!(
        *diary.borrow(),
        "aAbbB",
        "the order of the polls and of the destructors (`A`, `B`)"
    );
}

#[test]
fn cancelling_drops_the_future_at_once() {
    let (tasks, spawner, diary) = tasks();
    let guard = Guard('a', Rc::clone(&diary));
    let handle = spawner.spawn(async move {
        let _guard = guard;
        pause().await;
    });
    handle.cancel();
    assert_eq!(*diary.borrow(), "A", "the destructor (`A`) runs in the call of `cancel`");
    assert_eq!(tasks.run(), 0, "polls of a task that was cancelled");
}

#[test]
fn a_task_may_cancel_another() {
    let (tasks, spawner, diary) = tasks();
    let handle = spawner.spawn(writer('a', 9, Rc::clone(&diary)));
    spawner.spawn(async move { handle.cancel() });
    assert_eq!(tasks.run(), 2, "polls: one of each task");
    assert_eq!(*diary.borrow(), "aA", "the task is polled once, and then dropped (`A`)");
}

#[test]
fn a_task_that_cancels_itself_ends_at_its_next_await() {
    let (tasks, spawner, diary) = tasks();
    let place = Place::default();
    let (own, seen) = (Rc::clone(&place), Rc::clone(&diary));
    let handle = spawner.spawn(async move {
        let _guard = Guard('a', Rc::clone(&seen));
        cancel(&own);
        seen.borrow_mut().push('a');
        pause().await;
        seen.borrow_mut().push('!');
    });
    place.replace(Some(handle));
    spawner.spawn(writer('b', 1, Rc::clone(&diary)));
    assert_eq!(tasks.run(), 2, "polls");
    assert_eq!(*diary.borrow(), "aAbB", "the future is dropped when its poll returns");
}

#[test]
fn a_destructor_may_cancel_its_own_task() {
    struct Again(Place);
    impl Drop for Again {
        fn drop(&mut self) {
            // A second panic during the first one would end the whole test program.
            if !std::thread::panicking() {
                cancel(&self.0);
            }
        }
    }
    let (tasks, spawner, _) = tasks();
    let place = Place::default();
    let again = Again(Rc::clone(&place));
    let handle = spawner.spawn(async move {
        let _again = again;
        pause().await;
    });
    place.replace(Some(handle.clone()));
    handle.cancel();
    assert_eq!(tasks.run(), 0, "polls of a task that was cancelled");
}

#[test]
fn cancelling_a_finished_task_changes_nothing() {
    let (tasks, spawner, diary) = tasks();
    let handle = spawner.spawn(writer('a', 1, Rc::clone(&diary)));
    tasks.run();
    handle.cancel();
    handle.cancel();
    assert_eq!(
        (tasks.run(), &**diary.borrow()),
        (0, "aA"),
        "polls after the end, and what the task has done"
    );
}

#[test]
fn a_task_may_spawn_while_it_runs() {
    let (tasks, spawner, diary) = tasks();
    let (inner, seen) = (spawner.clone(), Rc::clone(&diary));
    spawner.spawn(async move {
        inner.spawn(writer('b', 1, seen));
        pause().await;
    });
    assert_eq!(tasks.run(), 3, "polls: two of the first task, and one of the second");
    assert_eq!(*diary.borrow(), "bB", "what the second task has done");
}
