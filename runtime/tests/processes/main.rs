//! Real child processes and signals.
#![cfg(all(unix, not(loom), not(miri)))]

mod signals;

use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{
    process::{Command as StdCommand, Stdio},
    time::Duration,
};
use wakeful::{
    Runtime,
    process::Command,
    runtime::Builder,
    spawn, spawn_blocking, spawn_local,
    task::{block_in_place, yield_now},
    time::timeout,
};

/// Runs `future` with a time limit. Each of these tests takes a moment.
fn run<F: Future>(awaited: &str, future: F) -> F::Output {
    let runtime = Runtime::new().unwrap();
    let limited = runtime.block_on(async { timeout(Duration::from_secs(30), future).await });
    limited.unwrap_or_else(|_| panic!("waited without success for {awaited}"))
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn output_collects_both_pipes_and_the_status() {
    run("the shell", async {
        let output = shell("echo out\necho err >&2\nexit 3")
            .output()
            .await
            .unwrap();
        assert_eq!(output.stdout, b"out\n");
        assert_eq!(output.stderr, b"err\n");
        assert_eq!(output.status.code(), Some(3));
    });
}

#[test]
fn status_closes_the_pipes_instead_of_waiting_for_them() {
    run("a child that prints more than a pipe holds", async {
        let mut command = shell("head -c 1000000 /dev/zero");
        let status = command.stdout(Stdio::piped()).status().await.unwrap();
        assert!(!status.success(), "the pipe was closed");
    });
}

#[test]
fn a_child_that_fills_both_pipes_is_drained() {
    run("two full pipes", async {
        // Write more than a pipe holds to each of the two in turn.
        let script = "i=0\nwhile [ $i -lt 300 ]\ndo printf '%01000d' 0\nprintf '%01000d' 0 >&2\ni=$((i+1))\ndone";
        let output = shell(script).output().await.unwrap();
        assert_eq!(
            (output.stdout.len(), output.stderr.len()),
            (300_000, 300_000)
        );
    });
}

#[test]
fn a_child_reads_its_input_and_writes_its_output() {
    run("cat", async {
        let mut cat = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut to, mut from) = (cat.stdin.take().unwrap(), cat.stdout.take().unwrap());
        for word in ["one", "three"] {
            to.write_all(word.as_bytes()).await.unwrap();
            let mut received = vec![0; word.len()];
            from.read_exact(&mut received).await.unwrap();
            assert_eq!(received, word.as_bytes());
        }
        drop(to);
        assert_eq!(from.read(&mut [0]).await.unwrap(), 0);
        assert!(cat.wait().await.unwrap().success());
    });
}

