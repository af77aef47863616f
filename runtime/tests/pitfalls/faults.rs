//! Faults around a program, and how far they spread. `limits` tests exhausted
//! descriptors, `panics` tests panics, and `shutdown` tests blocking work that runs
//! at shutdown.

use crate::support::{run, settle_reactor, watched};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use std::{
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};
use wakeful::{
    net::{TcpListener, TcpStream, UnixStream},
    runtime::Builder,
    spawn, spawn_blocking, spawn_local,
    task::yield_now,
    time::{sleep, timeout},
};

/// A child process that is killed at the end of its test.
struct Peer(Option<Child>);

impl Peer {
    fn signal(&self, signal: libc::c_int) {
        let child = self.0.as_ref().unwrap();
        let process = libc::pid_t::try_from(child.id()).unwrap();
        // SAFETY: `kill` takes no pointers.
        let sent = unsafe { libc::kill(process, signal) };
        assert_eq!(sent, 0);
    }

    fn stop(&self) {
        self.signal(libc::SIGSTOP);
        let child = self.0.as_ref().unwrap();
        let process = libc::pid_t::try_from(child.id()).unwrap();
        let mut status = 0;
        // SAFETY: `process` is our child, and `status` is valid for the answer.
        let stopped = unsafe { libc::waitpid(process, &raw mut status, libc::WUNTRACED) };
        assert_eq!(stopped, process);
        assert!(libc::WIFSTOPPED(status));
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn a_stopped_peer_delays_no_other_connection_and_loses_no_bytes() {
    run("all bytes sent to the stopped peer", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // `wc` counts the bytes of the socket, which is its input.
        let input = std::net::TcpStream::connect(address).unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut count = Command::new("wc");
        count.arg("-c").stdin(std::os::fd::OwnedFd::from(input));
        let mut peer = Peer(Some(count.stdout(Stdio::piped()).spawn().unwrap()));
        drop(count);
        peer.stop();

        // Send as much as the kernel buffers.
        let piece = vec![7; 1 << 16];
        let mut sent = 0;
        while let Ok(written) = timeout(Duration::from_millis(20), stream.write(&piece)).await {
            sent += written.unwrap();
        }
        let writer = spawn_local(async move {
            stream.write_all(&vec![7; 1 << 20]).await.unwrap();
            stream.close().await.unwrap();
        });
        settle_reactor().await;
        assert!(!writer.is_finished());

        let (one, other) = (TcpStream::connect(address), listener.accept());
        let (one, other) = wakeful::try_join!(one, other).unwrap();
        for _ in 0..100 {
            (&one).write_all(b"still here?").await.unwrap();
            let mut received = [0; 11];
            (&other.0).read_exact(&mut received).await.unwrap();
        }
        assert!(!writer.is_finished());

        peer.signal(libc::SIGCONT);
        writer.await.unwrap();
        let peer = peer.0.take().unwrap();
        let output = spawn_blocking(|| peer.wait_with_output()).await.unwrap();
        let counted = String::from_utf8(output.unwrap().stdout).unwrap();
        assert_eq!(counted.trim(), (sent + (1 << 20)).to_string());
    });
}

/// Two of the three workers run, because no thread is in `block_on`. When one of
/// them blocks, the other polls its sockets and timers.
#[test]
fn a_blocked_worker_delays_no_socket_and_no_timer() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(3)
        .build()
        .unwrap();
    let (begun, has_begun) = mpsc::channel();
    let (release, blocked) = mpsc::channel::<()>();
    let blocker = runtime.spawn(async move {
        let (mut here, there) = UnixStream::pair().unwrap();
        let reader = spawn(async move {
            let mut byte = [0];
            here.read_exact(&mut byte).await.map(|()| byte[0])
        });
        let nap = spawn(sleep(Duration::from_millis(1)));
        // Let both tasks reach their wait, on this worker or on the other.
        for _ in 0..8 {
            yield_now().await;
        }
        begun.send((there, reader, nap)).unwrap();
        // A task should not block, but some do.
        let _ = blocked.recv();
    });
    let (mut there, reader, nap) = watched("the worker to block", || has_begun.recv().unwrap());
    watched("the timer of the worker that is blocked", || {
        wakeful::block_on(nap).unwrap();
    });
    watched("the socket of the worker that is blocked", || {
        wakeful::block_on(async move {
            there.write_all(b"x").await.unwrap();
            assert_eq!(reader.await.unwrap().unwrap(), b'x');
        });
    });
    let echo = async || {
        let (mut one, mut other) = UnixStream::pair().unwrap();
        one.write_all(b"y").await.unwrap();
        let mut byte = [0];
        other.read_exact(&mut byte).await.unwrap();
        sleep(Duration::from_micros(100)).await;
        byte[0]
    };
    watched("sockets and timers of the other worker", || {
        for _ in 0..20 {
            let task = runtime.spawn(async move { spawn(async move { echo().await }).await });
            assert_eq!(wakeful::block_on(task).unwrap().unwrap(), b'y');
        }
    });
    assert!(!blocker.is_finished());
    drop(release);
    watched("the end of the blocker", || wakeful::block_on(blocker)).unwrap();
}

/// The worker that holds the driver is woken for a single task, so it wakes no sibling. The
/// task then blocks until another task has had its event and its timer.
#[test]
fn the_driver_is_taken_over_from_a_worker_whose_only_task_blocks() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    watched("a task that only the second worker can run", || {
        runtime.block_on(async {
            for _ in 0..20 {
                let (mut kick, mut kicked) = UnixStream::pair().unwrap();
                let (ask, mut asked) = UnixStream::pair().unwrap();
                let (release, blocked) = mpsc::channel::<()>();
                let blocker = spawn(async move {
                    kicked.read_exact(&mut [0]).await.unwrap();
                    ask.try_write(b"?").unwrap();
                    blocked.recv().unwrap();
                });
                let helper = spawn(async move {
                    asked.read_exact(&mut [0]).await.unwrap();
                    sleep(Duration::from_micros(100)).await;
                    release.send(()).unwrap();
                });
                // In most rounds, both tasks wait and all workers are parked by then.
                sleep(Duration::from_millis(1)).await;
                kick.write_all(b"!").await.unwrap();
                helper.await.unwrap();
                blocker.await.unwrap();
            }
        });
    });
}

#[test]
fn a_shutdown_waits_for_running_blocking_work_unless_a_timeout_ends_it() {
    let multi_thread = || {
        Builder::new_multi_thread()
            .worker_threads(2)
            .build()
            .unwrap()
    };
    for patient in [true, false] {
        let runtime = multi_thread();
        let (begun, has_begun) = mpsc::channel();
        let (end, may_end) = mpsc::channel::<()>();
        let work = runtime.handle().spawn_blocking(move || {
            begun.send(()).unwrap();
            let _ = may_end.recv();
        });
        watched("the work to begin", || has_begun.recv().unwrap());
        if patient {
            // The work ends at some time after this, and the shutdown ends after it.
            let ending = std::thread::spawn(move || drop(end));
            watched("the shutdown", || drop(runtime));
            assert!(work.is_finished());
            ending.join().unwrap();
        } else {
            watched("the shutdown", || {
                runtime.shutdown_timeout(Duration::from_millis(1));
            });
            assert!(!work.is_finished());
            drop(end);
        }
        watched("the work", || wakeful::block_on(work)).unwrap();
    }
}
