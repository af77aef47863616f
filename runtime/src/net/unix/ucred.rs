//! The credentials of a Unix socket's peer.

use super::UnixStream;
use std::{io, os::fd::AsRawFd};

/// A user's number.
#[allow(non_camel_case_types)]
pub type uid_t = u32;
/// A group's number.
#[allow(non_camel_case_types)]
pub type gid_t = u32;
/// A process's number.
#[allow(non_camel_case_types)]
pub type pid_t = i32;

/// The user, group and process at the other end of a Unix socket. See
/// [`UnixStream::peer_cred`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UCred {
    uid: uid_t,
    gid: gid_t,
    pid: Option<pid_t>,
}

impl UCred {
    /// The user.
    pub fn uid(&self) -> uid_t {
        self.uid
    }

    /// The group.
    pub fn gid(&self) -> gid_t {
        self.gid
    }

    /// The process, on Linux, Android, macOS and iOS.
    pub fn pid(&self) -> Option<pid_t> {
        self.pid
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(in super::super) fn of_peer(stream: &UnixStream) -> io::Result<Self> {
        let mut peer = libc::ucred {
            pid: 0,
            uid: 0,
            gid: 0,
        };
        // SAFETY: `ucred` consists of integers, and `SO_PEERCRED` fills one in.
        unsafe { socket_option(stream, libc::SOL_SOCKET, libc::SO_PEERCRED, &mut peer) }?;
        Ok(Self {
            uid: peer.uid,
            gid: peer.gid,
            pid: Some(peer.pid),
        })
    }

    #[cfg(any(
        target_os = "macos",
        target_os = "ios",
        target_os = "freebsd",
        target_os = "dragonfly",
        target_os = "netbsd",
        target_os = "openbsd"
    ))]
    pub(in super::super) fn of_peer(stream: &UnixStream) -> io::Result<Self> {
        let (mut uid, mut gid) = (0, 0);
        // SAFETY: the descriptor is open, and both pointers are valid.
        if unsafe { libc::getpeereid(stream.as_raw_fd(), &raw mut uid, &raw mut gid) } != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self {
            uid,
            gid,
            pid: peer_process(stream)?,
        })
    }
}

#[cfg(any(target_os = "macos", target_os = "ios"))]
fn peer_process(stream: &UnixStream) -> io::Result<Option<pid_t>> {
    let mut process: libc::pid_t = 0;
    // SAFETY: `pid_t` is an integer, and `LOCAL_PEERPID` fills one in.
    unsafe { socket_option(stream, libc::SOL_LOCAL, libc::LOCAL_PEERPID, &mut process) }?;
    Ok(Some(process))
}

#[cfg(any(
    target_os = "freebsd",
    target_os = "dragonfly",
    target_os = "netbsd",
    target_os = "openbsd"
))]
#[expect(clippy::unnecessary_wraps, reason = "the signature on macOS")]
fn peer_process(_: &UnixStream) -> io::Result<Option<pid_t>> {
    Ok(None)
}

/// Reads an option of a socket.
///
/// # Safety
/// The option must fill in a value of type `T`, or a part of it.
#[cfg(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "ios"
))]
unsafe fn socket_option<T>(
    stream: &UnixStream,
    level: libc::c_int,
    option: libc::c_int,
    value: &mut T,
) -> io::Result<()> {
    let mut length = libc::socklen_t::try_from(size_of::<T>()).expect("options are short");
    let value = std::ptr::from_mut(value).cast();
    // SAFETY: the descriptor is open, and `value` is valid for `length` bytes.
    let done =
        unsafe { libc::getsockopt(stream.as_raw_fd(), level, option, value, &raw mut length) };
    if done != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
