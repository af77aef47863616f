//! Checks the section "Coming from smol" in wakeful's documentation: which parts of smol
//! a program can keep, what runs next to wakeful, and where the two differ.

use smol::{
    Async, Executor, LocalExecutor, Timer,
    channel::{self, Receiver},
    future::{self, FutureExt},
    io::{self, AsyncReadExt, AsyncWriteExt},
    lock,
    prelude::*,
};
use std::{cell::Cell, io::Read, net, sync::Arc, time::Duration};
use wakeful::{
    Runtime,
    net::{TcpListener, TcpStream},
    runtime::Handle,
    scope::{LocalScope, Scope},
    spawn, spawn_blocking,
    sync::CancellationToken,
    task::AbortOnDropHandle,
    time::{Instant, interval, interval_at, sleep},
};
use wakeful_interop::run;

const LONG: Duration = Duration::from_secs(3600);

/// A connection. One end is a stream of wakeful, the other one of `std`.
async fn connected() -> (TcpStream, net::TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    // A read of this end blocks the runtime and its time limit, so it needs its own.
    peer.set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    (listener.accept().await.unwrap().0, peer)
}

#[test]
fn the_parts_of_smol_that_need_no_runtime_can_stay() {
    run("an answer for each line", async {
        let listener = TcpListener::bind(([127, 0, 0, 1], 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, received) = channel::bounded(3);
        let count = Arc::new(lock::Mutex::new(0));
        let counted = Arc::clone(&count);
        let server = spawn(async move {
            let (stream, _) = listener.accept().await?;
            let mut lines = io::BufReader::new(&stream).lines();
            while let Some(line) = lines.next().await {
                *counted.lock().await += 1;
                sender.send(line?).await.unwrap();
                (&stream).write_all(b"yes\n").await?;
            }
            io::Result::Ok(())
        });

        let stream = TcpStream::connect(address).await.unwrap();
        let (mut reader, mut writer) = io::split(stream);
        let mut answers = String::new();
        let question = async {
            writer.write_all(b"one\ntwo\nthree\n").await?;
            writer.close().await
        };
        let (asked, read) = future::zip(question, reader.read_to_string(&mut answers)).await;
        asked.unwrap();
        assert_eq!(read.unwrap(), 12);
        server.await.unwrap().unwrap();
        assert_eq!(answers, "yes\nyes\nyes\n");
        assert_eq!(received.collect::<Vec<_>>().await, ["one", "two", "three"]);
        assert_eq!(*count.lock().await, 3);

        let late = async {
            sleep(Duration::from_millis(1)).await;
            "late"
        };
        assert_eq!(future::pending().or(late).await, "late");
    });
}

#[test]
fn code_that_still_uses_smols_runtime_runs_next_to_wakeful() {
    run("tasks of both that wait for each other", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let here = Handle::current();
        let task = spawn(async move {
            Timer::after(Duration::from_millis(1)).await;
            let mut stream = smol::net::TcpStream::connect(address).await?;
            let word = smol::unblock(|| "in_smol and back").await;
            stream.write_all(word.as_bytes()).await?;
            // This spawns from a thread of smol on wakeful.
            let in_smol = smol::spawn(async move { here.spawn(async { 7 }).await.unwrap() });
            io::Result::Ok(in_smol.await)
        });
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut received = String::new();
        stream.read_to_string(&mut received).await.unwrap();
        assert_eq!(received, "in_smol and back");
        assert_eq!(task.await.unwrap().unwrap(), 7);
    });
}

/// A future that never ends, and a receiver that is closed when it is dropped.
fn endless() -> (impl Future<Output = ()> + Send, Receiver<()>) {
    let (held, gone) = channel::bounded::<()>(1);
    let future = async move {
        let _held = held;
        future::pending().await
    };
    (future, gone)
}

#[test]
fn dropping_a_handle_aborts_the_task_in_smol_and_only_on_request_in_wakeful() {
    run("the end of two tasks", async {
        let (future, gone) = endless();
        drop(smol::spawn(future));
        assert!(gone.recv().await.is_err(), "smol cancels the task");

        let (future, gone) = endless();
        drop(AbortOnDropHandle::new(spawn(future)));
        assert!(gone.recv().await.is_err(), "the handle aborts the task");

        let (future, gone) = endless();
        drop(spawn(future));
        for _ in 0..4 {
            wakeful::task::yield_now().await;
        }
        assert!(!gone.is_closed(), "the task is detached");
    });
}

