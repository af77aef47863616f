use crate::sync::{
    MappedMutexGuard, Mutex, MutexGuard, OwnedMappedMutexGuard, OwnedMutexGuard,
    OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock,
    RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard, testing::at_once,
};
use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

#[test]
fn a_mapped_guard_changes_the_part_and_keeps_the_mutex_locked() {
    let mutex = Mutex::new((1, [2, 3]));
    let guard = MutexGuard::map(at_once(mutex.lock()), |pair| &mut pair.1);
    assert!(mutex.try_lock().is_err());
    let mut last = MappedMutexGuard::map(guard, |numbers| &mut numbers[1]);
    *last = 4;
    assert_eq!(format!("{last} {last:?}"), "4 4");
    assert!(mutex.try_lock().is_err());
    drop(last);
    assert_eq!(mutex.into_inner(), (1, [2, 4]));
}

#[test]
fn a_map_that_finds_nothing_returns_the_guard() {
    let mutex = Mutex::new([1, 2]);
    let guard = at_once(mutex.lock());
    let guard = MutexGuard::try_map(guard, |numbers| numbers.get_mut(2)).unwrap_err();
    assert!(std::ptr::eq(MutexGuard::mutex(&guard), &raw const mutex));
    let guard = MutexGuard::try_map(guard, |numbers| numbers.get_mut(..1)).unwrap();
    let guard = MappedMutexGuard::try_map(guard, |slice| slice.get_mut(1)).unwrap_err();
    let mut first = MappedMutexGuard::try_map(guard, |slice| slice.get_mut(0)).unwrap();
    *first = 5;
    assert!(mutex.try_lock().is_err());
    drop(first);
    assert_eq!(*at_once(mutex.lock()), [5, 2]);
}

#[test]
fn an_owned_mapped_guard_keeps_its_mutex_alive() {
    let mutex = Arc::new(Mutex::new(([1, 2], 3)));
    let weak = Arc::downgrade(&mutex);
    let guard = at_once(mutex.lock_owned());
    let guard = OwnedMutexGuard::map(guard, |pair| &mut pair.0);
    let guard = OwnedMappedMutexGuard::try_map(guard, |_| None::<&mut i32>).unwrap_err();
    let mut last = OwnedMappedMutexGuard::map(guard, |numbers| &mut numbers[1]);
    *last += 1;
    assert_eq!(*last, 3);
    assert!(weak.upgrade().unwrap().try_lock().is_err());
    drop(last);
    assert!(weak.upgrade().is_none());

    let mutex = Arc::new(Mutex::new(Some(1)));
    let guard = at_once(Arc::clone(&mutex).lock_owned());
    let mut value = OwnedMutexGuard::try_map(guard, Option::as_mut).unwrap();
    *value = 2;
    drop(value);
    *at_once(mutex.lock()) = None;
    let guard = at_once(Arc::clone(&mutex).lock_owned());
    let guard = OwnedMutexGuard::try_map(guard, Option::as_mut).unwrap_err();
    assert!(Arc::ptr_eq(OwnedMutexGuard::mutex(&guard), &mutex));
}

#[test]
fn a_map_that_panics_frees_the_lock() {
    let mutex = Mutex::new(1);
    let map = || {
        MutexGuard::map(at_once(mutex.lock()), |_| -> &mut i32 {
            panic!("on purpose")
        })
    };
    assert!(catch_unwind(AssertUnwindSafe(|| drop(map()))).is_err());
    assert!(mutex.try_lock().is_ok());

    let lock = RwLock::new(1);
    let map = || {
        RwLockWriteGuard::downgrade_map(at_once(lock.write()), |_| -> &i32 { panic!("on purpose") })
    };
    assert!(catch_unwind(AssertUnwindSafe(|| drop(map()))).is_err());
    assert!(lock.try_write().is_ok());
}

#[test]
fn mapped_readers_share_the_lock() {
    let lock = RwLock::new((1, "one"));
    let number = RwLockReadGuard::map(at_once(lock.read()), |pair| &pair.0);
    let name = RwLockReadGuard::map(at_once(lock.read()), |pair| pair.1);
    assert_eq!((*number, &*name), (1, "one"));
    let name = RwLockReadGuard::try_map(name, |name| name.get(9..)).unwrap_err();
    let initial = RwLockReadGuard::try_map(name, |name| name.get(..1)).unwrap();
    assert_eq!(format!("{initial} {initial:?}"), "o \"o\"");
    drop(number);
    assert!(lock.try_write().is_err());
    drop(initial);
    assert!(lock.try_write().is_ok());
}