#[test]
fn the_output_of_a_child_can_be_the_input_of_another() {
    run("a child that reads from another", async {
        let mut first = shell("read word\necho $word\necho \"no $word\" >&2")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = Stdio::try_from(first.stdout.take().unwrap()).unwrap();
        let err = Stdio::try_from(first.stderr.take().unwrap()).unwrap();
        let mut second = shell("echo waiting\nexec cat")
            .stdin(out)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // The second child reads before there is any input. With a non-blocking
        // pipe, that read would fail.
        let mut from = second.stdout.take().unwrap();
        let mut received = [0; 8];
        from.read_exact(&mut received).await.unwrap();
        let mut third = Command::new("cat");
        let third = third.stdin(err).output();

        let mut to = first.stdin.take().unwrap();
        to.write_all(b"nonsense\n").await.unwrap();
        assert_eq!(third.await.unwrap().stdout, b"no nonsense\n");
        let mut passed_on = String::new();
        from.read_to_string(&mut passed_on).await.unwrap();
        assert_eq!(passed_on, "nonsense\n");
        assert!(second.wait().await.unwrap().success());

        // In the other direction, another child writes into the input of this one.
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
fn wait_closes_the_input_so_that_the_child_can_end() {
    run("cat", async {
        let mut cat = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        assert!(cat.wait().await.unwrap().success());
    });
}

#[test]
fn children_that_end_at_the_same_time_are_all_reported() {
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
fn a_killed_child_reports_the_signal() {
    use std::os::unix::process::ExitStatusExt;
    run("the killed child", async {
        let mut child = shell("exec sleep 600").spawn().unwrap();
        assert!(child.id().is_some());
        child.kill().await.unwrap();
        assert_eq!(child.wait().await.unwrap().signal(), Some(libc::SIGKILL));
        assert!(child.id().is_none());
        // Killing a child that has exited is not an error.
        child.start_kill().unwrap();
    });
}

#[test]
fn dropping_a_child_kills_it_only_with_kill_on_drop() {
    run("the pipes of two children", async {
        let spawn = |kill| {
            let mut command = Command::new("cat");
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
            command.kill_on_drop(kill).spawn().unwrap()
        };
        let mut killed = spawn(true);
        let (_input, mut output) = (killed.stdin.take(), killed.stdout.take().unwrap());
        drop(killed);
        // The input is still open, so only a kill ends the child.
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
fn a_dropped_child_leaves_no_zombie() {
    run("the ends of two dropped children", async {
        let mut killed = Command::new("cat");
        killed.stdin(Stdio::piped()).kill_on_drop(true);
        let (killed, ending) = (killed.spawn().unwrap(), shell("exit 0").spawn().unwrap());
        let ids = [killed.id().unwrap(), ending.id().unwrap()];
        drop((killed, ending));
        for id in ids {
            // A zombie is still in the list of processes.
            while std::fs::exists(format!("/proc/{id}")).unwrap() {
                wakeful::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
}

#[cfg_attr(not(target_os = "linux"), ignore = "reads /proc")]
#[test]
fn a_child_may_be_dropped_on_any_thread_of_a_multi_thread_runtime() {
    let runtime = Builder::new_multi_thread().build().unwrap();
    let dropped = async {
        let cat = || {
            let mut command = Command::new("cat");
            command.stdin(Stdio::piped()).kill_on_drop(true);
            command.spawn().unwrap()
        };
        let children = [(); 3].map(|()| cat());
        let ids = children.each_ref().map(|child| child.id().unwrap());
        let [in_task, in_place, in_blocking_work] = children;
        spawn(async move { drop(in_task) }).await.unwrap();
        spawn(async move { block_in_place(|| drop(in_place)) })
            .await
            .unwrap();
        spawn_blocking(move || drop(in_blocking_work))
            .await
            .unwrap();
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
fn a_child_can_lead_its_own_process_group() {
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
fn a_child_can_be_awaited_on_another_runtime_after_its_own_was_dropped() {
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
        // The child reads the end of its input.
        drop(writer);
        let status = wait.await.unwrap().unwrap();
        assert_eq!(status.code(), Some(1));
    });
}

#[test]
fn spawning_a_missing_program_returns_an_error() {
    run("the error", async {
        let error = Command::new("no-such-program-anywhere")
            .spawn()
            .unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    });
}

#[test]
fn a_child_gets_its_environment_and_its_name() {
    run("the output of the child", async {
        let mut command = shell("echo $0 $ONE $TWO ${HOME-homeless}");
        command
            .env_clear()
            .envs([("ONE", "1"), ("TWO", "2")])
            .arg("me");
        let output = command.output().await.unwrap().stdout;
        assert_eq!(output, b"me 1 2 homeless\n");
        assert!(!command.get_kill_on_drop());
        assert_eq!(command.as_std().get_args().count(), 3);
        let again = command.into_std().output().unwrap();
        assert_eq!(again.stdout, b"me 1 2 homeless\n");

        let output = shell("echo $0").arg0("called").output().await.unwrap();
        assert_eq!(output.stdout, b"called\n");
    });
}

#[test]
fn waiting_for_a_child_does_not_reap_a_child_of_std() {
    run("a child of std's", async {
        // Waiting for our child must not reap another.
        let mut foreign = StdCommand::new("true").spawn().unwrap();
        assert!(shell("exit 0").status().await.unwrap().success());
        assert!(foreign.wait().unwrap().success());
    });
}
