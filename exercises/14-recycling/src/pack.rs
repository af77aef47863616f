//! Exercise `recycling/pack`: a layout in one word.

use std::alloc::Layout;

/// How many bits the exponent of the alignment takes. There are at most 64 exponents.
const EXPONENT_BITS: u32 = 6;

/// A layout in one word. The exponent of the alignment is in the lowest six bits, and the
/// size is in the others. On a machine with 64 bits, they are enough for all memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedLayout(usize);

impl PackedLayout {
    /// Packs a layout. `None` if its size does not fit.
    pub fn new(layout: Layout) -> Option<PackedLayout> {
        let _: fn(usize) -> PackedLayout = PackedLayout;
        let _ = (layout, EXPONENT_BITS);
        todo!("put the size and the exponent of the alignment into one word")
    }

    /// The layout that was packed.
    pub fn unpack(self) -> Layout {
        todo!("take the size and the alignment out of {}", self.0)
    }

    /// Whether memory with this layout is large enough and aligned for `needs`.
    pub fn holds(self, needs: Layout) -> bool {
        let _ = self.0;
        todo!("compare both with what {needs:?} needs")
    }
}
