//! `Mutex` and `RwLock`: a writer is alone, and everyone who waits gets in.

use super::{Rng, Threads, attempt, explore, run, yield_some};
use crate::sync::{Mutex, RwLock};
use std::sync::{
    Arc,
    atomic::{AtomicIsize, Ordering::SeqCst},
};

/// The number of readers that hold the lock, or -1 for a writer.
#[derive(Default)]
struct Inside(AtomicIsize);

impl Inside {
    fn write(&self, rng: &Rng) {
        assert_eq!(self.0.swap(-1, SeqCst), 0, "a writer is not alone");
        yield_some(rng);
        assert_eq!(self.0.swap(0, SeqCst), -1, "a writer is not alone");
    }

    fn read(&self, rng: &Rng) {
        assert!(self.0.fetch_add(1, SeqCst) >= 0, "a reader beside a writer");
        yield_some(rng);
        assert!(self.0.fetch_sub(1, SeqCst) > 0, "a writer beside a reader");
    }
}

#[test]
fn a_mutex_lets_one_in_at_a_time() {
    explore(|rng| {
        let (mutex, inside) = (Arc::new(Mutex::new(0)), Arc::new(Inside::default()));
        let entered = Arc::new(AtomicIsize::new(0));
        let mut threads = Threads::default();
        for _ in 0..rng.up_to(3) {
            let (mutex, inside) = (Arc::clone(&mutex), Arc::clone(&inside));
            let entered = Arc::clone(&entered);
            threads.spawn(rng, move |rng| {
                for _ in 0..rng.up_to(4) {
                    if lock(rng, &mutex, &inside) {
                        entered.fetch_add(1, SeqCst);
                    }
                }
            });
        }
        threads.join();
        assert_eq!(*mutex.try_lock().unwrap(), entered.load(SeqCst));
    });
}

/// Adds one under the lock. Whether it got it.
fn lock(rng: &Rng, mutex: &Arc<Mutex<isize>>, inside: &Inside) -> bool {
    let change = |count: &mut isize| {
        inside.write(rng);
        *count += 1;
    };
    match rng.below(6) {
        0 => change(&mut *run(rng, mutex.lock())),
        1 => match attempt(rng, mutex.lock()) {
            Some(mut guard) => change(&mut guard),
            None => return false,
        },
        2 => match attempt(rng, Arc::clone(mutex).lock_owned()) {
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
    explore(|rng| {
        let most = u32::try_from(rng.up_to(3)).expect("a few");
        let lock = Arc::new(RwLock::with_max_readers(0, most));
        let (inside, written) = (Arc::new(Inside::default()), Arc::new(AtomicIsize::new(0)));
        let mut threads = Threads::default();
        for _ in 0..rng.up_to(3) {
            let (lock, inside) = (Arc::clone(&lock), Arc::clone(&inside));
            let written = Arc::clone(&written);
            threads.spawn(rng, move |rng| {
                for _ in 0..rng.up_to(4) {
                    if read_or_write(rng, &lock, &inside) {
                        written.fetch_add(1, SeqCst);
                    }
                }
            });
        }
        threads.join();
        assert_eq!(*lock.try_write().unwrap(), written.load(SeqCst));
    });
}

/// Whether it has written.
fn read_or_write(rng: &Rng, lock: &Arc<RwLock<isize>>, inside: &Inside) -> bool {
    let write = |count: &mut isize| {
        inside.write(rng);
        *count += 1;
    };
    match rng.below(12) {
        0 => write(&mut *run(rng, lock.write())),
        1 => match attempt(rng, lock.write()) {
            Some(mut guard) => write(&mut guard),
            None => return false,
        },
        2 => match attempt(rng, Arc::clone(lock).write_owned()) {
            Some(mut guard) => {
                write(&mut guard);
                let guard = guard.downgrade();
                inside.read(rng);
                drop(guard);
            }
            None => return false,
        },
        3 => match lock.try_write() {
            Ok(mut guard) => {
                write(&mut guard);
                let guard = guard.downgrade();
                inside.read(rng);
                drop(guard);
            }
            Err(_) => return false,
        },
        4 => write(&mut lock.blocking_write()),
        kind => {
            match kind {
                5 | 6 => {
                    let _guard = run(rng, lock.read());
                    inside.read(rng);
                }
                7 | 8 => {
                    let guard = attempt(rng, lock.read());
                    guard.iter().for_each(|_| inside.read(rng));
                }
                9 => {
                    let guard = attempt(rng, Arc::clone(lock).read_owned());
                    guard.iter().for_each(|_| inside.read(rng));
                }
                10 => {
                    let guard = lock.try_read();
                    guard.iter().for_each(|_| inside.read(rng));
                }
                _ => {
                    let _guard = lock.blocking_read();
                    inside.read(rng);
                }
            }
            return false;
        }
    }
    true
}
