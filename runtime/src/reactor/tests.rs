//! Traps 12 and 13, at the parts: tokens, ticks, registrations.

use super::{Direction, Flags, Reactor, Source, Sources};
use mio::{Interest, Registry, Token, event};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
};

fn idle() -> Arc<Source> {
    Arc::new(Source::new("test", Flags::NONE))
}

fn set(source: &Source, flags: Flags) {
    let mut wakers = Vec::new();
    source.set(flags, &mut wakers);
    wakers.into_iter().for_each(Waker::wake);
}

fn look(source: &Source, direction: Direction) -> Option<super::source::Seen> {
    match source.poll_ready(&Context::from_waker(Waker::noop()), direction) {
        Poll::Ready(seen) => Some(seen.unwrap()),
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
    // The same place, but not the same token.
    assert_eq!(old.0 & super::LOW, new.0 & super::LOW);
    assert!(sources.get(old).is_none());
    assert!(
        sources.remove(old).is_none(),
        "removed twice, it takes nobody along"
    );
    assert!(Arc::ptr_eq(sources.get(new).unwrap(), &second));
    assert!(sources.get(super::BELL).is_none());
}

/// A source that the kernel does not let go.
#[cfg(not(miri))]
struct Sticky(mio::net::UdpSocket);

#[cfg(not(miri))]
impl event::Source for Sticky {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.0.register(registry, token, interest)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.0.reregister(registry, token, interest)
    }

    fn deregister(&mut self, _: &Registry) -> io::Result<()> {
        Err(io::ErrorKind::Other.into())
    }
}

#[cfg(not(miri))]
#[test]
fn trap_12_events_of_a_source_that_could_not_be_deregistered_reach_nobody() {
    let mut reactor = Reactor::new().unwrap();
    let socket = mio::net::UdpSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let shared = Arc::clone(reactor.shared());
    let mut sticky = Sticky(socket);
    let source = idle();
    let token = shared
        .register(&mut sticky, Interest::READABLE, &source)
        .unwrap();
    shared.deregister(&mut sticky, token);
    // Its place goes to another, and then an event comes for it.
    let successor = idle();
    let mut other = mio::net::UdpSocket::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let theirs = shared
        .register(&mut other, Interest::READABLE, &successor)
        .unwrap();
    assert_eq!(token.0 & super::LOW, theirs.0 & super::LOW);
    let sender = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.send_to(b"x", address).unwrap();
    let mut wakers = Vec::new();
    reactor
        .turn(Some(std::time::Duration::from_secs(5)), &mut wakers)
        .unwrap();
    assert_eq!(source.flags(), Flags::NONE);
    assert_eq!(successor.flags(), Flags::NONE);
    assert!(wakers.is_empty());
}

#[test]
fn a_registration_that_fails_leaves_nothing_behind() {
    struct Refused;
    impl event::Source for Refused {
        fn register(&mut self, _: &Registry, _: Token, _: Interest) -> io::Result<()> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
        fn reregister(&mut self, _: &Registry, _: Token, _: Interest) -> io::Result<()> {
            unreachable!()
        }
        fn deregister(&mut self, _: &Registry) -> io::Result<()> {
            unreachable!()
        }
    }
    let reactor = Reactor::new().unwrap();
    let error = reactor
        .shared()
        .register(&mut Refused, Interest::READABLE, &idle());
    assert_eq!(error.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    let mut registered = 0;
    reactor.shared().for_each_source(|_, _| registered += 1);
    assert_eq!(registered, 0);
}

#[test]
fn trap_13_readiness_that_came_after_the_look_is_not_cleared() {
    let source = idle();
    set(&source, Flags::READABLE);
    let seen = look(&source, Direction::Read).expect("readable");
    // The operation says `WouldBlock`, and before that is noted, data comes.
    set(&source, Flags::READABLE);
    source.clear(seen, Direction::Read);
    assert!(look(&source, Direction::Read).is_some());
    // Without such an event it is cleared.
    let seen = look(&source, Direction::Read).expect("readable");
    source.clear(seen, Direction::Read);
    assert!(look(&source, Direction::Read).is_none());
}

#[test]
fn trap_14_clearing_one_direction_leaves_the_other_and_closed_ends() {
    let source = idle();
    set(
        &source,
        Flags::READABLE | Flags::WRITABLE | Flags::READ_CLOSED,
    );
    let seen = look(&source, Direction::Read).expect("readable");
    source.clear(seen, Direction::Read);
    assert_eq!(source.flags(), Flags::WRITABLE | Flags::READ_CLOSED);
    assert!(
        look(&source, Direction::Read).is_some(),
        "its end is there to be read"
    );
    assert!(look(&source, Direction::Write).is_some());
}

#[test]
fn trap_14_an_end_that_the_kernel_denies_is_waited_for_anew() {
    let source = idle();
    let ends = Flags::READ_CLOSED | Flags::WRITE_CLOSED;
    set(&source, Flags::READABLE | ends);
    let seen = look(&source, Direction::Read).expect("readable");
    // It comes again, before the refusal is noted.
    set(&source, Flags::READ_CLOSED);
    source.refused(seen, Direction::Read);
    let seen = look(&source, Direction::Read).expect("closed");
    source.refused(seen, Direction::Read);
    assert_eq!(source.flags(), Flags::WRITE_CLOSED);
    // That nothing will be said any more is no event of the kernel's.
    set(&source, Flags::SHUTDOWN);
    source.refused(seen, Direction::Read);
    assert!(source.look(Direction::Read).is_err());
}

struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn an_event_wakes_those_who_wait_for_it_and_nobody_else() {
    let source = idle();
    let counts = [(); 4].map(|()| Arc::new(Count(AtomicUsize::new(0))));
    let wakers = counts
        .each_ref()
        .map(|count| Waker::from(Arc::clone(count)));
    let contexts = wakers.each_ref().map(Context::from_waker);
    let mut tickets = [None; 2];
    let [reader, writer, first, second] = &contexts;
    assert!(source.poll_ready(reader, Direction::Read).is_pending());
    assert!(source.poll_ready(writer, Direction::Write).is_pending());
    for (context, ticket) in [first, second].into_iter().zip(&mut tickets) {
        assert!(
            source
                .poll_ready_listed(context, Direction::Read, ticket)
                .is_pending()
        );
    }
    set(&source, Flags::READABLE);
    let wakes = counts.each_ref().map(|count| count.0.load(SeqCst));
    assert_eq!(wakes, [1, 0, 1, 1]);
    // Once: they were not waiting any more.
    set(&source, Flags::READABLE);
    assert_eq!(counts[2].0.load(SeqCst), 1);
    tickets
        .into_iter()
        .flatten()
        .for_each(|ticket| source.forget(ticket));
}
