use wakeful_dynamic::{Inline, dyn_async};

#[dyn_async]
trait Store {
    async fn get(&self) -> u32;
}

struct Zero;

impl Store for Zero {
    async fn get(&self) -> u32 {
        0
    }
}

fn main() {
    let _ = StoreBox::new(Inline::<64, _>::new(Zero));
}
