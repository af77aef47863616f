//! Loom models of the blocking pool, trap 20: its own threads and tasks, with
//! a time that passes when the model says so.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p wakeful --lib --release`

use super::{Pool, Settings};
use crate::{
    primitives::{let_one_wait_end, refuse_threads},
    task::{Schedule, StateWord, Task},
};
use loom::{
    cell::UnsafeCell,
    model,
    sync::{Arc, Notify, mpsc},
    thread,
};
use std::{
    future::poll_fn,
    panic::Location,
    task::{Poll, Wake, Waker},
    time::Duration,
};

/// A pool of at most so many threads, each of which gives up some time.
fn pool(max_threads: usize) -> std::sync::Arc<Pool> {
    let keep_alive = Duration::from_secs(10);
    let settings = Settings {
        max_threads,
        keep_alive,
    };
    Pool::new(settings, None)
}

fn is_empty(pool: &Pool) -> bool {
    let state = pool.lock();
    state.queue.is_empty() && (state.threads, state.idle, state.promised) == (0, 0, 0)
}

/// Time passes for a thread that waits for work, or for the next that will.
fn let_a_thread_give_up(pool: &Pool) {
    let_one_wait_end(&pool.state, &pool.work_came);
}

#[derive(Debug, PartialEq, Eq)]
enum Word {
    Done,
    Cancelled,
}

/// Says what has become of a piece of work: once, or loom reports that nobody
/// can go on.
struct Says(mpsc::Sender<Word>, Word);

impl Drop for Says {
    fn drop(&mut self) {
        let word = std::mem::replace(&mut self.1, Word::Cancelled);
        self.0.send(word).unwrap();
    }
}

struct Nowhere;

impl Schedule for Nowhere {
    unsafe fn schedule(_: *const Self, _: Task) {}
    fn unbind(&self, _: &Task) -> Option<Task> {
        None
    }
}

/// Work as the pool knows it, without a handle: who waits hears from itself.
fn work(say: &mpsc::Sender<Word>, code: impl Fn() + Send + 'static) -> Task {
    let mut says = Some(Says(say.clone(), Word::Cancelled));
    let future = poll_fn(move |_| {
        let mut says = says.take().expect("polled once");
        code();
        says.1 = Word::Done;
        Poll::Ready(())
    });
    Task::new(
        future,
        Nowhere,
        StateWord::scheduled(1),
        Location::caller(),
        0,
    )
}

/// Another thread brings work.
fn submit_elsewhere(pool: &std::sync::Arc<Pool>, work: Task) -> thread::JoinHandle<()> {
    let pool = std::sync::Arc::clone(pool);
    thread::spawn(move || pool.submit(work))
}

/// A place for one at a time. Loom reports it if two are there at once, or if
/// one does not see what the other did.
struct Place(UnsafeCell<usize>);

// SAFETY: what the models are about.
unsafe impl Sync for Place {}

impl Place {
    fn new() -> Arc<Self> {
        Arc::new(Self(UnsafeCell::new(0)))
    }

    fn visit(&self) {
        // SAFETY: as above.
        self.0.with_mut(|visits| unsafe { *visits += 1 });
    }

    fn visits(&self) -> usize {
        // SAFETY: as above.
        self.0.with(|visits| unsafe { *visits })
    }
}

#[test]
fn trap_20_work_that_comes_as_the_last_thread_gives_up_is_done() {
    model(|| {
        let (pool, (say, hear)) = (pool(1), mpsc::channel());
        pool.submit(work(&say, || ()));
        let time = {
            let pool = std::sync::Arc::clone(&pool);
            thread::spawn(move || let_a_thread_give_up(&pool))
        };
        assert_eq!(hear.recv(), Ok(Word::Done));
        // The thread does not wait yet, waits, has given up or is gone.
        pool.submit(work(&say, || ()));
        assert_eq!(hear.recv(), Ok(Word::Done));
        time.join().unwrap();
        pool.shut_down(None);
        assert!(is_empty(&pool));
    });
}

#[test]
fn trap_20_two_pieces_of_work_that_come_as_a_thread_gives_up_are_both_done() {
    model(|| {
        let (pool, (say, hear)) = (pool(2), mpsc::channel());
        let_a_thread_give_up(&pool);
        let other = submit_elsewhere(&pool, work(&say, || ()));
        pool.submit(work(&say, || ()));
        assert_eq!(hear.recv(), Ok(Word::Done));
        assert_eq!(hear.recv(), Ok(Word::Done));
        other.join().unwrap();
        pool.shut_down(None);
        assert!(is_empty(&pool));
    });
}

#[test]
fn trap_20_no_more_run_at_once_than_there_may_be_threads() {
    model(|| {
        let (pool, place, (say, hear)) = (pool(1), Place::new(), mpsc::channel());
        let visit = |place: &Arc<Place>| {
            let place = Arc::clone(place);
            work(&say, move || place.visit())
        };
        let other = submit_elsewhere(&pool, visit(&place));
        pool.submit(visit(&place));
        assert_eq!(hear.recv(), Ok(Word::Done));
        assert_eq!(hear.recv(), Ok(Word::Done));
        other.join().unwrap();
        pool.shut_down(None);
        assert_eq!(place.visits(), 2);
    });
}

