use std::mem::MaybeUninit;

use wakeful_dynamic::{ScratchOrBox, dyn_async};

#[dyn_async]
trait Meter {
    async fn read(&mut self) -> u32;
}

struct Water;

impl Meter for Water {
    async fn read(&mut self) -> u32 {
        7
    }
}

fn main() {
    let mut bytes = [MaybeUninit::<u8>::uninit(); 64];
    let mut water = ScratchOrBox::new(Water);
    // A call could be leaked while it is pinned in the bytes, and then they could be used again.
    let _ = MeterMut::new_with(&mut water, &mut bytes);
}
