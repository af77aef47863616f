//! Signals and Ctrl-C.

use super::run;
use futures_util::poll;
use std::{pin::pin, sync::Mutex, time::Duration};
use wakeful::{
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
#[should_panic(expected = "signal 9 cannot be listened for")]
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
fn a_ctrl_c_between_two_waits_ends_the_second() {
    let _alone = CTRL_C.lock();
    run("ctrl-c", async {
        let wait = spawn_local(ctrl_c());
        yield_now().await;
        press_ctrl_c();
        wait.await.unwrap().unwrap();
        // There is no listener now, and the reactor handles the signal.
        press_ctrl_c();
        for _ in 0..3 {
            yield_now().await;
        }
        let second = timeout(Duration::from_secs(5), ctrl_c()).await;
        second.expect("Ctrl-C was pressed before").unwrap();
        assert!(
            poll!(pin!(ctrl_c())).is_pending(),
            "it was pressed only once"
        );
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
