//! The promises of the sixty-four wakers.

use std::mem;
use std::sync::Arc;
use std::task::Waker;
use std::thread;

use wakers_exercises::raw_vtable::{Marks, waker};

/// Marks with eight leaked references, so a mistake in counting does not free them.
fn marks() -> Arc<Marks> {
    let marks = Arc::<Marks>::default();
    for _ in 0..8 {
        mem::forget(Arc::clone(&marks));
    }
    marks
}

/// The references that belong to wakers.
fn references(marks: &Arc<Marks>) -> usize {
    let all = Arc::strong_count(marks);
    assert!(all >= 9, "a reference was given back that did not belong to a waker");
    all - 9
}

#[test]
fn each_waker_sets_its_own_mark() {
    let marks = marks();
    for number in 0..64 {
        waker(&marks, number).wake();
        assert_eq!(marks.take(), 1 << number, "the marks after the wake of {number}");
    }
}

#[test]
fn two_wakes_set_two_marks() {
    let marks = marks();
    waker(&marks, 3).wake();
    waker(&marks, 60).wake_by_ref();
    waker(&marks, 3).wake_by_ref();
    assert_eq!(
        (marks.take(), marks.take()),
        (1 << 3 | 1 << 60, 0),
        "the marks after the wakes of 3 and 60, and after they were taken"
    );
}

#[test]
fn a_waker_owns_one_reference_and_gives_it_back() {
    let marks = marks();
    let first = waker(&marks, 1);
    assert_eq!(references(&marks), 1, "references of one waker");
    drop(first);
    assert_eq!(references(&marks), 0, "references after its drop");
}

#[test]
fn a_clone_owns_a_reference_of_its_own() {
    let marks = marks();
    let first = waker(&marks, 1);
    let second = first.clone();
    assert_eq!(references(&marks), 2, "references of a waker and its clone");
    drop(first);
    assert_eq!(references(&marks), 1, "references of the clone");
    second.wake();
    assert_eq!(
        (references(&marks), marks.take()),
        (0, 1 << 1),
        "references after the clone has woken, and the marks"
    );
}

#[test]
fn wake_gives_the_reference_back() {
    let marks = marks();
    for _ in 0..4 {
        waker(&marks, 7).wake();
    }
    assert_eq!(
        (references(&marks), marks.take()),
        (0, 1 << 7),
        "references after `wake`, and the marks"
    );
}

#[test]
fn wake_by_ref_keeps_the_reference() {
    let marks = marks();
    let seven = waker(&marks, 7);
    for _ in 0..4 {
        seven.wake_by_ref();
        assert_eq!(
            (references(&marks), marks.take()),
            (1, 1 << 7),
            "references after `wake_by_ref`, and the marks"
        );
    }
}

#[test]
fn a_clone_sets_the_mark_of_its_original() {
    let marks = marks();
    let clones: Vec<Waker> =
        (0..64).map(|number| waker(&marks, number).clone()).collect();
    for (number, clone) in clones.iter().enumerate() {
        clone.clone().wake_by_ref();
        assert_eq!(
            marks.take(),
            1 << number,
            "the marks after the wake of clone {number}"
        );
    }
}

#[test]
fn will_wake_compares_the_marks_and_the_number() {
    let (marks, others) = (marks(), marks());
    let seven = waker(&marks, 7);
    assert!(seven.will_wake(&seven.clone()), "a clone wakes the same mark");
    assert!(seven.will_wake(&waker(&marks, 7)), "both wake the same mark");
    assert!(!seven.will_wake(&waker(&marks, 8)), "the numbers are different");
    assert!(!seven.will_wake(&waker(&others, 7)), "the marks are different");
}

#[test]
fn wakers_work_from_other_threads() {
    let marks = marks();
    thread::scope(|scope| {
        for number in 0..8 {
            let waker = waker(&marks, number);
            scope.spawn(move || waker.wake());
        }
    });
    assert_eq!(
        (marks.take(), references(&marks)),
        (0xff, 0),
        "the marks after eight wakes, and the references"
    );
}
