use crate::sync::{
    OnceCell, SetError,
    testing::{at_once, poll_once},
};
use std::{future::pending, pin::pin, task::Poll};

#[test]
fn the_value_is_made_once() {
    let cell = OnceCell::new();
    assert_eq!(*at_once(cell.get_or_init(async || 1)), 1);
    assert_eq!(*at_once(cell.get_or_init(async || panic!("again"))), 1);
    assert_eq!(cell.set(2), Err(SetError::AlreadyInitializedError(2)));
    assert!(cell.set(2).unwrap_err().is_already_init_err());
    assert_eq!(cell.into_inner(), Some(1));
}

#[test]
fn the_next_waiter_makes_the_value_if_the_first_is_cancelled() {
    let cell = OnceCell::new();
    let mut first = Box::pin(cell.get_or_init(async || pending::<i32>().await));
    let mut second = pin!(cell.get_or_init(async || 2));
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_once(second.as_mut()).is_pending());
    assert_eq!(cell.set(3), Err(SetError::InitializingError(3)));
    assert!(cell.set(3).unwrap_err().is_initializing_err());
    drop(first);
    assert_eq!(poll_once(second), Poll::Ready(&2));
}

#[test]
fn all_waiters_get_the_value_that_the_first_made() {
    let cell = OnceCell::new();
    let (send, receive) = crate::sync::oneshot::channel();
    let mut first = pin!(cell.get_or_init(async || receive.await.unwrap()));
    assert!(poll_once(first.as_mut()).is_pending());
    let mut others: Vec<_> = (0..3)
        .map(|_| Box::pin(cell.get_or_init(async || unreachable!())))
        .collect();
    for other in &mut others {
        assert!(poll_once(other.as_mut()).is_pending());
    }
    send.send(1).unwrap();
    assert_eq!(poll_once(first), Poll::Ready(&1));
    for other in &mut others {
        assert_eq!(poll_once(other.as_mut()), Poll::Ready(&1));
    }
}

#[test]
fn a_failed_initialization_is_left_to_the_next_task() {
    let mut cell = OnceCell::new();
    assert_eq!(at_once(cell.get_or_try_init(async || Err("no"))), Err("no"));
    assert!(!cell.initialized());
    let made = at_once(cell.get_or_try_init(async || Ok::<_, &str>(1)));
    assert_eq!(made, Ok(&1));
    assert_eq!(cell.take(), Some(1));
    assert_eq!(cell.set(2), Ok(()));
    assert_eq!(cell.clone(), OnceCell::from(2));
}

#[test]
fn a_preset_value_cannot_be_set_and_makes_no_task_wait() {
    let mut cell = const { OnceCell::const_new_with(1) };
    assert_eq!(cell.set(2), Err(SetError::AlreadyInitializedError(2)));
    assert_eq!(*at_once(cell.get_or_init(async || unreachable!())), 1);
    assert_eq!(cell.get_mut().copied(), Some(1));
    assert_eq!(cell.take(), Some(1));
    assert_eq!(cell.set(2), Ok(()));
}
