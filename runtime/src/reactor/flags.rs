//! What a source can be ready for.

use mio::event::Event;
use std::{fmt, ops::BitOr};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flags(u8);

impl Flags {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const READABLE: Self = Self(1);
    pub(crate) const WRITABLE: Self = Self(1 << 1);
    /// The peer will send no more. Stays, unless the kernel says otherwise.
    pub(crate) const READ_CLOSED: Self = Self(1 << 2);
    /// The peer will take no more. As above.
    pub(crate) const WRITE_CLOSED: Self = Self(1 << 3);
    /// No reactor will ever say more.
    pub(crate) const SHUTDOWN: Self = Self(1 << 4);

    /// A short read does not mean that nothing is left: it may have ended at a
    /// descriptor that was passed along, or at urgent data. Set once, never
    /// cleared.
    pub(crate) const PIECEMEAL: Self = Self(1 << 5);

    const NAMES: [(Self, &str); 6] = [
        (Self::READABLE, "readable"),
        (Self::WRITABLE, "writable"),
        (Self::READ_CLOSED, "read-closed"),
        (Self::WRITE_CLOSED, "write-closed"),
        (Self::SHUTDOWN, "shut-down"),
        (Self::PIECEMEAL, "piecemeal"),
    ];

    pub(super) fn of(event: &Event) -> Self {
        let mut flags = Self::NONE;
        // An error is news for both directions: the next read or write
        // returns it.
        if event.is_readable() || event.is_error() {
            flags = flags | Self::READABLE;
        }
        if event.is_writable() || event.is_error() {
            flags = flags | Self::WRITABLE;
        }
        if event.is_read_closed() {
            flags = flags | Self::READ_CLOSED;
        }
        if event.is_write_closed() {
            flags = flags | Self::WRITE_CLOSED;
        }
        if event.is_priority() {
            flags = flags | Self::PIECEMEAL;
        }
        flags
    }

    /// The flags in the low bits of a word.
    #[expect(clippy::cast_possible_truncation, reason = "the low bits are meant")]
    pub(super) fn from_bits(word: u64) -> Self {
        Self(word as u8)
    }

    pub(super) fn bits(self) -> u64 {
        self.0.into()
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(crate) fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = Self::NAMES
            .into_iter()
            .filter(|(flag, _)| self.contains(*flag))
            .map(|(_, name)| name);
        f.write_str(names.next().unwrap_or("none"))?;
        names.try_for_each(|name| write!(f, " {name}"))
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({self})")
    }
}
