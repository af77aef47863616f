use wakeful_dynamic::{Inline, dyn_async};

#[dyn_async]
trait Meter {
    async fn read(&mut self) -> u32;
}

struct Zero;

impl Meter for Zero {
    async fn read(&mut self) -> u32 {
        0
    }
}

fn main() {
    let _ = MeterMut::new(&mut Inline::<64, _>::new(Zero));
}
