//! The iterators of [`FuturesUnordered`].

use super::FuturesUnordered;
use std::{fmt, iter::FusedIterator, pin::Pin};

type Members<F> = slab::IntoIter<Pin<Box<F>>>;
type MembersRef<'a, F> = slab::Iter<'a, Pin<Box<F>>>;
type MembersMut<'a, F> = slab::IterMut<'a, Pin<Box<F>>>;

/// Iterates over pinned references to the futures. Made by
/// [`FuturesUnordered::iter_pin_ref`].
#[must_use = "iterators do nothing unless they are consumed"]
pub struct IterPinRef<'a, F>(pub(super) MembersRef<'a, F>);

/// Iterates over pinned mutable references to the futures. Made by
/// [`FuturesUnordered::iter_pin_mut`].
#[must_use = "iterators do nothing unless they are consumed"]
pub struct IterPinMut<'a, F>(pub(super) MembersMut<'a, F>);

/// Iterates over references to the futures. Made by [`FuturesUnordered::iter`].
#[must_use = "iterators do nothing unless they are consumed"]
pub struct Iter<'a, F>(pub(super) MembersRef<'a, F>);

/// Iterates over mutable references to the futures. Made by
/// [`FuturesUnordered::iter_mut`].
#[must_use = "iterators do nothing unless they are consumed"]
pub struct IterMut<'a, F>(pub(super) MembersMut<'a, F>);

/// Iterates over the futures. Made by [`FuturesUnordered::into_iter`].
#[must_use = "iterators do nothing unless they are consumed"]
pub struct IntoIter<F>(pub(super) Members<F>);

macro_rules! iterator {
    ($name:ident, [$($parameter:tt)*], $item:ty, $next:expr $(, where $bound:ty: $trait:ident)?) => {
        impl<$($parameter)*> Iterator for $name<$($parameter)*> $(where $bound: $trait)? {
            type Item = $item;

            fn next(&mut self) -> Option<$item> {
                self.0.next().map($next)
            }

            fn size_hint(&self) -> (usize, Option<usize>) {
                self.0.size_hint()
            }
        }

        impl<$($parameter)*> ExactSizeIterator for $name<$($parameter)*> $(where $bound: $trait)? {}
        impl<$($parameter)*> FusedIterator for $name<$($parameter)*> $(where $bound: $trait)? {}

        impl<$($parameter)*> fmt::Debug for $name<$($parameter)*> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("len", &self.0.len()).finish()
            }
        }
    };
}

iterator!(IterPinRef, ['a, F], Pin<&'a F>, |(_, future)| future.as_ref());
iterator!(IterPinMut, ['a, F], Pin<&'a mut F>, |(_, future)| future.as_mut());
iterator!(Iter, ['a, F], &'a F, |(_, future)| &**future);
iterator!(IterMut, ['a, F], &'a mut F, |(_, future)| &mut **future, where F: Unpin);
iterator!(IntoIter, [F], F, |(_, future)| *Pin::into_inner(future), where F: Unpin);

impl<'a, F: Unpin> IntoIterator for &'a FuturesUnordered<F> {
    type Item = &'a F;
    type IntoIter = Iter<'a, F>;

    fn into_iter(self) -> Iter<'a, F> {
        self.iter()
    }
}

impl<'a, F: Unpin> IntoIterator for &'a mut FuturesUnordered<F> {
    type Item = &'a mut F;
    type IntoIter = IterMut<'a, F>;

    fn into_iter(self) -> IterMut<'a, F> {
        self.iter_mut()
    }
}

/// Takes the futures out, in no particular order. Later wakes for them do nothing.
impl<F: Unpin> IntoIterator for FuturesUnordered<F> {
    type Item = F;
    type IntoIter = IntoIter<F>;

    fn into_iter(self) -> IntoIter<F> {
        IntoIter(self.group.into_members())
    }
}
