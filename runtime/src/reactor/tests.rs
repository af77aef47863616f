//! Tests of the reactor's parts: tokens (trap 12), ticks (trap 13) and
//! registrations.

use super::{Direction, INDEX_MASK, Interest, Reactor, Ready, Source, Sources, source::ReadyEvent};
use mio::{Registry, Token, event};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
};

fn idle() -> Arc<Source> {
    Arc::new(Source::new("test", Ready::EMPTY))
}

fn set(source: &Source, ready: Ready) {
    let mut wakers = Vec::new();
    source.set_ready(ready, &mut wakers);
    wakers.into_iter().for_each(Waker::wake);
}

fn check_ready(source: &Source, direction: Direction) -> Option<ReadyEvent> {
    match source.poll_ready(&Context::from_waker(Waker::noop()), direction) {
        Poll::Ready(event) => Some(event.unwrap()),
        Poll::Pending => None,
    }
}

#[test]
fn trap_12_a_token_finds_its_source_and_never_its_successor() {
    let mut sources = Sources::default();
    let (first, second) = (idle(), idle());
    let old = sources.add(Arc::clone(&first)).unwrap();
    assert!(Arc::ptr_eq(sources.get(old).unwrap(), &first));
    assert!(sources.remove(old).is_some());
    let new = sources.add(Arc::clone(&second)).unwrap();
    // The index is the same, the token is not.
    assert_eq!(old.0 & INDEX_MASK, new.0 & INDEX_MASK);
    assert!(sources.get(old).is_none());
    assert!(
        sources.remove(old).is_none(),
        "removing it twice leaves its successor in place"
    );
    assert!(Arc::ptr_eq(sources.get(new).unwrap(), &second));
    assert!(sources.get(super::SELECTOR_WAKER).is_none());
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
fn trap_12_events_of_a_source_that_could_not_be_deregistered_reach_no_source() {
    let mut reactor = Reactor::new().unwrap();
    let socket = mio::net::UdpSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let handle = Arc::clone(reactor.handle());
    let mut sticky = Sticky(socket);
    let source = idle();
    let token = handle
        .register(&mut sticky, mio::Interest::READABLE, &source)
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
    assert_eq!(source.state(0).readiness, Ready::EMPTY);
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
fn trap_13_an_event_that_came_after_the_read_is_not_cleared() {
    let source = idle();
    set(&source, Ready::READABLE);
    let event = check_ready(&source, Direction::Read).expect("readable");
    // The operation returns `WouldBlock`. Before the task clears, data comes.
    set(&source, Ready::READABLE);
    source.clear(event, Ready::READABLE);
    assert!(check_ready(&source, Direction::Read).is_some());
    // Without another event it is cleared.
    let event = check_ready(&source, Direction::Read).expect("readable");
    source.clear(event, Ready::READABLE);
    assert!(check_ready(&source, Direction::Read).is_none());
}

#[test]
fn trap_14_clearing_one_direction_leaves_the_other_and_closed_ends() {
    let source = idle();
    set(
        &source,
        Ready::READABLE | Ready::WRITABLE | Ready::READ_CLOSED,
    );
    let event = check_ready(&source, Direction::Read).expect("readable");
    source.clear(event, Ready::READABLE);
    assert_eq!(
        source.state(0).readiness,
        Ready::WRITABLE | Ready::READ_CLOSED
    );
    assert!(
        check_ready(&source, Direction::Read).is_some(),
        "the end of the stream can be read"
    );
    assert!(check_ready(&source, Direction::Write).is_some());
}

#[test]
fn trap_14_would_block_clears_the_closed_end_of_a_socket() {
    let source = idle();
    let ends = Ready::READ_CLOSED | Ready::WRITE_CLOSED;
    set(&source, Ready::READABLE | ends);
    let event = check_ready(&source, Direction::Read).expect("readable");
    // The event comes again before the task clears it.
    set(&source, Ready::READ_CLOSED);
    source.clear_would_block(event, Interest::READABLE);
    let event = check_ready(&source, Direction::Read).expect("closed");
    source.clear_would_block(event, Interest::READABLE);
    assert_eq!(source.state(0).readiness, Ready::WRITE_CLOSED);
    // The shutdown of the runtime is no event of the kernel, and it stays.
    set(&source, Ready::SHUTDOWN);
    source.clear_would_block(event, Interest::READABLE);
    assert!(source.check_ready(Interest::READABLE).is_err());
}

struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn an_event_wakes_exactly_the_tasks_that_wait_for_it() {
    let source = idle();
    let counts = [(); 4].map(|()| Arc::new(Count(AtomicUsize::new(0))));
    let wakers = counts
        .each_ref()
        .map(|count| Waker::from(Arc::clone(count)));
    let contexts = wakers.each_ref().map(Context::from_waker);
    let mut keys = [None; 2];
    let [reader, writer, first, second] = &contexts;
    assert!(source.poll_ready(reader, Direction::Read).is_pending());
    assert!(source.poll_ready(writer, Direction::Write).is_pending());
    for (context, key) in [first, second].into_iter().zip(&mut keys) {
        assert!(
            source
                .poll_ready_listed(context, Interest::READABLE, key)
                .is_pending()
        );
    }
    set(&source, Ready::READABLE);
    let wakes = counts.each_ref().map(|count| count.0.load(SeqCst));
    assert_eq!(wakes, [1, 0, 1, 1]);
    // The second event wakes nothing, because no task waits any more.
    set(&source, Ready::READABLE);
    assert_eq!(counts[2].0.load(SeqCst), 1);
    keys.into_iter()
        .flatten()
        .for_each(|key| source.remove_waiter(key));
}
