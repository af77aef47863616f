// ANCHOR: head
//! A timer of the Linux kernel that a reactor can watch.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Duration;

use reactor::mio::event::Source;
use reactor::mio::unix::SourceFd;
use reactor::mio::{Interest, Registry, Token};
use reactor::{Reactor, Registered};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec,
    timerfd_create, timerfd_settime,
};
// ANCHOR_END: head

// ANCHOR: timer_fd
/// A timer descriptor. It becomes readable at its time, and so ends the turn of the
/// reactor. It counts nanoseconds.
pub(crate) struct TimerFd(Registered<Watched>);

impl TimerFd {
    /// Prepares a sleep of `limit`. Returns the limit for the reactor.
    pub(crate) fn arm(&self, limit: Option<Duration>) -> io::Result<Option<Duration>> {
        let Some(limit) = limit.filter(|limit| !limit.is_zero()) else {
            return Ok(limit);
        };
        let Ok(it_value) = Timespec::try_from(limit) else { return Ok(Some(limit)) };
        let it_interval = Timespec { tv_sec: 0, tv_nsec: 0 };
        let once = Itimerspec { it_interval, it_value };
        timerfd_settime(&self.0.get_ref().0, TimerfdTimerFlags::empty(), &once)?;
        Ok(None)
    }
}
// ANCHOR_END: timer_fd

// ANCHOR: rest
impl TimerFd {
    pub(crate) fn new(reactor: &Reactor) -> io::Result<TimerFd> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let descriptor = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        let _entered = reactor.enter();
        Ok(TimerFd(Registered::new(Watched(descriptor))?))
    }
}

/// What the reactor registers.
struct Watched(OwnedFd);

impl Source for Watched {
    fn register(&mut self, to: &Registry, token: Token, _: Interest) -> io::Result<()> {
        // Only readable. Each expiration is a new event, although no code reads it.
        SourceFd(&self.0.as_raw_fd()).register(to, token, Interest::READABLE)
    }

    fn reregister(&mut self, to: &Registry, token: Token, _: Interest) -> io::Result<()> {
        SourceFd(&self.0.as_raw_fd()).reregister(to, token, Interest::READABLE)
    }

    fn deregister(&mut self, from: &Registry) -> io::Result<()> {
        SourceFd(&self.0.as_raw_fd()).deregister(from)
    }
}
// ANCHOR_END: rest
