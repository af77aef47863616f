//! Tests of the reactor's parts: tokens (pitfall 12), ticks (pitfall 13) and
//! registrations.

use super::{
    Direction, INDEX_MASK, Interest, Reactor, Ready, RegistrationSet, ScheduledIo,
    scheduled_io::ReadyEvent,
};
use mio::{Registry, Token, event};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
};

fn idle() -> Arc<ScheduledIo> {
    Arc::new(ScheduledIo::new("test", Ready::EMPTY))
}

fn set(scheduled_io: &ScheduledIo, ready: Ready) {
    let mut wakers = Vec::new();
    scheduled_io.set_ready(ready, &mut wakers);
    wakers.into_iter().for_each(Waker::wake);
}

fn check_ready(scheduled_io: &ScheduledIo, direction: Direction) -> Option<ReadyEvent> {
    match scheduled_io.poll_ready(&Context::from_waker(Waker::noop()), direction) {
        Poll::Ready(event) => Some(event.unwrap()),
        Poll::Pending => None,
    }
}

#[test]
fn pitfall_12_a_token_finds_its_source_and_never_its_successor() {
    let mut registrations = RegistrationSet::default();
    let (first, second) = (idle(), idle());
    let old = registrations.add(Arc::clone(&first)).unwrap();
    assert!(Arc::ptr_eq(registrations.get(old).unwrap(), &first));
    assert!(registrations.remove(old).is_some());
    let new = registrations.add(Arc::clone(&second)).unwrap();
    // The index is the same, the token is not.
    assert_eq!(old.0 & INDEX_MASK, new.0 & INDEX_MASK);
    assert!(registrations.get(old).is_none());
    assert!(
        registrations.remove(old).is_none(),
        "removing it twice leaves its successor in place"
    );
    assert!(Arc::ptr_eq(registrations.get(new).unwrap(), &second));
    assert!(registrations.get(super::SELECTOR_WAKER).is_none());
}

/// A source whose deregistration fails.
#[cfg(not(miri))]
struct Sticky(mio::net::UdpSocket);

#[cfg(not(miri))]
impl event::Source for Sticky {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: mio::Interest,
    ) -> io::Result<()> {
        self.0.register(registry, token, interest)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: mio::Interest,
    ) -> io::Result<()> {
        self.0.reregister(registry, token, interest)
    }

    fn deregister(&mut self, _: &Registry) -> io::Result<()> {
        Err(io::ErrorKind::Other.into())
    }
}

#[cfg(not(miri))]
#[test]
fn pitfall_12_events_of_a_source_that_could_not_be_deregistered_reach_no_source() {
    let mut reactor = Reactor::new().unwrap();
    let socket = mio::net::UdpSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let handle = Arc::clone(reactor.handle());
    let mut sticky = Sticky(socket);
    let scheduled_io = idle();
    let token = handle
        .register(&mut sticky, mio::Interest::READABLE, &scheduled_io)
        .unwrap();
    handle.deregister(&mut sticky, token);
    // Another source gets its index, and then an event comes for the old one.
    let successor = idle();
    let mut other = mio::net::UdpSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let theirs = handle
        .register(&mut other, mio::Interest::READABLE, &successor)
        .unwrap();
    assert_eq!(token.0 & INDEX_MASK, theirs.0 & INDEX_MASK);
    let sender = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.send_to(b"x", address).unwrap();
    let mut wakers = Vec::new();
    reactor
        .turn(Some(std::time::Duration::from_secs(5)), &mut wakers)
        .unwrap();
    assert_eq!(scheduled_io.state(0).readiness, Ready::EMPTY);
    assert_eq!(successor.state(0).readiness, Ready::EMPTY);
    assert!(wakers.is_empty());
}