#[test]
fn an_owned_mapped_reader_keeps_its_lock_alive() {
    let lock = Arc::new(RwLock::new([1, 2]));
    let guard = at_once(Arc::clone(&lock).read_owned());
    let first = OwnedRwLockReadGuard::map(guard, |numbers| &numbers[0]);
    assert!(Arc::ptr_eq(OwnedRwLockReadGuard::rwlock(&first), &lock));
    let first = OwnedRwLockReadGuard::try_map(first, |_| None::<&i32>).unwrap_err();
    let first = OwnedRwLockReadGuard::try_map(first, |number| Some(number)).unwrap();
    assert!(lock.try_write().is_err());
    let weak = Arc::downgrade(&lock);
    drop(lock);
    assert_eq!(*first, 1);
    drop(first);
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_mapped_writer_excludes_all_others() {
    let lock = RwLock::new((1, [2, 3]));
    let guard = RwLockWriteGuard::map(at_once(lock.write()), |pair| &mut pair.1);
    let guard = RwLockMappedWriteGuard::try_map(guard, |_| None::<&mut i32>).unwrap_err();
    let mut last = RwLockMappedWriteGuard::map(guard, |numbers| &mut numbers[1]);
    *last = 4;
    assert!(lock.try_read().is_err());
    drop(last);
    let guard = at_once(lock.write());
    let guard = RwLockWriteGuard::try_map(guard, |_| None::<&mut i32>).unwrap_err();
    let mut first = RwLockWriteGuard::try_map(guard, |pair| pair.1.first_mut()).unwrap();
    *first = 5;
    drop(first);
    let mut whole = RwLockWriteGuard::into_mapped(at_once(lock.write()));
    whole.0 = 6;
    drop(whole);
    assert_eq!(lock.into_inner(), (6, [5, 4]));
}

#[test]
fn an_owned_mapped_writer_keeps_its_lock_alive() {
    let lock = Arc::new(RwLock::new([1, 2]));
    let write = || at_once(Arc::clone(&lock).write_owned());
    let guard = OwnedRwLockWriteGuard::into_mapped(write());
    assert!(Arc::ptr_eq(
        OwnedRwLockMappedWriteGuard::rwlock(&guard),
        &lock
    ));
    let mut first = OwnedRwLockMappedWriteGuard::map(guard, |numbers| &mut numbers[0]);
    *first = 3;
    assert!(lock.try_read().is_err());
    drop(first);
    let guard = OwnedRwLockWriteGuard::try_map(write(), |_| None::<&mut i32>).unwrap_err();
    assert!(Arc::ptr_eq(OwnedRwLockWriteGuard::rwlock(&guard), &lock));
    let last = OwnedRwLockWriteGuard::map(guard, |numbers| &mut numbers[1]);
    let mut last = OwnedRwLockMappedWriteGuard::try_map(last, |number| Some(number)).unwrap();
    *last = 4;
    drop(last);
    let weak = Arc::downgrade(&lock);
    let guard = OwnedRwLockWriteGuard::map(write(), |numbers| numbers);
    drop(lock);
    assert_eq!(*guard, [3, 4]);
    drop(guard);
    assert!(weak.upgrade().is_none());
}

#[test]
fn a_writer_that_becomes_a_reader_of_a_part_lets_readers_in() {
    let lock = Arc::new(RwLock::new((1, 2)));
    let first = RwLockWriteGuard::downgrade_map(at_once(lock.write()), |pair| &pair.0);
    assert_eq!((*first, at_once(lock.read()).1), (1, 2));
    assert!(lock.try_write().is_err());
    drop(first);

    let guard = at_once(Arc::clone(&lock).write_owned());
    let second = OwnedRwLockWriteGuard::downgrade_map(guard, |pair| &pair.1);
    assert_eq!((*second, at_once(lock.read()).0), (2, 1));
    drop(second);
    assert!(lock.try_write().is_ok());
}

#[test]
fn a_writer_that_finds_no_part_stays_a_writer() {
    let lock = Arc::new(RwLock::new((1, 2)));
    let guard = at_once(lock.write());
    let mut guard = RwLockWriteGuard::try_downgrade_map(guard, |_| None::<&i32>).unwrap_err();
    guard.0 = 3;
    assert!(lock.try_read().is_err());
    let part = RwLockWriteGuard::try_downgrade_map(guard, |pair| Some(&pair.0)).unwrap();
    assert_eq!((*part, at_once(lock.read()).0), (3, 3));
    drop(part);

    let guard = at_once(Arc::clone(&lock).write_owned());
    let mut guard = OwnedRwLockWriteGuard::try_downgrade_map(guard, |_| None::<&i32>).unwrap_err();
    guard.1 = 4;
    assert!(lock.try_read().is_err());
    let part = OwnedRwLockWriteGuard::try_downgrade_map(guard, |pair| Some(&pair.1)).unwrap();
    assert_eq!((*part, at_once(lock.read()).1), (4, 4));
    drop(part);
    assert!(lock.try_write().is_ok());
}

#[test]
fn mapped_guards_of_send_and_sync_values_are_send_and_sync() {
    fn crosses<T: Send + Sync>() {}
    fn is_send<T: Send>() {}
    crosses::<MappedMutexGuard<'_, u8>>();
    crosses::<OwnedMappedMutexGuard<u8, str>>();
    crosses::<OwnedRwLockReadGuard<u8, str>>();
    crosses::<RwLockMappedWriteGuard<'_, [u8]>>();
    crosses::<OwnedRwLockMappedWriteGuard<u8, str>>();
    // A mutex lends its value to one thread at a time, so `Send` is enough.
    is_send::<MutexGuard<'_, Cell<u8>>>();
    is_send::<MappedMutexGuard<'_, Cell<u8>>>();
    is_send::<OwnedMappedMutexGuard<Cell<u8>, Cell<u8>>>();
}
