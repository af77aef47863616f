//! Timeouts finer than a millisecond.
//!
//! `epoll_wait` counts its timeout in milliseconds. The reactor sleeps the
//! whole milliseconds with that timeout, rounded down. It sleeps the rest with
//! a timer descriptor (`timerfd`), which counts nanoseconds. Setting the timer
//! costs one system call before the sleep.

use std::{io, time::Duration};

#[cfg(not(all(target_os = "linux", not(miri))))]
pub(super) use absent::TimerFd;
#[cfg(all(target_os = "linux", not(miri)))]
pub(super) use linux::TimerFd;

#[cfg(all(target_os = "linux", not(miri)))]
mod linux {
    use super::{Duration, io};
    use mio::{Interest, Registry, Token, unix::SourceFd};
    use std::{
        os::fd::{AsRawFd, FromRawFd, OwnedFd},
        ptr,
    };

    const MILLISECOND: Duration = Duration::from_millis(1);

    pub(in super::super) struct TimerFd {
        timer: OwnedFd,
    }

    impl TimerFd {
        pub(in super::super) fn new(registry: &Registry, token: Token) -> io::Result<Self> {
            let flags = libc::TFD_CLOEXEC | libc::TFD_NONBLOCK;
            // SAFETY: the call takes no pointers.
            let timer = unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, flags) };
            if timer < 0 {
                return Err(io::Error::last_os_error());
            }
            // SAFETY: the kernel has just created this descriptor for us.
            let timer = unsafe { OwnedFd::from_raw_fd(timer) };
            // The registration is edge-triggered. Each expiration is an event,
            // although the reactor never reads the descriptor.
            registry.register(&mut SourceFd(&timer.as_raw_fd()), token, Interest::READABLE)?;
            Ok(Self { timer })
        }

        /// Prepares a sleep of at most `limit`. Returns the timeout to pass to
        /// the selector.
        pub(in super::super) fn arm(
            &self,
            limit: Option<Duration>,
        ) -> io::Result<Option<Duration>> {
            let Some(limit) = limit else { return Ok(None) };
            if limit.is_zero() {
                return Ok(Some(limit));
            }
            if limit >= MILLISECOND {
                // `as_millis` rounds down. The caller sleeps again for the rest.
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
            // SAFETY: the descriptor is open, `time` is initialised and only
            // read, and a null pointer means that we do not want the old time.
            let set = unsafe {
                libc::timerfd_settime(self.timer.as_raw_fd(), 0, &raw const time, ptr::null_mut())
            };
            if set < 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(None)
        }
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod absent {
    use super::{Duration, io};
    use mio::{Registry, Token};

    /// This system has no timer descriptor. mio rounds timeouts up, so a timer
    /// can fire 1 ms late (16 ms on Windows).
    pub(in super::super) struct TimerFd;

    impl TimerFd {
        #[expect(clippy::unnecessary_wraps, reason = "the signature on Linux")]
        pub(in super::super) fn new(_: &Registry, _: Token) -> io::Result<Self> {
            Ok(Self)
        }

        #[expect(
            clippy::unnecessary_wraps,
            clippy::unused_self,
            reason = "the signature on Linux"
        )]
        pub(in super::super) fn arm(
            &self,
            limit: Option<Duration>,
        ) -> io::Result<Option<Duration>> {
            Ok(limit)
        }
    }
}
