//! The value of an [`OnceCell`](super::OnceCell) or a
//! [`SetOnce`](super::SetOnce).

use crate::primitives::OnceLock;

/// A value that is there from the start, or that is set once.
///
/// A `const` function can make both. `std`'s `OnceLock` can only be made empty
/// in a `const`, so a preset value needs a variant of its own.
pub(super) enum OnceValue<T> {
    Preset(T),
    Lock(OnceLock<T>),
}

impl<T> OnceValue<T> {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            Self::Lock(OnceLock::new())
        }
    }

    pub(super) fn get(&self) -> Option<&T> {
        match self {
            Self::Preset(value) => Some(value),
            Self::Lock(lock) => lock.get(),
        }
    }

    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Preset(value) => Some(value),
            Self::Lock(lock) => lock.get_mut(),
        }
    }

    /// Returns the value if there was one already.
    pub(super) fn set(&self, value: T) -> Result<(), T> {
        match self {
            Self::Preset(_) => Err(value),
            Self::Lock(lock) => lock.set(value),
        }
    }

    pub(super) fn into_inner(self) -> Option<T> {
        match self {
            Self::Preset(value) => Some(value),
            Self::Lock(lock) => lock.into_inner(),
        }
    }
}
