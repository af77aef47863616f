//! How often a loop polls the driver and takes tasks from other threads, and the LIFO
//! slot.

use crate::support::watched;
use std::{
    cell::RefCell,
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
        mpsc,
    },
    task::Poll,
    thread,
    time::Duration,
};
use wakeful::{
    net::UdpSocket,
    runtime::{Builder, Handle},
    spawn,
    task::yield_now,
};

fn one_thread() -> [Builder; 3] {
    [
        Builder::new_current_thread(),
        Builder::new_multi_thread().worker_threads(1),
        Builder::new_thread_per_core().worker_threads(1),
    ]
}

/// Polls itself again and again, and never yields, until `done` is set. Returns the number
/// of polls.
async fn busy_until(done: Arc<AtomicBool>) -> u32 {
    let mut polls = 0;
    poll_fn(|context| {
        if done.load(SeqCst) {
            return Poll::Ready(polls);
        }
        polls += 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// How many times a busy task is polled before another task gets a datagram.
fn polls_before_a_datagram(builder: Builder) -> u32 {
    let runtime = builder.build().unwrap();
    watched("a datagram", || {
        runtime.block_on(async {
            let task = spawn(async {
                let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
                let done = Arc::new(AtomicBool::new(false));
                let address = socket.local_addr().unwrap();
                let received = Arc::clone(&done);
                let receiver = spawn(async move {
                    socket.recv(&mut [0]).await.unwrap();
                    received.store(true, SeqCst);
                });
                // The receiver waits, and the driver has been polled.
                yield_now().await;
                let sender = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
                sender.send_to(&[1], address).unwrap();
                let polls = busy_until(done).await;
                receiver.await.unwrap();
                polls
            });
            task.await.unwrap()
        })
    })
}

#[test]
fn the_driver_is_polled_at_the_event_interval() {
    for interval in [5, 500] {
        for builder in one_thread() {
            let polls = polls_before_a_datagram(builder.event_interval(interval));
            let expected = interval - 2..=interval + 2;
            assert!(expected.contains(&polls), "{polls} polls of {interval}");
        }
    }
}

/// How many times a busy task is polled before a task runs that another thread spawned.
fn polls_before_a_remote_task(builder: Builder) -> u32 {
    let runtime = builder.build().unwrap();
    watched("a task from another thread", || {
        runtime.block_on(async {
            let task = spawn(async {
                yield_now().await;
                let done = Arc::new(AtomicBool::new(false));
                let ran = Arc::clone(&done);
                let handle = Handle::current();
                let remote = thread::spawn(move || {
                    drop(handle.spawn(async move { ran.store(true, SeqCst) }));
                });
                remote.join().unwrap();
                busy_until(done).await
            });
            task.await.unwrap()
        })
    })
}

#[test]
fn tasks_of_other_threads_are_taken_at_the_global_queue_interval() {
    for interval in [4, 300] {
        for builder in one_thread() {
            let builder = builder.event_interval(30).global_queue_interval(interval);
            let polls = polls_before_a_remote_task(builder);
            let most = interval + 2;
            assert!(polls <= most, "{polls} polls of {interval}");
            // The interval may have begun before the task was spawned.
            assert!(interval < 30 || polls > 200, "{polls} polls of {interval}");
        }
    }
}

#[test]
fn without_an_interval_of_their_own_tasks_of_other_threads_come_with_the_events() {
    for builder in one_thread() {
        let polls = polls_before_a_remote_task(builder.event_interval(300));
        assert!((200..=302).contains(&polls), "{polls} polls");
    }
}

#[test]
#[should_panic(expected = "an interval of no polls")]
fn an_event_interval_of_zero_is_refused() {
    let _ = Builder::new_current_thread().event_interval(0);
}

#[test]
#[should_panic(expected = "an interval of no polls")]
fn a_global_queue_interval_of_zero_is_refused() {
    let _ = Builder::new_current_thread().global_queue_interval(0);
}

/// In which order three tasks run that a task of a multi-thread runtime has spawned.
fn order_on_one_worker(builder: Builder) -> Vec<u32> {
    thread_local! {
        static ORDER: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    }
    let runtime = builder.build().unwrap();
    let ended = Arc::new(AtomicU32::new(0));
    watched("three tasks", || {
        runtime.block_on(async {
            let count = Arc::clone(&ended);
            spawn(async move {
                for number in 1..=3 {
                    let count = Arc::clone(&count);
                    spawn(async move {
                        ORDER.with_borrow_mut(|order| order.push(number));
                        count.fetch_add(1, SeqCst);
                    });
                }
            });
            while ended.load(SeqCst) < 3 {
                yield_now().await;
            }
        });
    });
    ORDER.take()
}

#[test]
fn without_the_lifo_slot_tasks_run_in_the_order_of_their_wakes() {
    let multi_thread = Builder::new_multi_thread().worker_threads(1);
    assert_eq!(order_on_one_worker(multi_thread.clone()), [3, 1, 2]);
    assert_eq!(
        order_on_one_worker(multi_thread.disable_lifo_slot()),
        [1, 2, 3]
    );
}

#[test]
fn without_the_lifo_slot_siblings_steal_the_task_that_was_woken_last() {
    let multi_thread = Builder::new_multi_thread().worker_threads(3);
    let runtime = multi_thread.disable_lifo_slot().build().unwrap();
    watched("a task that a sibling steals", || {
        runtime.block_on(async {
            let blocking = spawn(async {
                let (sender, receiver) = mpsc::channel();
                spawn(async move { sender.send(()).unwrap() });
                // This blocks the worker on which the other task was spawned.
                receiver.recv_timeout(Duration::from_secs(20)).unwrap();
            });
            blocking.await.unwrap();
        });
    });
}
