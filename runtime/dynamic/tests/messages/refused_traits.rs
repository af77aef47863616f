use wakeful_dynamic::dyn_async;

#[dyn_async]
trait Generic {
    async fn send<T>(&self, value: T);
}

#[dyn_async]
trait ImplArgument {
    async fn send(&self, value: impl Into<u32>);
}

#[dyn_async]
trait ByValue {
    async fn close(self);
}

#[dyn_async]
trait NoReceiver {
    async fn connect() -> u32;
}

#[dyn_async]
trait SelfArgument {
    async fn join(&self, other: &Self);
}

#[dyn_async]
trait SizedWithoutBody {
    async fn close(self)
    where
        Self: Sized;
}

#[dyn_async]
trait Supertrait: Clone {
    async fn read(&self);
}

#[dyn_async]
trait Constant {
    const LIMIT: u32;
}

#[dyn_async]
trait Lending {
    type Item<'a>;
}

#[dyn_async]
unsafe trait Unsafe {
    async fn read(&self);
}

#[dyn_async(send)]
trait UnknownWord {
    async fn read(&self);
}

#[dyn_async]
trait UnknownWordOnMethod {
    #[dyn_async(twice)]
    async fn read(&self);
}

#[dyn_async]
trait NoWordOnMethod {
    #[dyn_async]
    async fn read(&self);
}

#[dyn_async]
trait OnceWithoutAsync {
    #[dyn_async(once)]
    fn read(&self);
}

#[dyn_async]
trait FusedWithoutAsync {
    #[dyn_async(fused)]
    fn read(&self);
}

#[dyn_async(fused)]
trait FusedOnTrait {
    async fn read(&self);
}

#[dyn_async]
struct NotATrait;

fn main() {}
