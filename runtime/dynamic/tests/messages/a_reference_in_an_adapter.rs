use wakeful_dynamic::{Boxing, Pool, dyn_async};

#[dyn_async]
trait Meter {
    async fn read(&mut self) -> u32;
}

#[dyn_async]
trait Clock {
    async fn now(&self) -> u32;
}

struct Water;

impl Meter for Water {
    async fn read(&mut self) -> u32 {
        7
    }
}

impl Clock for Water {
    async fn now(&self) -> u32 {
        8
    }
}

fn main() {
    let mut water = Water;
    let _ = MeterMut::new(&mut Boxing::new(&mut water));
    let _ = ClockRef::new(&Pool::new(&water));
}
