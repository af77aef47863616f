//! What both ends of a pipe have in common.

use std::{
    fs::File,
    io,
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
        unix::fs::FileTypeExt,
    },
};

/// Checks that a descriptor is a pipe that is open in the direction of
/// `access` (`O_RDONLY` or `O_WRONLY`), and makes it non-blocking.
pub(super) fn checked(descriptor: OwnedFd, access: libc::c_int) -> io::Result<OwnedFd> {
    let file = File::from(descriptor);
    if !file.metadata()?.file_type().is_fifo() {
        return Err(invalid("the descriptor is not a pipe"));
    }
    let descriptor = OwnedFd::from(file);
    let flags = status_flags(descriptor.as_fd())?;
    let mode = flags & libc::O_ACCMODE;
    if mode != access && mode != libc::O_RDWR {
        let error = if access == libc::O_RDONLY {
            "the pipe is not open for reading"
        } else {
            "the pipe is not open for writing"
        };
        return Err(invalid(error));
    }
    set_status_flags(descriptor.as_fd(), flags | libc::O_NONBLOCK)?;
    Ok(descriptor)
}

fn invalid(error: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

/// Sets whether operations on a descriptor block.
pub(super) fn set_nonblocking(descriptor: BorrowedFd<'_>, nonblocking: bool) -> io::Result<()> {
    let flags = status_flags(descriptor)? & !libc::O_NONBLOCK;
    let flag = if nonblocking { libc::O_NONBLOCK } else { 0 };
    set_status_flags(descriptor, flags | flag)
}

fn status_flags(descriptor: BorrowedFd<'_>) -> io::Result<libc::c_int> {
    // SAFETY: the descriptor is open, and the call takes no pointers.
    let flags = unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_GETFL) };
    if flags < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(flags)
}

fn set_status_flags(descriptor: BorrowedFd<'_>, flags: libc::c_int) -> io::Result<()> {
    // SAFETY: the descriptor is open, and the call takes no pointers.
    if unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_SETFL, flags) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// The methods of both ends. This is a macro because each end is a type of its
/// own around a [`Registered`](crate::reactor::Registered).
macro_rules! end_methods {
    ($access:expr, $interest:expr) => {
        /// Takes one end of a pipe, and makes it non-blocking.
        ///
        /// # Errors
        /// When the file is not a pipe, or is open in the other direction only.
        ///
        /// # Panics
        /// Outside a runtime.
        #[track_caller]
        pub fn from_file(file: std::fs::File) -> io::Result<Self> {
            Self::from_owned_fd(file.into())
        }

        /// Takes one end of a pipe, and makes it non-blocking.
        ///
        /// # Errors
        /// When the descriptor is not a pipe, or is open in the other direction
        /// only.
        ///
        /// # Panics
        /// Outside a runtime.
        #[track_caller]
        pub fn from_owned_fd(descriptor: OwnedFd) -> io::Result<Self> {
            Self::from_owned_fd_unchecked(end::checked(descriptor, $access)?)
        }

        /// Takes one end of a pipe without checks. It must be non-blocking.
        /// Otherwise operations block the thread.
        ///
        /// # Errors
        /// When the selector refuses the descriptor.
        ///
        /// # Panics
        /// Outside a runtime.
        #[track_caller]
        pub fn from_file_unchecked(file: std::fs::File) -> io::Result<Self> {
            Self::from_owned_fd_unchecked(file.into())
        }

        /// Takes one end of a pipe without checks. It must be non-blocking.
        /// Otherwise operations block the thread.
        ///
        /// # Errors
        /// When the selector refuses the descriptor.
        ///
        /// # Panics
        /// Outside a runtime.
        #[track_caller]
        pub fn from_owned_fd_unchecked(descriptor: OwnedFd) -> io::Result<Self> {
            Self::new(descriptor.into())
        }

        /// Waits until the pipe is ready for something in `interest`, and
        /// returns what it is ready for. Any number of tasks may wait.
        ///
        /// # Errors
        /// When the runtime has shut down.
        ///
        /// # Cancel safety
        /// A wait that is dropped loses no readiness.
        pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
            let event = self.io.ready(interest).await?;
            Ok(event.ready & interest.mask())
        }

        /// Tries an operation of your own once, if the pipe is ready.
        /// `operation` uses the descriptor. When it returns `WouldBlock`, this
        /// clears the readiness.
        ///
        /// # Errors
        /// `WouldBlock` if the pipe is not ready, and those of the operation.
        pub fn try_io<R>(&self, operation: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
            self.io.try_io($interest, |_| operation())
        }

        /// Takes the pipe off this runtime and makes it blocking, for example to
        /// pass it to a child process.
        ///
        /// # Errors
        /// When the system refuses to change it. It is closed then.
        pub fn into_blocking_fd(self) -> io::Result<OwnedFd> {
            let descriptor = self.into_nonblocking_fd()?;
            end::set_nonblocking(descriptor.as_fd(), false)?;
            Ok(descriptor)
        }

        /// Takes the pipe off this runtime, and leaves it non-blocking.
        ///
        /// # Errors
        /// None at present.
        pub fn into_nonblocking_fd(self) -> io::Result<OwnedFd> {
            let descriptor = self.io.into_inner().into_raw_fd();
            // SAFETY: `into_raw_fd` has given the open descriptor to us.
            Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
        }
    };
}

/// The descriptor traits and `Debug`.
macro_rules! end_traits {
    ($End:ty) => {
        impl AsFd for $End {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.io.as_fd()
            }
        }

        impl AsRawFd for $End {
            fn as_raw_fd(&self) -> RawFd {
                self.io.as_raw_fd()
            }
        }

        impl fmt::Debug for $End {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.io.fmt(f)
            }
        }
    };
}

pub(super) use {end_methods, end_traits};
