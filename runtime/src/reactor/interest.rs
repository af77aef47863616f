//! What to wait for.

use super::ready::Ready;
use std::{
    fmt,
    ops::{BitOr, BitOrAssign},
};

/// What to wait for: one or more kinds of readiness.
///
/// ```
/// use wakeful::io::Interest;
///
/// let both = Interest::READABLE | Interest::WRITABLE;
/// assert!(both.is_readable() && both.is_writable());
/// assert_eq!(both.remove(Interest::WRITABLE), Some(Interest::READABLE));
/// assert_eq!(Interest::READABLE.remove(both), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Interest(u8);

impl Interest {
    /// Bytes to read, the end of the stream, or an error.
    pub const READABLE: Self = Self(1);
    /// Room to write, or an error.
    pub const WRITABLE: Self = Self(1 << 1);
    /// Priority data, such as TCP's urgent data.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[cfg_attr(docsrs, doc(cfg(any(target_os = "linux", target_os = "android"))))]
    pub const PRIORITY: Self = Self(1 << 2);
    /// An error.
    pub const ERROR: Self = Self(1 << 3);

    const NAMES: [(Self, &str); 4] = [
        (Self::READABLE, "READABLE"),
        (Self::WRITABLE, "WRITABLE"),
        (Self(1 << 2), "PRIORITY"),
        (Self::ERROR, "ERROR"),
    ];

    /// Whether this includes `READABLE`.
    pub const fn is_readable(self) -> bool {
        self.has(Self::READABLE)
    }

    /// Whether this includes `WRITABLE`.
    pub const fn is_writable(self) -> bool {
        self.has(Self::WRITABLE)
    }

    /// Whether this includes `PRIORITY`.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[cfg_attr(docsrs, doc(cfg(any(target_os = "linux", target_os = "android"))))]
    pub const fn is_priority(self) -> bool {
        self.has(Self::PRIORITY)
    }

    /// Whether this includes `ERROR`.
    pub const fn is_error(self) -> bool {
        self.has(Self::ERROR)
    }

    /// Both interests together, as `|` does it.
    #[must_use = "this returns the new interest"]
    pub const fn add(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This interest without `other`, or `None` if nothing is left.
    #[must_use = "this returns the new interest"]
    pub const fn remove(self, other: Self) -> Option<Self> {
        match self.0 & !other.0 {
            0 => None,
            left => Some(Self(left)),
        }
    }

    const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The flags that end a wait, without `SHUTDOWN`, which ends every wait.
    pub(crate) const fn mask(self) -> Ready {
        let mut mask = Ready::EMPTY;
        if self.is_readable() {
            mask = mask.union(Ready::READABLE).union(Ready::READ_CLOSED);
        }
        if self.is_writable() {
            mask = mask.union(Ready::WRITABLE).union(Ready::WRITE_CLOSED);
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if self.is_priority() {
            mask = mask.union(Ready::PRIORITY).union(Ready::READ_CLOSED);
        }
        if self.is_error() {
            mask = mask.union(Ready::ERROR);
        }
        mask
    }

    /// The interest to register with the selector.
    pub(crate) fn to_mio(self) -> mio::Interest {
        let mut interest = None;
        let mut add = |wanted: bool, kind: mio::Interest| {
            if wanted {
                interest = Some(interest.map_or(kind, |all: mio::Interest| all | kind));
            }
        };
        add(self.is_readable(), mio::Interest::READABLE);
        add(self.is_writable(), mio::Interest::WRITABLE);
        #[cfg(any(target_os = "linux", target_os = "android"))]
        add(self.is_priority(), mio::Interest::PRIORITY);
        // The selector reports errors in any case, but mio needs an interest.
        interest.unwrap_or(mio::Interest::READABLE)
    }
}

impl BitOr for Interest {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.add(other)
    }
}

impl BitOrAssign for Interest {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = Self::NAMES.into_iter().filter(|(kind, _)| self.has(*kind));
        let names: Vec<_> = set.map(|(_, name)| name).collect();
        f.write_str(&names.join(" | "))
    }
}
