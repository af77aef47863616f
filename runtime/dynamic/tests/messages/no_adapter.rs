use wakeful_dynamic::dyn_async;

#[dyn_async]
trait AsyncIterator {
    type Item;
    async fn next(&mut self) -> Option<Self::Item>;
}

struct Ai;

impl AsyncIterator for Ai {
    type Item = u32;

    async fn next(&mut self) -> Option<u32> {
        None
    }
}

async fn use_dyn(mut iterator: AsyncIteratorMut<'_, u32>) {
    iterator.next().await;
}

fn main() {
    let mut ai = Ai;
    let _ = use_dyn(AsyncIteratorMut::new(&mut ai));
}
