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
        // hole: begin
        let exponent = layout.align().trailing_zeros() as usize;
        if layout.size() > usize::MAX >> EXPONENT_BITS {
            return None;
        }
        Some(PackedLayout(layout.size() << EXPONENT_BITS | exponent))
        // hole: instead
        //| let _: fn(usize) -> PackedLayout = PackedLayout;
        //| let _ = (layout, EXPONENT_BITS);
        //| todo!("put the size and the exponent of the alignment into one word")
        // hole: end
    }

    /// The layout that was packed.
    pub fn unpack(self) -> Layout {
        // hole: begin
        let align = 1 << (self.0 & ((1 << EXPONENT_BITS) - 1));
        Layout::from_size_align(self.0 >> EXPONENT_BITS, align).expect("it was a layout")
        // hole: instead
        //| todo!("take the size and the alignment out of {}", self.0)
        // hole: end
    }

    /// Whether memory with this layout is large enough and aligned for `needs`.
    pub fn holds(self, needs: Layout) -> bool {
        // hole: begin
        let has = self.unpack();
        needs.size() <= has.size() && needs.align() <= has.align()
        // hole: instead
        //| let _ = self.0;
        //| todo!("compare both with what {needs:?} needs")
        // hole: end
    }
}
