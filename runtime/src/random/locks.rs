//! `Mutex` and `RwLock`: a writer is alone, and everyone who waits gets in.

use super::{Crew, Dice, attempt, explore, linger, run};
use crate::sync::{Mutex, RwLock};
use std::sync::{
    Arc,
    atomic::{AtomicIsize, Ordering::SeqCst},
};

/// The number of readers that hold the lock, or -1 for a writer.
#[derive(Default)]
struct Inside(AtomicIsize);

impl Inside {
    fn write(&self, dice: &Dice) {
        assert_eq!(self.0.swap(-1, SeqCst), 0, "a writer is not alone");
        linger(dice);
        assert_eq!(self.0.swap(0, SeqCst), -1, "a writer is not alone");
    }

    fn read(&self, dice: &Dice) {
        assert!(self.0.fetch_add(1, SeqCst) >= 0, "a reader beside a writer");
        linger(dice);
        assert!(self.0.fetch_sub(1, SeqCst) > 0, "a writer beside a reader");
    }
}

#[test]
fn a_mutex_lets_one_in_at_a_time() {
    explore(|dice| {
        let (mutex, inside) = (Arc::new(Mutex::new(0)), Arc::new(Inside::default()));
        let entered = Arc::new(AtomicIsize::new(0));
        let mut crew = Crew::default();
        for _ in 0..dice.up_to(3) {
            let (mutex, inside) = (Arc::clone(&mutex), Arc::clone(&inside));
            let entered = Arc::clone(&entered);
            crew.spawn(dice, move |dice| {
                for _ in 0..dice.up_to(4) {
                    if lock(dice, &mutex, &inside) {
                        entered.fetch_add(1, SeqCst);
                    }
                }
            });
        }
        crew.join();
        assert_eq!(*mutex.try_lock().unwrap(), entered.load(SeqCst));
    });
}

/// Adds one under the lock. Whether it got it.
fn lock(dice: &Dice, mutex: &Arc<Mutex<isize>>, inside: &Inside) -> bool {
    let change = |count: &mut isize| {
        inside.write(dice);
        *count += 1;
    };
    match dice.below(6) {
        0 => change(&mut *run(dice, mutex.lock())),
        1 => match attempt(dice, mutex.lock()) {
            Some(mut guard) => change(&mut guard),
            None => return false,
        },
        2 => match attempt(dice, Arc::clone(mutex).lock_owned()) {
            Some(mut guard) => change(&mut guard),
            None => return false,
        },
        3 => match mutex.try_lock() {
            Ok(mut guard) => change(&mut guard),
            Err(_) => return false,
        },
        4 => change(&mut mutex.blocking_lock()),
        _ => change(&mut Arc::clone(mutex).blocking_lock_owned()),
    }
    true
}

#[test]
fn a_writer_is_alone_and_readers_share() {
    explore(|dice| {
        let most = u32::try_from(dice.up_to(3)).expect("a few");
        let lock = Arc::new(RwLock::with_max_readers(0, most));
        let (inside, written) = (Arc::new(Inside::default()), Arc::new(AtomicIsize::new(0)));
        let mut crew = Crew::default();
        for _ in 0..dice.up_to(3) {
            let (lock, inside) = (Arc::clone(&lock), Arc::clone(&inside));
            let written = Arc::clone(&written);
            crew.spawn(dice, move |dice| {
                for _ in 0..dice.up_to(4) {
                    if read_or_write(dice, &lock, &inside) {
                        written.fetch_add(1, SeqCst);
                    }
                }
            });
        }
        crew.join();
        assert_eq!(*lock.try_write().unwrap(), written.load(SeqCst));
    });
}

/// Whether it has written.
fn read_or_write(dice: &Dice, lock: &Arc<RwLock<isize>>, inside: &Inside) -> bool {
    let write = |count: &mut isize| {
        inside.write(dice);
        *count += 1;
    };
    match dice.below(12) {
        0 => write(&mut *run(dice, lock.write())),
        1 => match attempt(dice, lock.write()) {
            Some(mut guard) => write(&mut guard),
            None => return false,
        },
        2 => match attempt(dice, Arc::clone(lock).write_owned()) {
            Some(mut guard) => {
                write(&mut guard);
                let guard = guard.downgrade();
                inside.read(dice);
                drop(guard);
            }
            None => return false,
        },
        3 => match lock.try_write() {
            Ok(mut guard) => {
                write(&mut guard);
                let guard = guard.downgrade();
                inside.read(dice);
                drop(guard);
            }
            Err(_) => return false,
        },
        4 => write(&mut lock.blocking_write()),
        kind => {
            match kind {
                5 | 6 => {
                    let _guard = run(dice, lock.read());
                    inside.read(dice);
                }
                7 | 8 => {
                    let guard = attempt(dice, lock.read());
                    guard.iter().for_each(|_| inside.read(dice));
                }
                9 => {
                    let guard = attempt(dice, Arc::clone(lock).read_owned());
                    guard.iter().for_each(|_| inside.read(dice));
                }
                10 => {
                    let guard = lock.try_read();
                    guard.iter().for_each(|_| inside.read(dice));
                }
                _ => {
                    let _guard = lock.blocking_read();
                    inside.read(dice);
                }
            }
            return false;
        }
    }
    true
}
