use wakeful_dynamic::{Cached, dyn_async};

#[dyn_async]
trait Line {
    async fn read(&mut self, buffer: &mut [u8]) -> usize;
}

struct Empty;

impl Line for Empty {
    async fn read(&mut self, _: &mut [u8]) -> usize {
        0
    }
}

fn main() {
    let mut cached = Cached::new(Empty);
    let mut buffer = [0];
    let mut line = LineMut::new(&mut cached);
    let first = line.read(&mut buffer);
    let second = line.read(&mut []);
    drop(buffer);
    drop(cached);
    drop((first, second));
}
