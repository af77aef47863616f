//! Shared by the tests: a watchdog, a future that a test controls, and a value that
//! records where it was dropped.

use std::{
    cell::RefCell,
    future::{Future, poll_fn},
    io::{self, Write},
    pin::Pin,
    rc::Rc,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, ThreadId},
    time::Duration,
};
use wakeful::Runtime;

/// Runs `test`. If it hangs, prints what it waited for and aborts the process.
pub fn watched<T>(awaited: &'static str, test: impl FnOnce() -> T) -> T {
    struct Done(Arc<(Mutex<bool>, Condvar)>);
    impl Drop for Done {
        fn drop(&mut self) {
            *self.0.0.lock().unwrap() = true;
            self.0.1.notify_all();
        }
    }
    let limit = Duration::from_secs(if cfg!(miri) { 600 } else { 30 });
    let done = Arc::new((Mutex::new(false), Condvar::new()));
    let watched = Arc::clone(&done);
    let _done = Done(done);
    thread::spawn(move || {
        let lock = watched.0.lock().unwrap();
        let waited = watched.1.wait_timeout_while(lock, limit, |done| !*done);
        if waited.unwrap().1.timed_out() {
            // The test harness would capture the output of `eprintln!`.
            let _ = writeln!(
                io::stderr(),
                "waited {limit:?} without success for {awaited}"
            );
            std::process::abort();
        }
    });
    test()
}

/// Runs `future` on a new runtime, with a watchdog.
pub fn run<F: Future>(awaited: &'static str, future: F) -> F::Output {
    let runtime = Runtime::new().unwrap();
    watched(awaited, || runtime.block_on(future))
}

/// A future that is ready after the test opens it. It counts its polls and keeps its
/// last waker.
#[derive(Clone, Default)]
pub struct Gate(Rc<RefCell<GateState>>);

#[derive(Default)]
struct GateState {
    open: bool,
    polls: usize,
    waker: Option<Waker>,
}

impl Gate {
    /// Makes the next poll ready. Does not wake the task.
    pub fn open(&self) {
        self.0.borrow_mut().open = true;
    }

    pub fn polls(&self) -> usize {
        self.0.borrow().polls
    }

    pub fn waker(&self) -> Waker {
        self.0.borrow().waker.clone().expect("the gate was polled")
    }
}

impl Future for Gate {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.borrow_mut();
        state.polls += 1;
        state.waker = Some(context.waker().clone());
        if state.open {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

/// Records on which thread each of its values was dropped.
#[derive(Clone, Default)]
pub struct Drops(Arc<Mutex<Vec<ThreadId>>>);

/// A value of [`Drops`].
pub struct Droplet(Drops);

impl Drops {
    pub fn droplet(&self) -> Droplet {
        Droplet(self.clone())
    }

    pub fn count(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// The threads on which the values were dropped, in that order.
    pub fn threads(&self) -> Vec<ThreadId> {
        self.0.lock().unwrap().clone()
    }

    pub fn all_here(&self) -> bool {
        let here = thread::current().id();
        self.0.lock().unwrap().iter().all(|thread| *thread == here)
    }
}

impl Drop for Droplet {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().push(thread::current().id());
    }
}

/// A waker that counts its wakes.
#[derive(Default)]
pub struct Count(AtomicUsize);

impl Count {
    pub fn wakes(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Runs every ready task a few times.
pub async fn settle() {
    for _ in 0..4 {
        wakeful::task::yield_now().await;
    }
}

/// Lets the reactor report all past events, and runs the tasks they wake.
pub async fn settle_reactor() {
    for _ in 0..2 {
        wakeful::spawn_blocking(|| ()).await.unwrap();
        settle().await;
    }
}

/// Asserts that `future` is still pending after everything has settled.
#[cfg(not(miri))]
pub async fn assert_waits<F: Future>(future: F, why: &str) {
    let mut future = std::pin::pin!(future);
    let mut polled = async || futures_util::poll!(future.as_mut()).is_ready();
    assert!(!polled().await, "{why}");
    settle_reactor().await;
    assert!(!polled().await, "{why}");
}

/// A socket that is bound to a port, so no other can take it, but does not listen.
#[cfg(not(miri))]
pub fn mute() -> wakeful::net::TcpSocket {
    let socket = wakeful::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    socket
}

/// Two tasks that take turns, each waking the other.
#[derive(Clone, Default)]
pub struct Game(Arc<(AtomicUsize, [Mutex<Option<Waker>>; 2])>);

impl Game {
    /// One of the two tasks. Waits for its turn, then gives the other its turn.
    pub async fn side(self, mine: usize, rounds: usize) {
        let (turn, wakers) = &*self.0;
        for round in 0..rounds {
            let expected = 2 * round + mine;
            poll_fn(|context| {
                *wakers[mine].lock().unwrap() = Some(context.waker().clone());
                if turn.load(SeqCst) == expected {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            turn.store(expected + 1, SeqCst);
            let other = wakers[1 - mine].lock().unwrap().take();
            other.into_iter().for_each(Waker::wake);
        }
    }
}
