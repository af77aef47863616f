//! Child processes and signals, with real ones.
#![cfg(all(unix, not(loom), not(miri)))]

use futures_util::{AsyncReadExt, AsyncWriteExt, poll};
use std::{
    future::poll_fn,
    pin::pin,
    process::{Command as StdCommand, Stdio},
    sync::Mutex,
    time::Duration,
};
use wakeful::{
    Runtime,
    process::Command,
    runtime::Builder,
    signal::{
        ctrl_c,
        unix::{SignalKind, signal},
    },
    spawn, spawn_blocking, spawn_local,
    task::{block_in_place, yield_now},
    time::timeout,
};

/// Everything here is over in a moment; what is not has hung.
fn run<F: Future>(awaited: &str, future: F) -> F::Output {
    let runtime = Runtime::new().unwrap();
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), future).await });
    limited.unwrap_or_else(|_| panic!("waited in vain for {awaited}"))
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn output_collects_both_pipes_and_the_status() {
    run("the shell", async {
        let output = shell("echo out; echo err >&2; exit 3")
            .output()
            .await
            .unwrap();
        assert_eq!(output.stdout, b"out\n");
        assert_eq!(output.stderr, b"err\n");
        assert_eq!(output.status.code(), Some(3));
    });
}

#[test]
fn a_status_reads_no_pipe_and_waits_for_none() {
    run("a child that prints more than a pipe holds", async {
        let mut command = shell("head -c 1000000 /dev/zero");
        let status = command.stdout(Stdio::piped()).status().await.unwrap();
        assert!(!status.success(), "nobody reads what it prints");
    });
}

#[test]
fn a_child_that_fills_both_pipes_is_drained() {
    run("two full pipes", async {
        // More than a pipe holds, to each in turn.
        let script = "i=0; while [ $i -lt 300 ]; do printf '%01000d' 0; printf '%01000d' 0 >&2; i=$((i+1)); done";
        let output = shell(script).output().await.unwrap();
        assert_eq!(
            (output.stdout.len(), output.stderr.len()),
            (300_000, 300_000)
        );
    });
}

#[test]
fn a_child_can_be_talked_to() {
    run("cat", async {
        let mut cat = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut to, mut from) = (cat.stdin.take().unwrap(), cat.stdout.take().unwrap());
        for word in ["one", "three"] {
            to.write_all(word.as_bytes()).await.unwrap();
            let mut heard = vec![0; word.len()];
            from.read_exact(&mut heard).await.unwrap();
            assert_eq!(heard, word.as_bytes());
        }
        drop(to);
        assert_eq!(from.read(&mut [0]).await.unwrap(), 0);
        assert!(cat.wait().await.unwrap().success());
    });
}

#[test]
fn what_a_child_prints_can_be_another_childs_input() {
    run("one that reads another", async {
        let mut first = shell("read word; echo $word; echo \"no $word\" >&2")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = Stdio::try_from(first.stdout.take().unwrap()).unwrap();
        let err = Stdio::try_from(first.stderr.take().unwrap()).unwrap();
        let mut second = shell("echo waiting; exec cat")
            .stdin(out)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // It reads before there is anything: from a pipe that does not block,
        // that would be an error.
        let mut from = second.stdout.take().unwrap();
        let mut heard = [0; 8];
        from.read_exact(&mut heard).await.unwrap();
        let mut third = Command::new("cat");
        let third = third.stdin(err).output();

        let mut to = first.stdin.take().unwrap();
        to.write_all(b"nonsense\n").await.unwrap();
        assert_eq!(third.await.unwrap().stdout, b"no nonsense\n");
        let mut passed_on = String::new();
        from.read_to_string(&mut passed_on).await.unwrap();
        assert_eq!(passed_on, "nonsense\n");
        assert!(second.wait().await.unwrap().success());

        // And the other way: what another child prints is this one's input.
        let mut reader = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut to = reader.stdin.take().unwrap();
        to.write_all(b"before and ").await.unwrap();
        let to = Stdio::try_from(to).unwrap();
        assert!(
            shell("echo after")
                .stdout(to)
                .status()
                .await
                .unwrap()
                .success()
        );
        let output = reader.wait_with_output().await.unwrap();
        assert_eq!(output.stdout, b"before and after\n");

        let mut closed = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let mut to = closed.stdin.take().unwrap();
        to.close().await.unwrap();
        let error = Stdio::try_from(to).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
        assert!(closed.wait().await.unwrap().success());
    });
}

#[test]
fn waiting_closes_the_input_so_that_neither_waits_for_the_other() {
    run("cat", async {
        let mut cat = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        assert!(cat.wait().await.unwrap().success());
    });
}

#[test]
fn many_children_that_end_at_once_are_all_noticed() {
    run("forty children", async {
        let children: Vec<_> = (0..40)
            .map(|n| {
                let mut child = shell(&format!("exit {n}")).spawn().unwrap();
                spawn_local(async move { child.wait().await.unwrap().code() })
            })
            .collect();
        for (n, child) in (0..).zip(children) {
            assert_eq!(child.await.unwrap(), Some(n));
        }
    });
}

#[test]
fn a_child_can_be_killed_and_says_so() {
    use std::os::unix::process::ExitStatusExt;
    run("the killed child", async {
        let mut child = shell("exec sleep 600").spawn().unwrap();
        assert!(child.id().is_some());
        child.kill().await.unwrap();
        assert_eq!(child.wait().await.unwrap().signal(), Some(libc::SIGKILL));
        assert!(child.id().is_none());
        // A second time there is nothing to kill, which is no error.
        child.start_kill().unwrap();
    });
}

