use crate::sync::{
    SetOnce, SetOnceError,
    testing::{Count, at_once, poll, poll_once},
};
use std::{pin::pin, task::Poll};

#[test]
fn the_value_is_set_once() {
    let cell = SetOnce::new();
    assert!(!cell.initialized());
    assert_eq!(cell.set(1), Ok(()));
    assert_eq!(cell.set(2), Err(SetOnceError(2)));
    assert_eq!(cell.get(), Some(&1));
    assert_eq!(cell.clone(), SetOnce::from(1));
    assert_eq!(cell.into_inner(), Some(1));
    assert_eq!(SetOnce::<i32>::new_with(None), SetOnce::default());
}

#[test]
fn set_wakes_all_waiters() {
    let cell = SetOnce::new();
    let (waker, count) = Count::waker();
    let (mut one, mut other) = (pin!(cell.wait()), pin!(cell.wait()));
    assert!(poll(one.as_mut(), &waker).is_pending());
    assert!(poll(other.as_mut(), &waker).is_pending());
    cell.set(1).unwrap();
    assert_eq!(count.wakes(), 2);
    assert_eq!(poll_once(one), Poll::Ready(&1));
    assert_eq!(poll_once(other), Poll::Ready(&1));
    assert_eq!(*at_once(cell.wait()), 1);
}

#[test]
fn a_value_set_by_another_thread_is_not_missed() {
    for number in 0..if cfg!(miri) { 5 } else { 200 } {
        let cell = SetOnce::new();
        std::thread::scope(|threads| {
            threads.spawn(|| cell.set(number).unwrap());
            assert_eq!(*crate::executor::park_thread::block_on(cell.wait()), number);
        });
    }
}

#[test]
fn a_preset_value_cannot_be_set_and_makes_no_task_wait() {
    let cell = const { SetOnce::const_new_with(1) };
    assert_eq!(cell.set(2), Err(SetOnceError(2)));
    assert_eq!(*at_once(cell.wait()), 1);
    assert_eq!(cell.clone(), cell);
    assert_eq!(cell.into_inner(), Some(1));
}
