//! What "Coming from smol" in wakeful's documentation says: what of smol stays,
//! what goes on beside, and where the two differ.

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

/// A connection: one end here, the other `std`'s.
async fn connected() -> (TcpStream, net::TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    // It blocks the runtime, with its watchdog.
    peer.set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    (listener.accept().await.unwrap().0, peer)
}

#[test]
fn what_asks_for_no_runtime_stays() {
    run("an answer for each line", async {
        let listener = TcpListener::bind(([127, 0, 0, 1], 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (said, heard) = channel::bounded(3);
        let count = Arc::new(lock::Mutex::new(0));
        let counted = Arc::clone(&count);
        let server = spawn(async move {
            let (stream, _) = listener.accept().await?;
            let mut lines = io::BufReader::new(&stream).lines();
            while let Some(line) = lines.next().await {
                *counted.lock().await += 1;
                said.send(line?).await.unwrap();
                (&stream).write_all(b"yes\n").await?;
            }
            io::Result::Ok(())
        });

        let stream = TcpStream::connect(address).await.unwrap();
        let (mut reader, mut writer) = io::split(stream);
        let mut answers = String::new();
        let talk = async {
            writer.write_all(b"one\ntwo\nthree\n").await?;
            writer.close().await
        };
        let (talked, read) = future::zip(talk, reader.read_to_string(&mut answers)).await;
        talked.unwrap();
        assert_eq!(read.unwrap(), 12);
        server.await.unwrap().unwrap();
        assert_eq!(answers, "yes\nyes\nyes\n");
        assert_eq!(heard.collect::<Vec<_>>().await, ["one", "two", "three"]);
        assert_eq!(*count.lock().await, 3);

        let late = async {
            sleep(Duration::from_millis(1)).await;
            "late"
        };
        assert_eq!(future::pending().or(late).await, "late");
    });
}

#[test]
fn what_has_not_moved_yet_goes_on_beside() {
    run("both, in tasks of each other", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let here = Handle::current();
        let task = spawn(async move {
            Timer::after(Duration::from_millis(1)).await;
            let mut stream = smol::net::TcpStream::connect(address).await?;
            let word = smol::unblock(|| "there and back").await;
            stream.write_all(word.as_bytes()).await?;
            // From a thread of smol's, back to the runtime.
            let there = smol::spawn(async move { here.spawn(async { 7 }).await.unwrap() });
            io::Result::Ok(there.await)
        });
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "there and back");
        assert_eq!(task.await.unwrap().unwrap(), 7);
    });
}

/// A future that never ends, and whether it is still there.
fn endless() -> (impl Future<Output = ()> + Send, Receiver<()>) {
    let (held, gone) = channel::bounded::<()>(1);
    let future = async move {
        let _held = held;
        future::pending().await
    };
    (future, gone)
}

#[test]
fn a_handle_that_is_dropped_aborts_its_task_only_if_it_is_told() {
    run("the end of two tasks", async {
        let (future, gone) = endless();
        drop(smol::spawn(future));
        assert!(gone.recv().await.is_err(), "smol has cancelled it");

        let (future, gone) = endless();
        drop(AbortOnDropHandle::new(spawn(future)));
        assert!(gone.recv().await.is_err(), "it was to be aborted");

        let (future, gone) = endless();
        drop(spawn(future));
        for _ in 0..4 {
            wakeful::task::yield_now().await;
        }
        assert!(!gone.is_closed(), "the task goes on");
    });
}

#[test]
fn a_task_is_cancelled_by_an_abort_and_awaited_to_its_end() {
    run("what was there in time, and what was not", async {
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
fn a_stream_that_is_closed_says_so_to_its_peer_which_smols_async_does_not() {
    run("the end, and a word after it", async {
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
fn an_interval_ticks_at_once_and_smols_after_its_period() {
    run("the first tick of an hour's interval", async {
        interval(LONG).tick().await;
        let mut as_there = interval_at(Instant::now() + LONG, LONG);
        assert!(future::poll_once(as_there.tick()).await.is_none());
        let mut there = Timer::interval(LONG);
        assert!(future::poll_once(there.next()).await.is_none());
    });
}

#[test]
fn an_executor_within_a_task_is_a_scope_that_waits_for_its_children() {
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
        assert_eq!(*sum.lock().await, 1, "what was not awaited is gone");

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
        assert!(gone.is_closed(), "it is gone before its scope");

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
fn a_loop_of_ones_own_gives_the_runtime_its_turns() {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let accepted = runtime.spawn(async move { listener.accept().await.map(drop) });
    let turn = || runtime.block_on(async { sleep(Duration::ZERO).await });
    turn();
    assert!(!accepted.is_finished());
    let _peer = net::TcpStream::connect(address).unwrap();
    // It is told of the connection in one of the first.
    for _ in 0..3 {
        turn();
    }
    assert!(accepted.is_finished());
}

#[test]
fn a_panic_is_an_error_of_the_handle_and_goes_on_where_it_is_unwrapped() {
    run("a task that panics", async {
        let task = spawn_blocking(|| -> u8 { panic!("no more") });
        let error = task.await.unwrap_err();
        assert!(error.is_panic());
        assert!(error.to_string().ends_with("panicked: no more"));
        let there = smol::unblock(|| -> u8 { panic!("no more") });
        let there = std::panic::AssertUnwindSafe(there).catch_unwind().await;
        assert!(there.is_err());
    });
}