#[test]
fn a_child_is_killed_by_its_drop_only_if_that_was_asked_for() {
    run("two children's pipes", async {
        let spawn = |kill| {
            let mut command = Command::new("cat");
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
            command.kill_on_drop(kill).spawn().unwrap()
        };
        let mut killed = spawn(true);
        let (_input, mut output) = (killed.stdin.take(), killed.stdout.take().unwrap());
        drop(killed);
        // Its input is still open, so only a kill ends it.
        assert_eq!(output.read(&mut [0]).await.unwrap(), 0);

        let mut spared = spawn(false);
        let (mut input, mut output) = (spared.stdin.take().unwrap(), spared.stdout.take().unwrap());
        drop(spared);
        input.write_all(b"x").await.unwrap();
        assert_eq!(output.read(&mut [0]).await.unwrap(), 1);
    });
}

#[cfg_attr(not(target_os = "linux"), ignore = "reads /proc")]
#[test]
fn a_child_that_is_dropped_leaves_no_zombie() {
    run("the ends of two dropped children", async {
        let mut killed = Command::new("cat");
        killed.stdin(Stdio::piped()).kill_on_drop(true);
        let (killed, ending) = (killed.spawn().unwrap(), shell("exit 0").spawn().unwrap());
        let ids = [killed.id().unwrap(), ending.id().unwrap()];
        drop((killed, ending));
        for id in ids {
            // A zombie keeps its place in the list of processes.
            while std::fs::exists(format!("/proc/{id}")).unwrap() {
                wakeful::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
}

#[cfg_attr(not(target_os = "linux"), ignore = "reads /proc")]
#[test]
fn a_child_may_be_dropped_on_any_thread_of_a_pool() {
    let runtime = Builder::new_multi_thread().build().unwrap();
    let dropped = async {
        let cat = || {
            let mut command = Command::new("cat");
            command.stdin(Stdio::piped()).kill_on_drop(true);
            command.spawn().unwrap()
        };
        let children = [(); 3].map(|()| cat());
        let ids = children.each_ref().map(|child| child.id().unwrap());
        let [by_task, adrift, by_blocking] = children;
        spawn(async move { drop(by_task) }).await.unwrap();
        spawn(async move { block_in_place(|| drop(adrift)) })
            .await
            .unwrap();
        spawn_blocking(move || drop(by_blocking)).await.unwrap();
        for id in ids {
            while std::fs::exists(format!("/proc/{id}")).unwrap() {
                wakeful::time::sleep(Duration::from_millis(1)).await;
            }
        }
    };
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), dropped).await });
    limited.expect("the ends of three dropped children");
}

#[test]
fn a_whole_process_group_can_be_told_apart() {
    run("a child that leads a group", async {
        let mut command = shell("ps -o pgid= -p $$ 2>/dev/null || cut -d' ' -f5 /proc/$$/stat");
        let mut child = command
            .process_group(0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let id = child.id().unwrap();
        let mut group = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut group)
            .await
            .unwrap();
        assert_eq!(group.trim(), id.to_string());
        child.wait().await.unwrap();
    });
}

#[test]
fn a_child_whose_runtime_is_gone_is_waited_for_on_another() {
    let (reader, writer) = std::io::pipe().unwrap();
    let first = Runtime::new().unwrap();
    let mut child = first
        .block_on(async { shell("read line").stdin(reader).spawn() })
        .unwrap();
    drop(first);
    run("a child of another runtime", async {
        let wait = spawn_local(async move { child.wait().await });
        yield_now().await;
        assert!(!wait.is_finished());
        // It reads the end.
        drop(writer);
        let status = wait.await.unwrap().unwrap();
        assert_eq!(status.code(), Some(1));
    });
}

#[test]
fn a_program_that_is_not_there_is_an_error() {
    run("the error", async {
        let error = Command::new("no-such-program-anywhere")
            .spawn()
            .unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    });
}

#[test]
fn a_signal_reaches_every_listener_and_many_count_as_one() {
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
fn a_signal_that_cannot_be_listened_for_says_so() {
    run("the panic", async {
        let _ = signal(libc::SIGKILL);
    });
}

/// Ctrl-C is the whole process's: one test at a time.
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
        // It is listened for since the task's first poll.
        press_ctrl_c();
        wait.await.unwrap().unwrap();
    });
}

#[test]
fn a_child_has_the_variables_and_the_name_that_it_was_given() {
    run("the child's words", async {
        let mut command = shell("echo $0 $ONE $TWO ${HOME-homeless}");
        command
            .env_clear()
            .envs([("ONE", "1"), ("TWO", "2")])
            .arg("me");
        let said = command.output().await.unwrap().stdout;
        assert_eq!(said, b"me 1 2 homeless\n");
        assert!(!command.get_kill_on_drop());
        assert_eq!(command.as_std().get_args().count(), 3);
        let again = command.into_std().output().unwrap();
        assert_eq!(again.stdout, b"me 1 2 homeless\n");

        let said = shell("echo $0").arg0("called").output().await.unwrap();
        assert_eq!(said.stdout, b"called\n");
    });
}

#[test]
fn a_foreign_child_is_left_alone() {
    run("a child of std's", async {
        // Waiting for ours must not collect another's end.
        let mut foreign = StdCommand::new("true").spawn().unwrap();
        assert!(shell("exit 0").status().await.unwrap().success());
        assert!(foreign.wait().unwrap().success());
    });
}
