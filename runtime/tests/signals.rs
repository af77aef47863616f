//! Signals, with real ones.
#![cfg(all(unix, not(loom), not(miri)))]

use futures_util::poll;
use std::{future::poll_fn, pin::pin, sync::Mutex, time::Duration};
use wakeful::{
    Runtime,
    signal::{
        ctrl_c,
        unix::{SignalKind, signal},
    },
    spawn_local,
    task::yield_now,
    time::timeout,
};

/// Runs a test on a new runtime, with a time limit.
fn run<F: Future>(awaited: &str, future: F) -> F::Output {
    let runtime = Runtime::new().unwrap();
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), future).await });
    limited.unwrap_or_else(|_| panic!("waited in vain for {awaited}"))
}

#[test]
fn a_signal_reaches_every_listener_once_however_often_it_came() {
    run("the signal", async {
        let (mut one, mut two) = (
            signal(libc::SIGUSR1).unwrap(),
            signal(SignalKind::user_defined1()).unwrap(),
        );
        for _ in 0..200 {
            // SAFETY: a signal that is listened for.
            assert_eq!(unsafe { libc::raise(libc::SIGUSR1) }, 0);
        }
        one.recv().await.unwrap();
        two.recv().await.unwrap();
    });
}

#[test]
#[should_panic(expected = "you cannot listen for signal 9")]
fn listening_for_a_signal_that_the_system_forbids_panics() {
    run("the panic", async {
        let _ = signal(libc::SIGKILL);
    });
}

/// Ctrl-C reaches all tests of the process, so these tests take turns.
static CTRL_C: Mutex<()> = Mutex::new(());

fn press_ctrl_c() {
    // SAFETY: a signal that has been listened for.
    assert_eq!(unsafe { libc::raise(libc::SIGINT) }, 0);
}

#[test]
fn a_press_between_two_waits_ends_the_second_wait() {
    let _alone = CTRL_C.lock();
    run("ctrl-c", async {
        let wait = spawn_local(ctrl_c());
        yield_now().await;
        press_ctrl_c();
        wait.await.unwrap().unwrap();
        // No listener is there. The reactor does not look before the next wait.
        press_ctrl_c();
        let second = timeout(Duration::from_secs(5), ctrl_c()).await;
        second.expect("it has been pressed").unwrap();
        assert!(poll!(pin!(ctrl_c())).is_pending(), "it ends one wait only");
    });
}

#[test]
fn a_press_that_was_noticed_while_nothing_waited_ends_no_later_wait() {
    let _alone = CTRL_C.lock();
    run("ctrl-c", async {
        let wait = spawn_local(ctrl_c());
        yield_now().await;
        press_ctrl_c();
        wait.await.unwrap().unwrap();
        press_ctrl_c();
        // The reactor looks, and finds the press.
        for _ in 0..3 {
            yield_now().await;
        }
        let mut late = pin!(ctrl_c());
        assert!(
            poll!(late.as_mut()).is_pending(),
            "the press was long before"
        );
        press_ctrl_c();
        late.await.unwrap();
    });
}

#[test]
fn a_listener_misses_no_signal_while_it_is_not_polled() {
    run("the signal", async {
        let mut user = signal(SignalKind::user_defined2()).unwrap();
        for _ in 0..3 {
            // SAFETY: a signal that is listened for.
            assert_eq!(unsafe { libc::raise(libc::SIGUSR2) }, 0);
            // The reactor looks while the listener is not polled.
            for _ in 0..3 {
                yield_now().await;
            }
            user.recv().await.unwrap();
            assert!(poll!(pin!(user.recv())).is_pending(), "it came once");
        }
    });
}

#[test]
fn a_listener_whose_runtime_is_gone_returns_an_error() {
    let listen = async { signal(SignalKind::alarm()).unwrap() };
    let mut gone = Runtime::new().unwrap().block_on(listen);
    run("the error", async {
        let error = gone.recv().await.unwrap_err();
        assert!(error.to_string().contains("has shut down"), "{error}");
        // The next listener of the same signal works.
        let mut here = signal(SignalKind::alarm()).unwrap();
        // SAFETY: a signal that is listened for.
        assert_eq!(unsafe { libc::raise(libc::SIGALRM) }, 0);
        here.recv().await.unwrap();
    });
}

#[test]
fn poll_recv_wakes_the_task_that_polled_last() {
    run("the signal", async {
        let mut io = signal(SignalKind::io()).unwrap();
        assert!(poll!(pin!(io.recv())).is_pending());
        let wait = spawn_local(async move { poll_fn(|context| io.poll_recv(context)).await });
        yield_now().await;
        // SAFETY: a signal that is listened for.
        assert_eq!(unsafe { libc::raise(libc::SIGIO) }, 0);
        wait.await.unwrap().unwrap();
    });
}

#[test]
fn ctrl_c_ends_the_wait_for_it() {
    let _alone = CTRL_C.lock();
    run("ctrl-c", async {
        let wait = spawn_local(ctrl_c());
        yield_now().await;
        // The task's first poll has started to listen.
        press_ctrl_c();
        wait.await.unwrap().unwrap();
    });
}