#[test]
fn abort_and_await_do_what_cancel_does_in_smol() {
    run("the ends of two tasks", async {
        let (future, gone) = endless();
        let task = spawn(future);
        task.abort();
        assert!(task.await.ok().is_none());
        assert!(gone.is_closed());
        let (future, _gone) = endless();
        assert!(smol::spawn(future).cancel().await.is_none());
    });
}

#[test]
fn closing_a_stream_shuts_it_down_but_closing_smols_async_does_not() {
    run("the end of one stream and a byte of another", async {
        let (mut stream, mut peer) = connected().await;
        stream.close().await.unwrap();
        assert!(stream.write(b"x").await.is_err());
        assert_eq!(peer.read(&mut [0]).unwrap(), 0);

        let (stream, mut peer) = connected().await;
        let mut stream = Async::new(stream.into_std().unwrap()).unwrap();
        stream.close().await.unwrap();
        stream.write_all(b"x").await.unwrap();
        assert_eq!(peer.read(&mut [0]).unwrap(), 1);
    });
}

#[test]
fn an_interval_ticks_at_once_but_smols_ticks_after_its_period() {
    run("the first tick of an interval of one hour", async {
        interval(LONG).tick().await;
        let mut like_smol = interval_at(Instant::now() + LONG, LONG);
        assert!(future::poll_once(like_smol.tick()).await.is_none());
        let mut in_smol = Timer::interval(LONG);
        assert!(future::poll_once(in_smol.next()).await.is_none());
    });
}

#[test]
fn a_scope_replaces_an_executor_inside_a_task_and_waits_for_its_children() {
    run("children that borrow", async {
        let sum = lock::Mutex::new(0);
        let add = async |number| {
            wakeful::task::yield_now().await;
            *sum.lock().await += number;
        };
        let executor = Executor::new();
        executor.run(async { executor.spawn(add(1)).await }).await;
        executor
            .run(async { executor.spawn(add(10)).detach() })
            .await;
        drop(executor);
        assert_eq!(
            *sum.lock().await,
            1,
            "smol drops a child that was not awaited"
        );

        let scope = Scope::new();
        scope.run(async { drop(scope.spawn(add(100))) }).await;
        assert_eq!(*sum.lock().await, 101);

        let (token, (future, gone)) = (CancellationToken::new(), endless());
        let scope = Scope::new();
        let cancelled = scope.run(async {
            let child = scope.spawn(token.run_until_cancelled(future));
            wakeful::task::yield_now().await;
            token.cancel();
            child.await
        });
        assert!(cancelled.await.is_none());
        assert!(
            gone.is_closed(),
            "the future is dropped before its scope ends"
        );

        let turns = Cell::new(0);
        let executor = LocalExecutor::new();
        executor.run(executor.spawn(async { turns.set(1) })).await;
        let scope = LocalScope::new();
        scope
            .run(scope.spawn(async { turns.set(turns.get() + 1) }))
            .await;
        assert_eq!(turns.get(), 2);
    });
}

#[test]
fn a_short_block_on_in_a_loop_drives_the_runtime() {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let accepted = runtime.spawn(async move { listener.accept().await.map(drop) });
    let turn = || runtime.block_on(async { sleep(Duration::ZERO).await });
    turn();
    assert!(!accepted.is_finished());
    let _peer = net::TcpStream::connect(address).unwrap();
    // One of the first turns reports the connection.
    for _ in 0..3 {
        turn();
    }
    assert!(accepted.is_finished());
}

#[test]
fn a_panic_is_an_error_of_the_handle_but_continues_in_smol() {
    run("a task that panics", async {
        let task = spawn_blocking(|| -> u8 { panic!("no more") });
        let error = task.await.unwrap_err();
        assert!(error.is_panic());
        assert!(error.to_string().ends_with("panicked: no more"));
        let in_smol = smol::unblock(|| -> u8 { panic!("no more") });
        let in_smol = std::panic::AssertUnwindSafe(in_smol).catch_unwind().await;
        assert!(in_smol.is_err());
    });
}
