//! [`Buffer`]: bytes for one future inside another value, and the check at compile time that a
//! future fits.

use core::{alloc::Layout, marker::PhantomData, mem::MaybeUninit};

/// `N` bytes that are aligned as `A` is.
#[repr(C)]
pub(crate) struct Buffer<const N: usize, A> {
    _align: [A; 0],
    _bytes: [MaybeUninit<u8>; N],
}

impl<const N: usize, A> Buffer<N, A> {
    pub(crate) const LAYOUT: Layout = Layout::new::<Self>();

    pub(crate) const fn new() -> Self {
        Self {
            _align: [],
            _bytes: [MaybeUninit::uninit(); N],
        }
    }
}

/// Stops the compilation if a future does not fit. `SIZE` and `ALIGN` are what it needs.
pub(crate) struct Fits<const N: usize, A, F>(PhantomData<(A, F)>);

impl<const N: usize, A, F> Fits<N, A, F> {
    pub(crate) const CHECK: () = {
        assert!(size_of::<F>() <= N, "{}", Self::SIZE_MESSAGE);
        assert!(
            align_of::<F>() <= align_of::<A>(),
            "{}",
            Self::ALIGN_MESSAGE
        );
    };

    const SIZE_TEXT: Text = Text::new()
        .add("the future of this method takes ")
        .add_number(size_of::<F>())
        .add(" bytes, and this adapter has room for ")
        .add_number(N)
        .add(": write the larger number as its `N`, or use another adapter");
    const SIZE_MESSAGE: &str = Self::SIZE_TEXT.as_str();

    const ALIGN_TEXT: Text = Text::new()
        .add("the future of this method is aligned to ")
        .add_number(align_of::<F>())
        .add(" bytes, and this adapter aligns to ")
        .add_number(align_of::<A>())
        .add(": give it a type with this alignment as its `A`, or use another adapter");
    const ALIGN_MESSAGE: &str = Self::ALIGN_TEXT.as_str();
}

/// A message that the compiler puts together.
#[derive(Clone, Copy)]
struct Text {
    bytes: [u8; 224],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self {
            bytes: [0; 224],
            length: 0,
        }
    }

    const fn add(mut self, text: &str) -> Self {
        let mut at = 0;
        while at < text.len() {
            self.bytes[self.length] = text.as_bytes()[at];
            self.length += 1;
            at += 1;
        }
        self
    }

    const fn add_number(mut self, number: usize) -> Self {
        if number >= 10 {
            self = self.add_number(number / 10);
        }
        #[expect(clippy::cast_possible_truncation, reason = "a digit fits into a byte")]
        let digit = b'0' + (number % 10) as u8;
        self.bytes[self.length] = digit;
        self.length += 1;
        self
    }

    const fn as_str(&'static self) -> &'static str {
        match core::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "this adapter has no room for the future of this method",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_both_sizes() {
        assert_eq!(
            Fits::<8, u64, [u64; 13]>::SIZE_MESSAGE,
            "the future of this method takes 104 bytes, and this adapter has room for 8: \
             write the larger number as its `N`, or use another adapter"
        );
        assert!(Fits::<8, u8, u64>::ALIGN_MESSAGE.contains("aligned to 8 bytes"));
    }

    #[test]
    fn the_longest_message_fits() {
        #[repr(align(4096))]
        struct Page;
        let text = Text::new()
            .add(Fits::<{ usize::MAX }, Page, Page>::SIZE_MESSAGE)
            .add_number(0);
        assert!(text.length < text.bytes.len());
    }
}
