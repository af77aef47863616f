use crate::sync::{
    Mutex, RwLock,
    testing::{at_once, poll_once},
};
use std::{pin::pin, sync::Arc, task::Poll};

#[test]
fn a_mutex_goes_to_the_waiter_that_came_first() {
    let mutex = Mutex::new(0);
    let mut first = at_once(mutex.lock());
    assert!(mutex.try_lock().is_err());
    let mut second = pin!(mutex.lock());
    let mut third = pin!(mutex.lock());
    assert!(poll_once(second.as_mut()).is_pending());
    assert!(poll_once(third.as_mut()).is_pending());
    *first += 1;
    drop(first);
    assert!(mutex.try_lock().is_err(), "the second task has it");
    assert!(poll_once(third.as_mut()).is_pending());
    let Poll::Ready(second) = poll_once(second) else {
        panic!("the second task has it")
    };
    assert_eq!(*second, 1);
    drop(second);
    assert!(poll_once(third).is_ready());
}

#[test]
fn a_panic_frees_the_mutex() {
    let mutex = Arc::new(Mutex::new(0));
    let other = Arc::clone(&mutex);
    let panicked = std::thread::spawn(move || {
        let _guard = other.blocking_lock();
        panic!("while it is locked, on purpose");
    });
    assert!(panicked.join().is_err());
    assert!(mutex.try_lock().is_ok());
}

#[test]
fn an_owned_guard_keeps_its_mutex_alive() {
    let mutex = Arc::new(Mutex::new(vec![1]));
    let mut guard = at_once(Arc::clone(&mutex).lock_owned());
    guard.push(2);
    assert!(Arc::clone(&mutex).try_lock_owned().is_err());
    assert_eq!(
        format!("{guard:?} {mutex:?}"),
        "[1, 2] Mutex { data: <locked> }"
    );
    drop(guard);
    let mutex = Arc::into_inner(mutex).unwrap();
    assert_eq!(format!("{mutex:?}"), "Mutex { data: [1, 2] }");
    assert_eq!(mutex.into_inner(), [1, 2]);
}

#[test]
fn a_mutex_may_hold_an_unsized_value() {
    let mutex: Arc<Mutex<[u8]>> = Arc::new(Mutex::new([1, 2]));
    at_once(mutex.lock())[0] = 3;
    assert_eq!(*at_once(mutex.lock()), [3, 2]);
}

#[test]
fn readers_share_the_lock_and_a_writer_excludes_them() {
    let lock = RwLock::new(1);
    let one = at_once(lock.read());
    let other = at_once(lock.read());
    assert!(lock.try_write().is_err());
    drop((one, other));
    let mut writer = at_once(lock.write());
    assert!(lock.try_read().is_err());
    *writer = 2;
    let reader = writer.downgrade();
    assert_eq!((*reader, *at_once(lock.read())), (2, 2));
}

#[test]
fn readers_do_not_overtake_a_writer_that_waits() {
    let lock = RwLock::new(());
    let reader = at_once(lock.read());
    let mut writer = Box::pin(lock.write());
    assert!(poll_once(writer.as_mut()).is_pending());
    let mut late = pin!(lock.read());
    assert!(poll_once(late.as_mut()).is_pending());
    assert!(lock.try_read().is_err());
    // Without the writer, the reader may go on.
    drop(writer);
    assert!(poll_once(late).is_ready());
    drop(reader);
}

#[test]
fn a_lock_has_at_most_max_readers() {
    let lock = Arc::new(RwLock::with_max_readers((), 2));
    let first = at_once(Arc::clone(&lock).read_owned());
    let _second = lock.try_read().unwrap();
    assert!(lock.try_read().is_err());
    drop(first);
    assert!(lock.try_read().is_ok());
}

#[test]
fn an_owned_write_guard_can_be_downgraded() {
    let lock = Arc::new(RwLock::new(1));
    let mut writer = at_once(Arc::clone(&lock).write_owned());
    *writer = 2;
    let reader = writer.downgrade();
    assert_eq!(*reader, 2);
    assert!(Arc::clone(&lock).try_read_owned().is_ok());
    assert!(Arc::clone(&lock).try_write_owned().is_err());
    drop(reader);
    assert_eq!(Arc::strong_count(&lock), 1);
    assert!(lock.try_write().is_ok());
}

#[test]
fn blocking_lock_panics_inside_a_runtime() {
    let mutex = Mutex::new(7);
    assert_eq!(*mutex.blocking_lock(), 7);
    let shared = Arc::new(Mutex::new(8));
    let held = Arc::clone(&shared).blocking_lock_owned();
    assert_eq!(*held, 8);
    assert!(shared.try_lock().is_err());
    drop(held);
    assert!(shared.try_lock().is_ok());
    let runtime = crate::Runtime::new().unwrap();
    let refused = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        runtime.block_on(async { *mutex.blocking_lock() })
    }));
    let message = *refused.unwrap_err().downcast::<&str>().unwrap();
    assert!(message.contains("spawn_blocking"), "{message}");
}

#[test]
fn guards_are_send_and_sync() {
    fn crosses<T: Send + Sync>(_: &T) {}
    let (mutex, lock) = (Mutex::new(1), RwLock::new(1));
    crosses(&mutex.lock());
    crosses(&mutex.try_lock().unwrap());
    crosses(&lock.try_write().unwrap());
    crosses(&lock.try_read().unwrap());
}

#[test]
fn a_static_lock_can_have_a_reader_limit() {
    static LOCK: RwLock<i32> = RwLock::const_with_max_readers(1, 1);
    let reader = LOCK.try_read().unwrap();
    assert_eq!(*reader, 1);
    assert!(LOCK.try_read().is_err());
}

#[test]
fn blocked_threads_get_the_lock_to_read_and_to_write() {
    let lock = RwLock::new(1);
    std::thread::scope(|threads| {
        let mut writer = lock.blocking_write();
        let reader = threads.spawn(|| *lock.blocking_read());
        *writer = 2;
        drop(writer);
        assert_eq!(reader.join().unwrap(), 2);
    });
}

#[test]
fn a_cancelled_wait_for_a_mutex_passes_the_lock_on() {
    let mutex = Mutex::new(());
    let guard = at_once(mutex.lock());
    let mut first = Box::pin(mutex.lock());
    let mut second = pin!(mutex.lock());
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_once(second.as_mut()).is_pending());
    drop(guard);
    drop(first);
    assert!(poll_once(second).is_ready());
}

#[test]
fn a_downgrade_lets_waiting_readers_in_but_no_writer() {
    let lock = RwLock::new(1);
    let writer = at_once(lock.write());
    let mut reader = pin!(lock.read());
    let mut next_writer = pin!(lock.write());
    assert!(poll_once(reader.as_mut()).is_pending());
    assert!(poll_once(next_writer.as_mut()).is_pending());
    let downgraded = writer.downgrade();
    let reader = poll_once(reader);
    assert!(reader.is_ready());
    assert!(poll_once(next_writer.as_mut()).is_pending());
    drop((downgraded, reader));
    assert!(poll_once(next_writer).is_ready());
}