#[test]
fn trap_16_work_that_comes_as_the_pool_ends_is_done_before_or_cancelled() {
    model(|| {
        let (pool, place, (say, hear)) = (pool(1), Place::new(), mpsc::channel());
        let other = {
            let (pool, place) = (std::sync::Arc::clone(&pool), Arc::clone(&place));
            let work = work(&say, move || place.visit());
            thread::spawn(move || pool.submit(work))
        };
        pool.shut_down(None);
        // Nobody works after the end, and what was done is seen.
        let done = place.visits() == 1;
        let word = if done { Word::Done } else { Word::Cancelled };
        assert_eq!(hear.recv(), Ok(word));
        assert!(is_empty(&pool));
        other.join().unwrap();
    });
}

#[test]
fn trap_16_work_that_is_queued_as_the_pool_ends_is_done_or_cancelled() {
    model(|| {
        let (pool, place, (say, hear)) = (pool(1), Place::new(), mpsc::channel());
        for _ in 0..2 {
            // The second waits for the thread that has the first.
            let place = Arc::clone(&place);
            pool.submit(work(&say, move || place.visit()));
        }
        pool.shut_down(None);
        let words = [hear.recv().unwrap(), hear.recv().unwrap()];
        let done = words.iter().filter(|word| **word == Word::Done).count();
        assert_eq!(place.visits(), done);
        assert!(is_empty(&pool));
    });
}

#[test]
fn trap_20_a_thread_that_gives_up_as_the_pool_ends_is_waited_for_and_ends_once() {
    model(|| {
        let (pool, place, (say, hear)) = (pool(1), Place::new(), mpsc::channel());
        let_a_thread_give_up(&pool);
        let visit = Arc::clone(&place);
        pool.submit(work(&say, move || visit.visit()));
        pool.shut_down(None);
        let done = place.visits() == 1;
        let word = if done { Word::Done } else { Word::Cancelled };
        assert_eq!(hear.recv(), Ok(word));
        assert!(is_empty(&pool));
    });
}

#[test]
fn trap_16_an_end_without_patience_loses_no_work_that_has_begun() {
    model(|| {
        let (pool, (say, hear)) = (pool(1), mpsc::channel());
        pool.submit(work(&say, || ()));
        // Whoever waits first has waited long enough: the end, or the thread.
        let_one_wait_end(&pool.state, &pool.thread_ended);
        pool.shut_down(Some(Duration::ZERO));
        assert!(hear.recv().is_ok());
    });
}

#[test]
fn trap_16_work_for_which_no_thread_can_be_started_holds_up_no_end() {
    model(|| {
        let (pool, (say, hear)) = (pool(1), mpsc::channel());
        refuse_threads();
        let other = submit_elsewhere(&pool, work(&say, || ()));
        pool.shut_down(None);
        other.join().unwrap();
        assert_eq!(hear.recv(), Ok(Word::Cancelled));
        assert!(is_empty(&pool));
    });
}

#[test]
fn trap_20_work_for_which_no_thread_can_be_started_is_another_threads_or_cancelled() {
    model(|| {
        let (pool, (say, hear)) = (pool(2), mpsc::channel());
        pool.submit(work(&say, || ()));
        refuse_threads();
        // The one thread that there is finds it, or has given up.
        let_a_thread_give_up(&pool);
        pool.submit(work(&say, || ()));
        let words = [hear.recv().unwrap(), hear.recv().unwrap()];
        assert!(words.contains(&Word::Done), "the first has its thread");
        pool.shut_down(None);
        assert!(is_empty(&pool));
    });
}

/// Waits as a runtime does whose clock stands still, once it has found nothing
/// else to do.
fn wait_until_idle(pool: &Pool) {
    struct Bell(Notify);
    impl Wake for Bell {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.notify();
        }
    }
    let bell = std::sync::Arc::new(Bell(Notify::new()));
    let waker = Waker::from(std::sync::Arc::clone(&bell));
    while pool.poll_idle(&waker).is_pending() {
        // Should nobody ring, loom reports that nobody can go on.
        bell.0.wait();
    }
}

#[test]
fn who_waits_for_an_idle_pool_is_told_and_sees_what_was_done() {
    model(|| {
        let (pool, place, (say, _hear)) = (pool(1), Place::new(), mpsc::channel());
        let visit = Arc::clone(&place);
        pool.submit(work(&say, move || visit.visit()));
        wait_until_idle(&pool);
        assert_eq!(place.visits(), 1);
        pool.shut_down(None);
    });
}

#[test]
fn who_waits_for_an_idle_pool_is_told_of_work_that_nobody_will_do() {
    model(|| {
        let (pool, (say, hear)) = (pool(1), mpsc::channel());
        refuse_threads();
        let other = submit_elsewhere(&pool, work(&say, || ()));
        wait_until_idle(&pool);
        other.join().unwrap();
        assert_eq!(hear.recv(), Ok(Word::Cancelled));
    });
}

#[test]
fn trap_20_two_for_whose_work_no_thread_can_be_started_both_hear_of_it() {
    model(|| {
        let (pool, (say, hear)) = (pool(2), mpsc::channel());
        refuse_threads();
        let other = submit_elsewhere(&pool, work(&say, || ()));
        pool.submit(work(&say, || ()));
        other.join().unwrap();
        assert_eq!(hear.recv(), Ok(Word::Cancelled));
        assert_eq!(hear.recv(), Ok(Word::Cancelled));
        assert!(is_empty(&pool));
    });
}
