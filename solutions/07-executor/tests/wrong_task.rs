//! The promises of `TaskList`.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::rc::Rc;
use std::task::Poll;

use executor_exercises::wrong_task::{TaskId, TaskList};

/// Counts its destructors.
struct Counted(Rc<Cell<u32>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn a_task_lives_until_it_is_ready() {
    let list = TaskList::default();
    let mut polls = 0;
    let id = list.add(poll_fn(move |_| {
        polls += 1;
        if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
    }));
    list.poll_all();
    assert!(list.is_alive(id));
    list.poll_all();
    assert!(!list.is_alive(id));
}

#[test]
fn abort_drops_the_future() {
    let (list, dropped) = (TaskList::default(), Rc::<Cell<u32>>::default());
    let counted = Counted(Rc::clone(&dropped));
    let id = list.add(async move {
        let _counted = counted;
        pending::<()>().await;
    });
    list.poll_all();
    list.abort(id);
    assert_eq!(
        (dropped.get(), list.is_alive(id)),
        (1, false),
        "futures that were dropped, and whether the task is alive"
    );
}

#[test]
fn an_old_id_does_not_abort_the_next_task_of_its_place() {
    let list = TaskList::default();
    let old = list.add(ready(()));
    list.poll_all();
    let new = list.add(pending());
    list.abort(old);
    assert!(list.is_alive(new), "the id of an old task has aborted a new one");
    assert!(!list.is_alive(old));
}

#[test]
fn a_destructor_may_use_the_list() {
    struct Adds(TaskList, Rc<RefCell<Option<TaskId>>>);
    impl Drop for Adds {
        fn drop(&mut self) {
            *self.1.borrow_mut() = Some(self.0.add(pending()));
        }
    }
    let (list, added) = (TaskList::default(), Rc::<RefCell<Option<TaskId>>>::default());
    let adds = Adds(list.clone(), Rc::clone(&added));
    let id = list.add(async move {
        let _adds = adds;
        pending::<()>().await;
    });
    list.poll_all();
    list.abort(id);
    let added = added.borrow().expect("the destructor has run");
    assert!(list.is_alive(added));
}

/// Adds a task that aborts itself in its first poll, and then returns this poll.
fn aborts_itself(list: &TaskList, returns: Poll<()>, dropped: &Rc<Cell<u32>>) -> TaskId {
    let own = Rc::<Cell<Option<TaskId>>>::default();
    let (counted, inner, id) =
        (Counted(Rc::clone(dropped)), list.clone(), Rc::clone(&own));
    let task = list.add(poll_fn(move |_| {
        let _counted = &counted;
        inner.abort(id.get().expect("the test has stored the id"));
        returns
    }));
    own.set(Some(task));
    task
}

#[test]
fn a_task_that_aborts_itself_is_dropped_after_its_poll() {
    for returns in [Poll::Pending, Poll::Ready(())] {
        let (list, dropped) = (TaskList::default(), Rc::<Cell<u32>>::default());
        let id = aborts_itself(&list, returns, &dropped);
        list.poll_all();
        assert_eq!(
            (dropped.get(), list.is_alive(id)),
            (1, false),
            "futures that were dropped, and whether the task is alive"
        );
    }
}

#[test]
fn a_task_that_takes_over_the_place_of_a_polled_task_stays() {
    let list = TaskList::default();
    let own = Rc::<Cell<Option<TaskId>>>::default();
    let (polls, added_polls) = (Rc::<Cell<u32>>::default(), Rc::<Cell<u32>>::default());
    let (inner, id) = (list.clone(), Rc::clone(&own));
    let (counted, added) = (Rc::clone(&polls), Rc::clone(&added_polls));
    let second = Rc::<Cell<Option<TaskId>>>::default();
    let new_id = Rc::clone(&second);
    let first = list.add(poll_fn(move |_| {
        counted.set(counted.get() + 1);
        inner.abort(id.get().expect("the test has stored the id"));
        let added = Rc::clone(&added);
        new_id.set(Some(inner.add(poll_fn(move |_| {
            added.set(added.get() + 1);
            Poll::<()>::Pending
        }))));
        Poll::<()>::Pending
    }));
    own.set(Some(first));
    list.poll_all();
    list.poll_all();
    assert_eq!(polls.get(), 1, "polls of the task that has aborted itself");
    assert!(!list.is_alive(first));
    assert!(added_polls.get() > 0, "the new task is polled");
    assert!(list.is_alive(second.get().expect("the first task has added it")));
}

#[test]
fn the_destructor_of_a_task_that_aborts_itself_may_use_the_list() {
    struct Adds(TaskList);
    impl Drop for Adds {
        fn drop(&mut self) {
            self.0.add(pending());
        }
    }
    let list = TaskList::default();
    let own = Rc::<Cell<Option<TaskId>>>::default();
    let (inner, id, adds) = (list.clone(), Rc::clone(&own), Adds(list.clone()));
    let task = list.add(poll_fn(move |_| {
        let _adds = &adds;
        inner.abort(id.get().expect("the test has stored the id"));
        Poll::<()>::Pending
    }));
    own.set(Some(task));
    list.poll_all();
    assert!(!list.is_alive(task));
}
