//! Pitfall 19: a poll that awaits things that are always ready must end. This is every
//! leaf of the crate that can be ready for ever. Miri would take minutes, and other
//! tests reach the same `unsafe` code.

use crate::support::run;
use std::{
    cell::Cell,
    future::{Future, Ready, pending, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};
use wakeful::{
    group::FuturesUnordered,
    spawn_local,
    sync::{
        Barrier, CancellationToken, Mutex, Notify, OnceCell, RwLock, Semaphore, SetOnce, broadcast,
        local, mpsc, oneshot, watch,
    },
    task::{JoinSet, yield_now},
    time::{Instant, MissedTickBehavior, advance, interval, sleep_until, timeout, timeout_at},
};

/// How many ready leaves a task may await in one poll.
const BUDGET: u32 = 128;
/// More than the budget. A loop without a budget would await them all.
const MANY: u32 = 1000;

/// How many of them a task awaits in one poll.
async fn count_in_one_poll(mut leaf: impl AsyncFnMut()) -> u32 {
    // Start with a full budget.
    yield_now().await;
    let got = Cell::new(0);
    let mut greedy = pin!(async {
        for _ in 0..MANY {
            leaf().await;
            got.set(got.get() + 1);
        }
    });
    poll_fn(|context| {
        let _ = greedy.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
    got.get()
}

/// Asserts that one await of `leaf` costs one unit of the budget.
fn spends_budget(what: &'static str, leaf: impl AsyncFnMut()) {
    let got = run(what, count_in_one_poll(leaf));
    assert_eq!(got, BUDGET, "{what}");
}

#[test]
fn pitfall_19_sending_and_receiving_spend_budget() {
    let (sender, mut receiver) = mpsc::channel(1);
    spends_budget("space in a channel", async || {
        sender.send(()).await.unwrap();
        receiver.try_recv().unwrap();
    });
    spends_budget("a message", async || {
        sender.try_send(()).unwrap();
        receiver.recv().await.unwrap();
    });
    let (_, mut receiver) = mpsc::channel::<()>(1);
    spends_budget("the end of a channel", async || {
        assert_eq!(receiver.recv().await, None);
    });

    let (sender, mut receiver) = mpsc::unbounded_channel();
    spends_budget("a message of an unbounded channel", async || {
        sender.send(()).unwrap();
        receiver.recv().await.unwrap();
    });
    let mut buffer = Vec::new();
    spends_budget("a batch of messages", async || {
        sender.send(()).unwrap();
        assert_ne!(receiver.recv_many(&mut buffer, 10).await, 0);
    });

    spends_budget("a message of a oneshot channel", async || {
        let (sender, receiver) = oneshot::channel();
        sender.send(()).unwrap();
        receiver.await.unwrap();
    });

    let (sender, mut receiver) = broadcast::channel(1);
    spends_budget("a message of a broadcast channel", async || {
        sender.send(()).unwrap();
        receiver.recv().await.unwrap();
    });
    let (sender, mut receiver) = watch::channel(());
    spends_budget("a change of a watch channel", async || {
        sender.send(()).unwrap();
        receiver.changed().await.unwrap();
    });
}

#[test]
fn pitfall_19_sending_and_receiving_on_local_channels_spend_budget() {
    let (sender, mut receiver) = local::mpsc::channel(1);
    spends_budget("space in a local channel", async || {
        sender.send(()).await.unwrap();
        receiver.try_recv().unwrap();
    });
    spends_budget("a local message", async || {
        sender.try_send(()).unwrap();
        receiver.recv().await.unwrap();
    });
    let notify = local::Notify::new();
    spends_budget("a local notification", async || {
        notify.notify_one();
        notify.notified().await;
    });
}

#[test]
fn pitfall_19_taking_a_lock_or_a_permit_spends_budget() {
    let mutex = Mutex::new(());
    spends_budget("a free lock", async || drop(mutex.lock().await));
    let lock = RwLock::new(());
    spends_budget("a read lock", async || drop(lock.read().await));
    spends_budget("a write lock", async || drop(lock.write().await));
    let permits = Semaphore::new(1);
    spends_budget("a permit", async || drop(permits.acquire().await.unwrap()));
    permits.close();
    spends_budget("an error of a closed semaphore", async || {
        assert!(permits.acquire().await.is_err());
    });
}

#[test]
fn pitfall_19_waiting_for_a_past_event_spends_budget() {
    let notify = Notify::new();
    spends_budget("a notification", async || {
        notify.notify_one();
        notify.notified().await;
    });
    let barrier = Barrier::new(1);
    spends_budget("a barrier for one", async || {
        barrier.wait().await;
    });
    let token = CancellationToken::new();
    token.cancel();
    spends_budget("a cancelled token", async || token.cancelled().await);
}

#[test]
fn pitfall_19_waiting_for_a_closed_receiver_spends_budget() {
    let (sender, receiver) = mpsc::channel::<()>(1);
    drop(receiver);
    spends_budget("the closed receiver of a channel", async || {
        sender.closed().await;
    });
    let (sender, receiver) = mpsc::unbounded_channel::<()>();
    drop(receiver);
    spends_budget("the closed receiver of an unbounded channel", async || {
        sender.closed().await;
    });
    let (sender, receiver) = broadcast::channel::<()>(1);
    drop(receiver);
    spends_budget("the closed receivers of a broadcast channel", async || {
        sender.closed().await;
    });
    let (sender, receiver) = watch::channel(());
    drop(receiver);
    spends_budget("the closed receivers of a watch channel", async || {
        sender.closed().await;
    });
    let (mut sender, receiver) = oneshot::channel::<()>();
    drop(receiver);
    spends_budget("the closed receiver of a oneshot channel", async || {
        sender.closed().await;
    });
}

#[test]
fn pitfall_19_receiving_from_a_closed_channel_spends_budget() {
    let (sender, mut receiver) = broadcast::channel::<()>(1);
    drop(sender);
    spends_budget("the end of a broadcast channel", async || {
        assert!(receiver.recv().await.is_err());
    });
    let (sender, mut receiver) = watch::channel(());
    spends_budget("a value that matches at once", async || {
        receiver.wait_for(|()| true).await.unwrap();
    });
    drop(sender);
    spends_budget("the end of a watch channel", async || {
        assert!(receiver.changed().await.is_err());
    });
    let (sender, mut receiver) = local::mpsc::channel::<()>(1);
    drop(sender);
    spends_budget("the end of a local channel", async || {
        assert!(receiver.recv().await.is_none());
    });
}

#[test]
fn pitfall_19_waiting_for_a_value_that_was_set_spends_budget() {
    let once = SetOnce::new_with(Some(1));
    spends_budget("the value of a SetOnce", async || {
        assert_eq!(*once.wait().await, 1);
    });
    let cell = OnceCell::new_with(Some(1));
    spends_budget("the value of a OnceCell", async || {
        assert_eq!(*cell.get_or_init(async || 2).await, 1);
    });
}

#[test]
fn pitfall_19_waiting_for_a_member_of_an_empty_set_spends_budget() {
    let mut tasks = JoinSet::<()>::new();
    spends_budget("a set without tasks", async || {
        assert!(tasks.join_next().await.is_none());
    });
    let mut futures = FuturesUnordered::<Ready<()>>::new();
    spends_budget("a set without futures", async || {
        assert!(futures.next().await.is_none());
    });
}

#[test]
fn pitfall_19_reading_a_file_from_memory_spends_budget() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    std::fs::write(&path, [7; MANY as usize]).unwrap();
    run("a file whose bytes are in memory", async {
        let mut file = wakeful::fs::File::open(&path).await.unwrap();
        let mut byte = [0];
        // The first read brings all bytes into memory.
        file.read_exact(&mut byte).await.unwrap();
        let got = count_in_one_poll(async || file.read_exact(&mut byte).await.unwrap()).await;
        assert_eq!(got, BUDGET);
        let got =
            count_in_one_poll(async || assert_eq!(file.read(&mut []).await.unwrap(), 0)).await;
        assert_eq!(got, BUDGET);
        let got = count_in_one_poll(async || file.flush().await.unwrap()).await;
        assert_eq!(got, BUDGET);
    });
    for number in 0..200 {
        std::fs::write(directory.path().join(number.to_string()), []).unwrap();
    }
    run("a directory whose entries are in memory", async {
        let mut entries = wakeful::fs::read_dir(directory.path()).await.unwrap();
        let mut listed = 0;
        while entries.next_entry().await.unwrap().is_some() {
            listed += 1;
        }
        assert_eq!(listed, 201);
        let got = count_in_one_poll(async || {
            assert!(entries.next_entry().await.unwrap().is_none());
        });
        assert_eq!(got.await, BUDGET);
    });
}

#[test]
fn pitfall_19_resolving_an_address_spends_budget() {
    spends_budget("a name that is an address", async || {
        let mut found = wakeful::net::lookup_host("127.0.0.1:80").await.unwrap();
        assert!(found.next().is_some());
    });
    run("a peer by its address", async {
        let socket = wakeful::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let own = socket.local_addr().unwrap();
        let got = count_in_one_poll(async || socket.connect(own).await.unwrap()).await;
        assert_eq!(got, BUDGET);
    });
}

#[cfg(unix)]
#[test]
fn pitfall_19_waiting_for_a_child_that_has_exited_spends_budget() {
    run("a child that has exited", async {
        let mut child = wakeful::process::Command::new("true").spawn().unwrap();
        child.wait().await.unwrap();
        let got = count_in_one_poll(async || assert!(child.wait().await.unwrap().success())).await;
        assert_eq!(got, BUDGET);
    });
}

#[test]
fn pitfall_19_joining_tasks_spends_budget() {
    run("a thousand handles", async {
        let mut handles: Vec<_> = (0..MANY).map(|_| spawn_local(async {})).collect();
        let mut set = JoinSet::new();
        (0..MANY).for_each(|_| drop(set.spawn_local(async {})));
        // Let all of them end.
        yield_now().await;
        yield_now().await;
        let got = count_in_one_poll(async || handles.pop().unwrap().await.unwrap()).await;
        assert_eq!(got, BUDGET);
        let got = count_in_one_poll(async || set.join_next().await.unwrap().unwrap()).await;
        assert_eq!(got, BUDGET);
    });
}

#[test]
fn pitfall_19_awaiting_elapsed_timers_spends_budget() {
    run("timers that have elapsed", async {
        wakeful::time::pause();
        let start = Instant::now();
        let mut ticks = interval(Duration::from_millis(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        ticks.tick().await;
        advance(Duration::from_secs(2)).await;
        assert_eq!(
            count_in_one_poll(async || sleep_until(start).await).await,
            BUDGET
        );
        let got = count_in_one_poll(async || {
            ticks.tick().await;
        });
        assert_eq!(got.await, BUDGET);
    });
}

#[test]
fn pitfall_19_reading_and_writing_spend_budget() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::{TcpListener, TcpStream, UdpSocket};

    run("a peer that writes much", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut here = TcpStream::connect(address).await.unwrap();
        let (mut there, _) = listener.accept().await.unwrap();
        let got = count_in_one_poll(async || there.write_all(&[7]).await.unwrap()).await;
        assert_eq!(got, BUDGET);
        there.write_all(&[7; MANY as usize]).await.unwrap();
        here.readable().await.unwrap();
        let mut byte = [0];
        let got = count_in_one_poll(async || here.read_exact(&mut byte).await.unwrap()).await;
        assert_eq!(got, BUDGET);
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let own = socket.local_addr().unwrap();
        let got = count_in_one_poll(async || {
            assert_eq!(socket.send_to(&[], own).await.unwrap(), 0);
        })
        .await;
        assert_eq!(got, BUDGET);
    });
}

/// These loops are around the macros, and not inside them.
#[test]
fn pitfall_19_a_loop_around_select_join_or_timeout_spends_budget() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    spends_budget("a select in a loop", async || {
        sender.send(()).unwrap();
        wakeful::select! {
            Some(()) = receiver.recv() => {}
            () = pending() => {}
        }
    });
    spends_budget("a join in a loop", async || {
        sender.send(()).unwrap();
        wakeful::join!(receiver.recv()).0.unwrap();
    });
    spends_budget("a timeout in a loop", async || {
        sender.send(()).unwrap();
        let received = timeout(Duration::from_hours(1), receiver.recv()).await;
        received.unwrap().unwrap();
    });
    spends_budget("a timeout that is over", async || {
        let past = Instant::now() - Duration::from_secs(1);
        assert!(timeout_at(past, pending::<()>()).await.is_err());
    });
}

#[cfg(unix)]
#[test]
fn pitfall_19_an_operation_that_is_always_interrupted_ends_its_poll() {
    use std::{io, os::unix::net::UnixStream};
    use wakeful::io::{AsyncFd, Interest};

    run("the end of one poll", async {
        let (here, _there) = UnixStream::pair().unwrap();
        here.set_nonblocking(true).unwrap();
        let descriptor = AsyncFd::new(here).unwrap();
        let interrupted = |_: &UnixStream| Err::<(), _>(io::ErrorKind::Interrupted.into());
        let mut greedy = pin!(descriptor.async_io(Interest::WRITABLE, interrupted));
        assert!(futures_util::poll!(greedy.as_mut()).is_pending());
    });
}
