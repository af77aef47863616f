//! Trap 19: whoever awaits what is always ready comes to the end of its poll all
//! the same. Here is everything that can be ready for ever. (Under Miri it would
//! take minutes; what is `unsafe` on the way is reached by others.)

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

/// So many things that are ready a task may have in one poll.
const BUDGET: u32 = 128;
/// More than that, and fewer than would be for ever.
const MANY: u32 = 1000;

/// How many of them a task gets in one poll.
async fn got_in_one_poll(mut thing: impl AsyncFnMut()) -> u32 {
    // The next poll has its budget before it.
    yield_now().await;
    let got = Cell::new(0);
    let mut greedy = pin!(async {
        for _ in 0..MANY {
            thing().await;
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

/// One await in `thing` costs one of the budget.
fn gives_way(what: &'static str, thing: impl AsyncFnMut()) {
    let got = run(what, got_in_one_poll(thing));
    assert_eq!(got, BUDGET, "{what}");
}

#[test]
fn trap_19_who_sends_or_receives_gives_way() {
    let (sender, mut receiver) = mpsc::channel(1);
    gives_way("room in a channel", async || {
        sender.send(()).await.unwrap();
        receiver.try_recv().unwrap();
    });
    gives_way("a message", async || {
        sender.try_send(()).unwrap();
        receiver.recv().await.unwrap();
    });
    let (_, mut receiver) = mpsc::channel::<()>(1);
    gives_way("the end of a channel", async || {
        assert_eq!(receiver.recv().await, None);
    });

    let (sender, mut receiver) = mpsc::unbounded_channel();
    gives_way("a message without a limit", async || {
        sender.send(()).unwrap();
        receiver.recv().await.unwrap();
    });
    let mut buffer = Vec::new();
    gives_way("a batch of messages", async || {
        sender.send(()).unwrap();
        assert_ne!(receiver.recv_many(&mut buffer, 10).await, 0);
    });

    gives_way("a message for once", async || {
        let (sender, receiver) = oneshot::channel();
        sender.send(()).unwrap();
        receiver.await.unwrap();
    });

    let (sender, mut receiver) = broadcast::channel(1);
    gives_way("a message for all", async || {
        sender.send(()).unwrap();
        receiver.recv().await.unwrap();
    });
    let (sender, mut receiver) = watch::channel(());
    gives_way("a change", async || {
        sender.send(()).unwrap();
        receiver.changed().await.unwrap();
    });
}

#[test]
fn trap_19_who_sends_or_receives_on_one_thread_gives_way() {
    let (sender, mut receiver) = local::mpsc::channel(1);
    gives_way("room in a local channel", async || {
        sender.send(()).await.unwrap();
        receiver.try_recv().unwrap();
    });
    gives_way("a local message", async || {
        sender.try_send(()).unwrap();
        receiver.recv().await.unwrap();
    });
    let notify = local::Notify::new();
    gives_way("a local notification", async || {
        notify.notify_one();
        notify.notified().await;
    });
}

#[test]
fn trap_19_who_takes_a_lock_or_a_permit_gives_way() {
    let mutex = Mutex::new(());
    gives_way("a free lock", async || drop(mutex.lock().await));
    let lock = RwLock::new(());
    gives_way("a look at a value", async || drop(lock.read().await));
    gives_way("a value to write", async || drop(lock.write().await));
    let permits = Semaphore::new(1);
    gives_way("a permit", async || drop(permits.acquire().await.unwrap()));
    permits.close();
    gives_way("a refusal", async || {
        assert!(permits.acquire().await.is_err());
    });
}

#[test]
fn trap_19_who_waits_for_what_has_been_gives_way() {
    let notify = Notify::new();
    gives_way("a notification", async || {
        notify.notify_one();
        notify.notified().await;
    });
    let barrier = Barrier::new(1);
    gives_way("a barrier for one", async || {
        barrier.wait().await;
    });
    let token = CancellationToken::new();
    token.cancel();
    gives_way("a cancelled token", async || token.cancelled().await);
}

#[test]
fn trap_19_waiting_for_a_receiver_that_is_gone_gives_way() {
    let (sender, receiver) = mpsc::channel::<()>(1);
    drop(receiver);
    gives_way("the end of a channel's receiver", async || {
        sender.closed().await;
    });
    let (sender, receiver) = mpsc::unbounded_channel::<()>();
    drop(receiver);
    gives_way("the end of an unbounded channel's receiver", async || {
        sender.closed().await;
    });
    let (sender, receiver) = broadcast::channel::<()>(1);
    drop(receiver);
    gives_way("the end of all who listen", async || sender.closed().await);
    let (sender, receiver) = watch::channel(());
    drop(receiver);
    gives_way("the end of all who watch", async || sender.closed().await);
    let (mut sender, receiver) = oneshot::channel::<()>();
    drop(receiver);
    gives_way("the end of a receiver for once", async || {
        sender.closed().await;
    });
}

#[test]
fn trap_19_receiving_what_cannot_come_gives_way() {
    let (sender, mut receiver) = broadcast::channel::<()>(1);
    drop(sender);
    gives_way("the end of a broadcast", async || {
        assert!(receiver.recv().await.is_err());
    });
    let (sender, mut receiver) = watch::channel(());
    gives_way("a value that is wanted", async || {
        receiver.wait_for(|()| true).await.unwrap();
    });
    drop(sender);
    gives_way("the end of a watch", async || {
        assert!(receiver.changed().await.is_err());
    });
    let (sender, mut receiver) = local::mpsc::channel::<()>(1);
    drop(sender);
    gives_way("the end of a local channel", async || {
        assert!(receiver.recv().await.is_none());
    });
}

#[test]
fn trap_19_waiting_for_a_value_that_is_there_gives_way() {
    let once = SetOnce::new_with(Some(1));
    gives_way("a value that has been set", async || {
        assert_eq!(*once.wait().await, 1);
    });
    let cell = OnceCell::new_with(Some(1));
    gives_way("a value that has been made", async || {
        assert_eq!(*cell.get_or_init(async || 2).await, 1);
    });
}

#[test]
fn trap_19_waiting_for_members_of_an_empty_set_gives_way() {
    let mut tasks = JoinSet::<()>::new();
    gives_way("a set without tasks", async || {
        assert!(tasks.join_next().await.is_none());
    });
    let mut futures = FuturesUnordered::<Ready<()>>::new();
    gives_way("a set without futures", async || {
        assert!(futures.next().await.is_none());
    });
}

#[test]
fn trap_19_files_whose_bytes_are_in_memory_give_way() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    std::fs::write(&path, [7; MANY as usize]).unwrap();
    run("a file, read ahead", async {
        let mut file = wakeful::fs::File::open(&path).await.unwrap();
        let mut byte = [0];
        // The first read brings all.
        file.read_exact(&mut byte).await.unwrap();
        let got = got_in_one_poll(async || file.read_exact(&mut byte).await.unwrap()).await;
        assert_eq!(got, BUDGET);
        let got = got_in_one_poll(async || assert_eq!(file.read(&mut []).await.unwrap(), 0)).await;
        assert_eq!(got, BUDGET);
        let got = got_in_one_poll(async || file.flush().await.unwrap()).await;
        assert_eq!(got, BUDGET);
    });
    for number in 0..200 {
        std::fs::write(directory.path().join(number.to_string()), []).unwrap();
    }
    run("a directory, read ahead", async {
        let mut entries = wakeful::fs::read_dir(directory.path()).await.unwrap();
        let mut listed = 0;
        while entries.next_entry().await.unwrap().is_some() {
            listed += 1;
        }
        assert_eq!(listed, 201);
        let got = got_in_one_poll(async || {
            assert!(entries.next_entry().await.unwrap().is_none());
        });
        assert_eq!(got.await, BUDGET);
    });
}

#[test]
fn trap_19_a_name_that_is_an_address_gives_way() {
    gives_way("an address that nobody has to be asked for", async || {
        let mut found = wakeful::net::lookup_host("127.0.0.1:80").await.unwrap();
        assert!(found.next().is_some());
    });
    run("a peer by its address", async {
        let socket = wakeful::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let own = socket.local_addr().unwrap();
        let got = got_in_one_poll(async || socket.connect(own).await.unwrap()).await;
        assert_eq!(got, BUDGET);
    });
}

#[cfg(unix)]
#[test]
fn trap_19_waiting_for_a_child_that_has_ended_gives_way() {
    run("a child that has ended", async {
        let mut child = wakeful::process::Command::new("true").spawn().unwrap();
        child.wait().await.unwrap();
        let got = got_in_one_poll(async || assert!(child.wait().await.unwrap().success())).await;
        assert_eq!(got, BUDGET);
    });
}

#[test]
fn trap_19_who_joins_gives_way() {
    run("a thousand handles", async {
        let mut handles: Vec<_> = (0..MANY).map(|_| spawn_local(async {})).collect();
        let mut set = JoinSet::new();
        (0..MANY).for_each(|_| drop(set.spawn_local(async {})));
        // All of them end.
        yield_now().await;
        yield_now().await;
        let got = got_in_one_poll(async || handles.pop().unwrap().await.unwrap()).await;
        assert_eq!(got, BUDGET);
        let got = got_in_one_poll(async || set.join_next().await.unwrap().unwrap()).await;
        assert_eq!(got, BUDGET);
    });
}

#[test]
fn trap_19_who_is_late_for_a_timer_gives_way() {
    run("timers whose time has come", async {
        wakeful::time::pause();
        let start = Instant::now();
        let mut ticks = interval(Duration::from_millis(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        ticks.tick().await;
        advance(Duration::from_secs(2)).await;
        assert_eq!(
            got_in_one_poll(async || sleep_until(start).await).await,
            BUDGET
        );
        let got = got_in_one_poll(async || {
            ticks.tick().await;
        });
        assert_eq!(got.await, BUDGET);
    });
}

#[test]
fn trap_19_who_reads_or_writes_gives_way() {
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use wakeful::net::{TcpListener, TcpStream, UdpSocket};

    run("a peer that writes much", async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut here = TcpStream::connect(address).await.unwrap();
        let (mut there, _) = listener.accept().await.unwrap();
        let got = got_in_one_poll(async || there.write_all(&[7]).await.unwrap()).await;
        assert_eq!(got, BUDGET);
        there.write_all(&[7; MANY as usize]).await.unwrap();
        here.readable().await.unwrap();
        let mut byte = [0];
        let got = got_in_one_poll(async || here.read_exact(&mut byte).await.unwrap()).await;
        assert_eq!(got, BUDGET);
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let own = socket.local_addr().unwrap();
        let got = got_in_one_poll(async || {
            assert_eq!(socket.send_to(&[], own).await.unwrap(), 0);
        })
        .await;
        assert_eq!(got, BUDGET);
    });
}

/// Loops around what is ready, in place of inside of it.
#[test]
fn trap_19_who_goes_round_a_select_a_join_or_a_timeout_gives_way() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    gives_way("a select in a loop", async || {
        sender.send(()).unwrap();
        wakeful::select! {
            Some(()) = receiver.recv() => {}
            () = pending() => {}
        }
    });
    gives_way("a join in a loop", async || {
        sender.send(()).unwrap();
        wakeful::join!(receiver.recv()).0.unwrap();
    });
    gives_way("a timeout in a loop", async || {
        sender.send(()).unwrap();
        let received = timeout(Duration::from_hours(1), receiver.recv()).await;
        received.unwrap().unwrap();
    });
    gives_way("a timeout that is over", async || {
        let past = Instant::now() - Duration::from_secs(1);
        assert!(timeout_at(past, pending::<()>()).await.is_err());
    });
}

#[cfg(unix)]
#[test]
fn trap_19_an_operation_that_is_always_interrupted_gives_way() {
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
