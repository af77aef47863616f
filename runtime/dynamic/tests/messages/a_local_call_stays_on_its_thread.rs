use wakeful_dynamic::{Boxing, dyn_async};

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
    let mut meter = MeterBox::new(Boxing::new(Zero));
    let call = meter.read();
    std::thread::scope(|scope| {
        scope.spawn(move || drop(call));
    });
}
