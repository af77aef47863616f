//! Waking up finer than the selector counts.
//!
//! `epoll_wait` takes its timeout in milliseconds. So the last stretch before
//! a deadline is slept by the alarm of a timer descriptor, which knows
//! nanoseconds; what goes before it, by the timeout, rounded down. Setting the
//! alarm costs a system call, on the way into a sleep.

use std::{io, time::Duration};

#[cfg(all(target_os = "linux", not(miri)))]
pub(super) use timer::Alarm;
#[cfg(not(all(target_os = "linux", not(miri))))]
pub(super) use whole::Alarm;

#[cfg(all(target_os = "linux", not(miri)))]
mod timer {
    use super::{Duration, io};
    use mio::{Interest, Registry, Token, unix::SourceFd};
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

    const MILLISECOND: Duration = Duration::from_millis(1);

    pub(in super::super) struct Alarm {
        timer: OwnedFd,
    }

    impl Alarm {
        pub(in super::super) fn new(registry: &Registry, token: Token) -> io::Result<Self> {
            let flags = libc::TFD_CLOEXEC | libc::TFD_NONBLOCK;
            // SAFETY: no pointers are passed.
            let timer = unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, flags) };
            if timer < 0 {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: a descriptor that was just made, and is nobody else's.
            let timer = unsafe { OwnedFd::from_raw_fd(timer) };
            // Edge-triggered: each time it goes off is an event, though
            // nobody ever reads it.
            registry.register(&mut SourceFd(&timer.as_raw_fd()), token, Interest::READABLE)?;
            Ok(Self { timer })
        }

        /// The timeout to sleep with, for a sleep of at most `limit`.
        pub(in super::super) fn arm(
            &self,
            limit: Option<Duration>,
        ) -> io::Result<Option<Duration>> {
            let Some(limit) = limit else { return Ok(None) };
            if limit.is_zero() {
                return Ok(Some(limit));
            }
            if limit >= MILLISECOND {
                // `as_millis` rounds down; a sleep of a century is cut short.
                let millis = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
                return Ok(Some(Duration::from_millis(millis)));
            }
            let time = libc::itimerspec {
                it_interval: libc::timespec {
                    tv_sec: 0,
                    tv_nsec: 0,
                },
                it_value: libc::timespec {
                    tv_sec: 0,
                    tv_nsec: limit.subsec_nanos().into(),
                },
            };
            // SAFETY: a descriptor of ours, a whole structure for reading, and
            // no place for the old time.
            let set = unsafe {
                libc::timerfd_settime(
                    self.timer.as_raw_fd(),
                    0,
                    &raw const time,
                    std::ptr::null_mut(),
                )
            };
            if set < 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(None)
        }
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod whole {
    use super::{Duration, io};
    use mio::{Registry, Token};

    /// Here there is no timer descriptor: mio rounds up to what the selector
    /// counts, and a timer can be a millisecond late (16 on Windows).
    pub(in super::super) struct Alarm;

    impl Alarm {
        #[expect(clippy::unnecessary_wraps, reason = "as on Linux")]
        pub(in super::super) fn new(_: &Registry, _: Token) -> io::Result<Self> {
            Ok(Self)
        }

        #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as on Linux")]
        pub(in super::super) fn arm(
            &self,
            limit: Option<Duration>,
        ) -> io::Result<Option<Duration>> {
            Ok(limit)
        }
    }
}
