//! Traps 12, 14, 16 and 22, on real sockets.

use crate::support::{assert_waits, run, settle, settle_reactor, watched};
use futures_util::{AsyncReadExt, AsyncWriteExt, future::join};
use std::{
    io::{self, Read, Write},
    net::Shutdown,
    thread,
    time::Duration,
};
use wakeful::{
    Runtime,
    net::{TcpListener, TcpStream},
    spawn_local,
};

async fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let connect = TcpStream::connect(listener.local_addr().unwrap());
    let (here, there) = join(listener.accept(), connect).await;
    (here.unwrap().0, there.unwrap())
}

#[test]
fn trap_12_a_socket_whose_duplicate_lives_on_is_forgotten_all_the_same() {
    run("sockets that share a file", async {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let mut peer = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (accepted, _) = listener.accept().unwrap();
        let duplicate = accepted.try_clone().unwrap();
        drop(TcpStream::from_std(accepted).unwrap());
        // The place in the reactor's list is taken over by another socket,
        // which must not hear of the old file's events.
        let (fresh, _other_end) = pair().await;
        peer.write_all(b"for the duplicate").unwrap();
        let mut byte = [0];
        assert_waits((&mut &fresh).read(&mut byte), "nothing was sent to it").await;
        // The duplicate's data is still there for whoever reads it.
        let mut again = TcpStream::from_std(duplicate).unwrap();
        let mut text = [0; 17];
        again.read_exact(&mut text).await.unwrap();
        assert_eq!(&text, b"for the duplicate");
    });
}

#[test]
fn trap_12_a_place_used_again_within_a_batch_hears_nothing_of_the_old() {
    run("sockets dropped by each other", async {
        // Each task, woken by the same batch, drops its socket and opens
        // another in its place.
        for _ in 0..20 {
            let (mut a, mut b) = pair().await;
            let (mut c, mut d) = pair().await;
            let replace = |mut old: TcpStream| async move {
                let mut byte = [0];
                old.read_exact(&mut byte).await.unwrap();
                drop(old);
                let (new, _end) = pair().await;
                assert_waits((&mut &new).read(&mut byte), "nothing was sent to it").await;
            };
            b.write_all(b"x").await.unwrap();
            d.write_all(b"x").await.unwrap();
            a.flush().await.unwrap();
            c.flush().await.unwrap();
            join(replace(a), replace(c)).await;
        }
    });
}

#[test]
fn trap_14_a_short_read_does_not_hide_the_end_that_came_with_it() {
    run("the end of the stream", async {
        let (mut here, mut there) = pair().await;
        there.write_all(b"abc").await.unwrap();
        there.close().await.unwrap();
        settle().await;
        // Shorter than the buffer, so readiness is cleared, ...
        let mut buffer = [0; 64];
        assert_eq!(here.read(&mut buffer).await.unwrap(), 3);
        // ... and no event will come for what is there already.
        assert_eq!(here.read(&mut buffer).await.unwrap(), 0);
        assert_eq!(here.read(&mut buffer).await.unwrap(), 0);
    });
}

#[test]
fn trap_14_an_end_that_comes_later_wakes_the_reader() {
    run("the end of the stream", async {
        let (mut here, there) = pair().await;
        let reader = spawn_local(async move {
            let mut all = Vec::new();
            here.read_to_end(&mut all).await.map(|_| all)
        });
        (&there).write_all(b"abc").await.unwrap();
        settle().await;
        there.shutdown(Shutdown::Write).unwrap();
        assert_eq!(reader.await.unwrap().unwrap(), b"abc");
        drop(there);
    });
}

#[test]
fn trap_14_half_closed_one_way_is_open_the_other() {
    run("an answer after the question's end", async {
        let (mut here, mut there) = pair().await;
        there.write_all(b"question").await.unwrap();
        there.close().await.unwrap();
        let mut question = String::new();
        here.read_to_string(&mut question).await.unwrap();
        here.write_all(b"answer").await.unwrap();
        drop(here);
        let mut answer = String::new();
        there.read_to_string(&mut answer).await.unwrap();
        assert_eq!((question.as_str(), answer.as_str()), ("question", "answer"));
    });
}

#[test]
fn trap_14_a_full_write_buffer_wakes_its_writer_when_it_drains() {
    run("eight megabytes", async {
        const SIZE: usize = 8 << 20;
        let (here, mut there) = pair().await;
        let writer = spawn_local(async move {
            let data = vec![7; SIZE];
            (&here).write_all(&data).await.unwrap();
        });
        // The writer is stuck before the first byte is read.
        settle().await;
        assert!(!writer.is_finished());
        let mut all = Vec::new();
        there.read_to_end(&mut all).await.unwrap();
        writer.await.unwrap();
        assert_eq!(all.len(), SIZE);
        assert!(all.iter().all(|byte| *byte == 7));
    });
}

