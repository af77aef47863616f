use wakeful_dynamic::dyn_async;

#[dyn_async(Send)]
trait Store: Sync {
    async fn get(&self) -> u32;
}

struct Zero;

impl Store for Zero {
    async fn get(&self) -> u32 {
        0
    }
}

fn main() {
    let _ = StoreBox::new(Zero);
}
