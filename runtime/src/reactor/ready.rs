//! The kinds of readiness.

use mio::event::Event;
use std::{
    fmt,
    ops::{BitAnd, BitOr, BitOrAssign, Sub},
};

/// What a socket or descriptor is ready for: a set of flags.
///
/// A socket's `ready(interest)` returns one, and so does
/// `AsyncFdReadyGuard::ready`. Readiness is a hint. The operation that follows
/// can still return `WouldBlock`.
///
/// ```
/// use wakeful::io::Ready;
///
/// let ready = Ready::READABLE | Ready::WRITE_CLOSED;
/// assert!(ready.is_readable() && ready.is_writable());
/// assert!(!ready.is_read_closed());
/// assert_eq!(ready - Ready::READABLE, Ready::WRITE_CLOSED);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ready(u8);

impl Ready {
    /// Ready for nothing.
    pub const EMPTY: Self = Self(0);
    /// A read returns bytes, an error or the end.
    pub const READABLE: Self = Self(1);
    /// A write takes bytes or returns an error.
    pub const WRITABLE: Self = Self(1 << 1);
    /// The peer sends no more. Reads return the end once the bytes are read.
    pub const READ_CLOSED: Self = Self(1 << 2);
    /// The peer takes no more. Writes return an error.
    pub const WRITE_CLOSED: Self = Self(1 << 3);
    /// Priority data has arrived, such as TCP's urgent data.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[cfg_attr(docsrs, doc(cfg(any(target_os = "linux", target_os = "android"))))]
    pub const PRIORITY: Self = Self(1 << 4);
    /// The descriptor has an error. The next operation returns it.
    pub const ERROR: Self = Self(1 << 5);
    /// All flags.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub const ALL: Self = Self(0b11_1111);
    /// All flags.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub const ALL: Self = Self(0b10_1111);

    /// The runtime has shut down. This flag stays and never reaches users.
    pub(crate) const SHUTDOWN: Self = Self(1 << 6);
    /// A short read may leave bytes in the kernel's buffer, because a read ends before a
    /// passed descriptor and before urgent data. Descriptors and urgent data can come
    /// again at any time, so this flag stays as long as the source. It never reaches
    /// users.
    pub(crate) const SHORT_READ_MAY_LEAVE_DATA: Self = Self(1 << 7);

    const NAMES: [(u8, &str); 8] = [
        (1, "readable"),
        (1 << 1, "writable"),
        (1 << 2, "read-closed"),
        (1 << 3, "write-closed"),
        (1 << 4, "priority"),
        (1 << 5, "error"),
        (1 << 6, "shut-down"),
        (1 << 7, "short-read-may-leave-data"),
    ];

    /// Whether no flag is set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a read is worth trying: `READABLE` or `READ_CLOSED`.
    pub const fn is_readable(self) -> bool {
        self.0 & (Self::READABLE.0 | Self::READ_CLOSED.0) != 0
    }

    /// Whether a write is worth trying: `WRITABLE` or `WRITE_CLOSED`.
    pub const fn is_writable(self) -> bool {
        self.0 & (Self::WRITABLE.0 | Self::WRITE_CLOSED.0) != 0
    }

    /// Whether the peer sends no more.
    pub const fn is_read_closed(self) -> bool {
        self.0 & Self::READ_CLOSED.0 != 0
    }

    /// Whether the peer takes no more.
    pub const fn is_write_closed(self) -> bool {
        self.0 & Self::WRITE_CLOSED.0 != 0
    }

    /// Whether priority data has arrived.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[cfg_attr(docsrs, doc(cfg(any(target_os = "linux", target_os = "android"))))]
    pub const fn is_priority(self) -> bool {
        self.0 & Self::PRIORITY.0 != 0
    }

    /// Whether the descriptor has an error.
    pub const fn is_error(self) -> bool {
        self.0 & Self::ERROR.0 != 0
    }

    pub(super) fn of_event(event: &Event) -> Self {
        let mut ready = Self::EMPTY;
        // The next read or write returns the error, so both directions wake.
        if event.is_error() {
            ready |= Self::READABLE | Self::WRITABLE | Self::ERROR;
        }
        if event.is_readable() {
            ready |= Self::READABLE;
        }
        if event.is_writable() {
            ready |= Self::WRITABLE;
        }
        if event.is_read_closed() {
            ready |= Self::READ_CLOSED;
        }
        if event.is_write_closed() {
            ready |= Self::WRITE_CLOSED;
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if event.is_priority() {
            ready |= Self::PRIORITY | Self::SHORT_READ_MAY_LEAVE_DATA;
        }
        ready
    }

    /// The flags in the low bits of a word.
    #[expect(clippy::cast_possible_truncation, reason = "we want the low bits")]
    pub(super) fn from_bits(word: u64) -> Self {
        Self(word as u8)
    }

    pub(super) fn bits(self) -> u64 {
        self.0.into()
    }

    /// Whether all flags of `other` are set.
    pub(crate) const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether a flag of `other` is set.
    pub(crate) const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOr for Ready {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.union(other)
    }
}

impl BitOrAssign for Ready {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl BitAnd for Ready {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// The flags of the first set that are not in the second.
impl Sub for Ready {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl fmt::Display for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = Self::NAMES.into_iter().filter(|(bit, _)| self.0 & bit != 0);
        let mut names = set.map(|(_, name)| name);
        f.write_str(names.next().unwrap_or("none"))?;
        names.try_for_each(|name| write!(f, " {name}"))
    }
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ready({self})")
    }
}
