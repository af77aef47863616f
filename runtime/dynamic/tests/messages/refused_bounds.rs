use wakeful_dynamic::dyn_async;

#[dyn_async]
trait Static: 'static {
    async fn read(&self);
}

#[dyn_async]
trait BoundOfSelf
where
    Self: Send,
{
    async fn read(&self);
}

fn main() {}
