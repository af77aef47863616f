//! The runtime: tasks that wait for time, sockets and other threads.

use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use pinning::{Either, race};
use reactor::mio::net::UdpSocket;
use reactor::{Direction, Registered};
use timers::{Clock, Elapsed, Runtime, sleep, spawn, timeout};
use wakers::Flag;

const HOUR: Duration = Duration::from_hours(1);

fn paused() -> Runtime {
    Runtime::with_clock(Clock::paused()).expect("a descriptor is free")
}

/// A socket to which no program sends anything.
fn silent() -> Registered<UdpSocket> {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let socket = UdpSocket::bind(any).expect("a port of the loopback is free");
    Registered::new(socket).expect("the reactor watches it")
}

async fn receive(socket: &Registered<UdpSocket>) -> [u8; 1] {
    let mut byte = [0];
    let read = socket.io(Direction::Read, |socket| socket.recv(&mut byte)).await;
    assert_eq!(read.expect("the socket works"), 1);
    byte
}

#[test]
fn a_deadline_ends_the_wait_for_a_socket() {
    let runtime = paused();
    runtime.block_on(async {
        let socket = silent();
        assert_eq!(timeout(HOUR, receive(&socket)).await, Err(Elapsed));
    });
    assert_eq!(runtime.clock().elapsed(), HOUR);
}

#[test]
fn a_socket_that_is_ready_is_heard_before_a_paused_clock_moves() {
    let runtime = paused();
    runtime.block_on(async {
        let (socket, sender) = (silent(), silent());
        let address = socket.get_ref().local_addr().expect("it is bound");
        let task = spawn(async move { timeout(HOUR, receive(&socket)).await });
        let sent = sender.io(Direction::Write, |sender| sender.send_to(b"m", address));
        assert_eq!(sent.await.expect("the loopback works"), 1);
        assert_eq!(task.await.expect("the task ends"), Ok(*b"m"));
    });
    assert_eq!(runtime.clock().elapsed(), Duration::ZERO);
}

#[test]
fn a_sleep_ends_beside_a_task_that_moves_the_paused_clock_and_wakes_itself() {
    let runtime = paused();
    let clock = runtime.clock().clone();
    let mut polls = 0;
    let busy = poll_fn(|cx| {
        polls += 1;
        if polls == 1 {
            clock.advance(HOUR);
        }
        cx.waker().wake_by_ref();
        // The limit lets the test fail instead of running for ever.
        if polls < 200 { Poll::Pending } else { Poll::Ready(()) }
    });
    let first = runtime.block_on(async { race(sleep(HOUR), busy).await });
    assert!(matches!(first, Either::Left(())));
    assert_eq!(runtime.clock().elapsed(), HOUR);
}

#[test]
fn without_a_timer_a_paused_runtime_waits_for_other_threads() {
    let raised = Arc::new(Flag::new());
    let for_thread = Arc::clone(&raised);
    let device = thread::spawn(move || for_thread.raise());
    paused().block_on(raised.wait());
    device.join().expect("the device ends");
}

#[test]
fn a_wake_from_another_thread_ends_the_sleep_before_the_deadline() {
    let runtime = Runtime::new().expect("a descriptor is free");
    let raised = Arc::new(Flag::new());
    let for_thread = Arc::clone(&raised);
    let device = thread::spawn(move || for_thread.raise());
    let first = runtime.block_on(async { race(raised.wait(), sleep(HOUR)).await });
    assert!(matches!(first, Either::Left(())));
    device.join().expect("the device ends");
}

#[test]
fn the_thread_sleeps_until_the_deadline_and_not_less() {
    let runtimes = [
        Runtime::new(),
        #[cfg(target_os = "linux")]
        Runtime::precise(),
    ];
    for runtime in runtimes {
        let runtime = runtime.expect("a descriptor is free");
        for micros in [0, 1, 999, 1500, 3000] {
            let (begun, pause) = (Instant::now(), Duration::from_micros(micros));
            runtime.block_on(async { sleep(pause).await });
            assert!(begun.elapsed() >= pause);
        }
    }
}

#[test]
fn a_task_of_the_runtime_may_spawn_and_sleep() {
    let runtime = paused();
    let slept = runtime.block_on(async {
        let inner = spawn(async {
            sleep(HOUR).await;
            spawn(sleep(HOUR)).await.expect("the task ends");
        });
        timeout(3 * HOUR, inner).await
    });
    assert!(slept.is_ok_and(|joined| joined.is_ok()));
    assert_eq!(runtime.clock().elapsed(), 2 * HOUR);
}
