//! Signals and Ctrl-C.

use super::run;
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

#[test]
fn a_signal_reaches_every_listener_and_repeated_signals_count_as_one() {
    run("the signal", async {
        let (mut one, mut two) = (
            signal(libc::SIGUSR1).unwrap(),
            signal(SignalKind::user_defined1()).unwrap(),
        );
        for _ in 0..200 {
            // SAFETY: the signal has a handler.
            assert_eq!(unsafe { libc::raise(libc::SIGUSR1) }, 0);
        }
        one.recv().await.unwrap();
        two.recv().await.unwrap();
    });
}

#[test]
#[should_panic(expected = "you cannot listen for signal 9")]
fn listening_for_sigkill_panics_with_the_reason() {
    run("the panic", async {
        let _ = signal(libc::SIGKILL);
    });
}

/// Ctrl-C concerns the whole process, so these tests take turns.
static CTRL_C: Mutex<()> = Mutex::new(());

fn press_ctrl_c() {
    // SAFETY: the signal has a handler.
    assert_eq!(unsafe { libc::raise(libc::SIGINT) }, 0);
}

#[test]
fn a_ctrl_c_between_two_waits_ends_the_second_wait() {
    let _alone = CTRL_C.lock();
    run("ctrl-c", async {
        let wait = spawn_local(ctrl_c());
        yield_now().await;
        press_ctrl_c();
        wait.await.unwrap().unwrap();
        // There is no listener now, and the reactor does not look before the next wait.
        press_ctrl_c();
        let second = timeout(Duration::from_secs(5), ctrl_c()).await;
        second.expect("Ctrl-C was pressed before").unwrap();
        assert!(poll!(pin!(ctrl_c())).is_pending(), "it ends only one wait");
    });
}

#[test]
fn a_ctrl_c_that_was_handled_while_nothing_waited_ends_no_later_wait() {
    let _alone = CTRL_C.lock();
    run("ctrl-c", async {
        let wait = spawn_local(ctrl_c());
        yield_now().await;
        press_ctrl_c();
        wait.await.unwrap().unwrap();
        press_ctrl_c();
        // The reactor handles this Ctrl-C.
        for _ in 0..3 {
            yield_now().await;
        }
        let mut late = pin!(ctrl_c());
        assert!(
            poll!(late.as_mut()).is_pending(),
            "that Ctrl-C was handled before this wait"
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
            // SAFETY: the signal has a handler.
            assert_eq!(unsafe { libc::raise(libc::SIGUSR2) }, 0);
            // The reactor handles the signal while the listener is not polled.
            for _ in 0..3 {
                yield_now().await;
            }
            user.recv().await.unwrap();
            assert!(
                poll!(pin!(user.recv())).is_pending(),
                "the signal came only once"
            );
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
        // SAFETY: the signal has a handler.
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
        // SAFETY: the signal has a handler.
        assert_eq!(unsafe { libc::raise(libc::SIGIO) }, 0);
        wait.await.unwrap().unwrap();
    });
}

#[test]
fn a_ctrl_c_ends_a_wait_for_it() {
    let _alone = CTRL_C.lock();
    run("ctrl-c", async {
        let wait = spawn_local(ctrl_c());
        yield_now().await;
        // The first poll of the task has registered the handler.
        press_ctrl_c();
        wait.await.unwrap().unwrap();
    });
}