#[test]
fn trap_16_a_socket_that_outlives_its_runtime_answers_with_an_error() {
    let runtime = Runtime::new().unwrap();
    let (mut here, _there) = runtime.block_on(pair());
    runtime.block_on(async {
        let mut byte = [0];
        assert_waits(here.read(&mut byte), "nothing was sent").await;
    });
    // Another thread waits for it while its runtime goes.
    let waiting = thread::spawn(move || {
        let mut byte = [0];
        watched("the error", || {
            wakeful::block_on(async { here.read(&mut byte).await })
        })
    });
    drop(runtime);
    let error = waiting.join().unwrap().unwrap_err();
    assert!(error.to_string().contains("shut down"), "{error}");
}

#[test]
fn trap_22_a_reset_connection_is_an_error_to_its_reader_and_writer() {
    run("the reset", async {
        let (mut here, there) = pair().await;
        // Closing with bytes unread resets the connection.
        here.write_all(b"unread").await.unwrap();
        settle().await;
        (&there).write_all(b"x").await.unwrap();
        drop(there);
        let mut buffer = [0; 8];
        let error = loop {
            match here.read(&mut buffer).await {
                Ok(0) => panic!("a reset is no orderly end"),
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        let error = here.write_all(b"y").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    });
}

#[test]
fn trap_22_a_connection_that_is_refused_says_so() {
    run("the refusal", async {
        let port = {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            listener.local_addr().unwrap()
        };
        let error = TcpStream::connect(port).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    });
}

#[cfg(unix)]
#[test]
fn trap_22_signals_that_interrupt_the_wait_disturb_nothing() {
    use std::sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    };
    let runtime = Runtime::new().unwrap();
    watched("a sleep under a hail of signals", || {
        // SIGURG has a handler, without SA_RESTART, that does nothing.
        extern "C" fn nothing(_: libc::c_int) {}
        // SAFETY: an all-zero `sigaction` is one without flags or mask.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = nothing as *const () as usize;
        // SAFETY: the handler does nothing, and the structure is whole.
        let set = unsafe { libc::sigaction(libc::SIGURG, &raw const action, std::ptr::null_mut()) };
        assert_eq!(set, 0);
        let done = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&done);
        // SAFETY: no arguments, no failure.
        let sleeper = unsafe { libc::pthread_self() };
        let hail = thread::spawn(move || {
            while !seen.load(SeqCst) {
                // SAFETY: the thread lives: it waits for this one.
                unsafe { libc::pthread_kill(sleeper, libc::SIGURG) };
                thread::yield_now();
            }
        });
        runtime.block_on(async { wakeful::time::sleep(Duration::from_millis(20)).await });
        done.store(true, SeqCst);
        hail.join().unwrap();
    });
}

#[test]
fn several_tasks_may_accept_from_one_listener() {
    run("three connections for three tasks", async {
        let listener = std::rc::Rc::new(TcpListener::bind("127.0.0.1:0").await.unwrap());
        let address = listener.local_addr().unwrap();
        let tasks = [(); 3].map(|()| {
            let listener = std::rc::Rc::clone(&listener);
            spawn_local(async move { listener.accept().await.map(drop) })
        });
        settle().await;
        for _ in 0..3 {
            TcpStream::connect(address).await.unwrap();
        }
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
}

#[test]
fn an_accept_that_is_dropped_loses_no_connection() {
    run("the connection", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        assert_waits(listener.accept(), "nobody has connected").await;
        let mut client = std::net::TcpStream::connect(address).unwrap();
        settle_reactor().await;
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"hi").await.unwrap();
        drop(stream);
        let mut text = String::new();
        client.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hi");
    });
}

#[test]
fn one_task_reads_while_another_writes() {
    run("an echo through two tasks", async {
        let (here, there) = pair().await;
        let echo = spawn_local(async move {
            futures_util::io::copy(&there, &mut &there).await.unwrap();
            (&there).close().await.unwrap();
        });
        let (mut reader, mut writer) = (&here, &here);
        let write = async {
            for word in ["one ", "two ", "three"] {
                writer.write_all(word.as_bytes()).await.unwrap();
                settle().await;
            }
            writer.close().await.unwrap();
        };
        let mut heard = String::new();
        let (read, ()) = join(reader.read_to_string(&mut heard), write).await;
        read.unwrap();
        assert_eq!(heard, "one two three");
        echo.await.unwrap();
    });
}