#[test]
fn a_registration_that_fails_leaves_nothing_behind() {
    struct Refused;
    impl event::Source for Refused {
        fn register(&mut self, _: &Registry, _: Token, _: mio::Interest) -> io::Result<()> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
        fn reregister(&mut self, _: &Registry, _: Token, _: mio::Interest) -> io::Result<()> {
            unreachable!()
        }
        fn deregister(&mut self, _: &Registry) -> io::Result<()> {
            unreachable!()
        }
    }
    let reactor = Reactor::new().unwrap();
    let error = reactor
        .handle()
        .register(&mut Refused, mio::Interest::READABLE, &idle());
    assert_eq!(error.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    assert!(reactor.handle().inspect().is_empty());
}

#[test]
fn pitfall_13_an_event_that_came_after_the_read_is_not_cleared() {
    let scheduled_io = idle();
    set(&scheduled_io, Ready::READABLE);
    let event = check_ready(&scheduled_io, Direction::Read).expect("readable");
    // The operation returns `WouldBlock`. Before the task clears, data comes.
    set(&scheduled_io, Ready::READABLE);
    scheduled_io.clear(event, Ready::READABLE);
    assert!(check_ready(&scheduled_io, Direction::Read).is_some());
    // Without another event it is cleared.
    let event = check_ready(&scheduled_io, Direction::Read).expect("readable");
    scheduled_io.clear(event, Ready::READABLE);
    assert!(check_ready(&scheduled_io, Direction::Read).is_none());
}

#[test]
fn pitfall_14_clearing_one_direction_leaves_the_other_and_closed_ends() {
    let scheduled_io = idle();
    set(
        &scheduled_io,
        Ready::READABLE | Ready::WRITABLE | Ready::READ_CLOSED,
    );
    let event = check_ready(&scheduled_io, Direction::Read).expect("readable");
    scheduled_io.clear(event, Ready::READABLE);
    assert_eq!(
        scheduled_io.state(0).readiness,
        Ready::WRITABLE | Ready::READ_CLOSED
    );
    assert!(
        check_ready(&scheduled_io, Direction::Read).is_some(),
        "the end of the stream can be read"
    );
    assert!(check_ready(&scheduled_io, Direction::Write).is_some());
}

#[test]
fn pitfall_14_would_block_clears_the_closed_end_of_a_socket() {
    let scheduled_io = idle();
    let ends = Ready::READ_CLOSED | Ready::WRITE_CLOSED;
    set(&scheduled_io, Ready::READABLE | ends);
    let event = check_ready(&scheduled_io, Direction::Read).expect("readable");
    // The event comes again before the task clears it.
    set(&scheduled_io, Ready::READ_CLOSED);
    scheduled_io.clear_would_block(event, Interest::READABLE);
    let event = check_ready(&scheduled_io, Direction::Read).expect("closed");
    scheduled_io.clear_would_block(event, Interest::READABLE);
    assert_eq!(scheduled_io.state(0).readiness, Ready::WRITE_CLOSED);
    // The shutdown of the runtime is no event of the kernel, and it stays.
    set(&scheduled_io, Ready::SHUTDOWN);
    scheduled_io.clear_would_block(event, Interest::READABLE);
    assert!(scheduled_io.check_ready(Interest::READABLE).is_err());
}

struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn an_event_wakes_exactly_the_tasks_that_wait_for_it() {
    let scheduled_io = idle();
    let counts = [(); 4].map(|()| Arc::new(Count(AtomicUsize::new(0))));
    let wakers = counts
        .each_ref()
        .map(|count| Waker::from(Arc::clone(count)));
    let contexts = wakers.each_ref().map(Context::from_waker);
    let mut keys = [None; 2];
    let [reader, writer, first, second] = &contexts;
    assert!(
        scheduled_io
            .poll_ready(reader, Direction::Read)
            .is_pending()
    );
    assert!(
        scheduled_io
            .poll_ready(writer, Direction::Write)
            .is_pending()
    );
    for (context, key) in [first, second].into_iter().zip(&mut keys) {
        assert!(
            scheduled_io
                .poll_ready_listed(context, Interest::READABLE, key)
                .is_pending()
        );
    }
    set(&scheduled_io, Ready::READABLE);
    let wakes = counts.each_ref().map(|count| count.0.load(SeqCst));
    assert_eq!(wakes, [1, 0, 1, 1]);
    // The second event wakes nothing, because no task waits any more.
    set(&scheduled_io, Ready::READABLE);
    assert_eq!(counts[2].0.load(SeqCst), 1);
    keys.into_iter()
        .flatten()
        .for_each(|key| scheduled_io.remove_waiter(key));
}
