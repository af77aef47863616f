//! The objects of `wakeful-dynamic` in tasks of tokio, smol and embassy.

use std::{sync::Mutex, time::Duration};

use wakeful_dynamic::{
    Boxing, Cached, CachedSpace, Inline, Pool, Scratch, ScratchOrBox, SideStack, Space, dyn_async,
    with_side_stack,
};

#[dyn_async(Send)]
trait Store: Send + Sync {
    async fn add(&mut self, amount: &u32) -> u32;
    async fn get(&self) -> u32;
}

/// Its methods wait for a timer of the executor.
struct Slow<W>(u32, W);

impl<W, F> Store for Slow<W>
where
    W: Fn() -> F + Send + Sync,
    F: Future<Output = ()> + Send,
{
    async fn add(&mut self, amount: &u32) -> u32 {
        (self.1)().await;
        self.0 += amount;
        self.0
    }

    async fn get(&self) -> u32 {
        (self.1)().await;
        self.0
    }
}

#[dyn_async(Send)]
trait Counter: Send {
    async fn next(&mut self) -> u32;
}

impl<W, F> Counter for Slow<W>
where
    W: Fn() -> F + Send + Sync,
    F: Future<Output = ()> + Send,
{
    async fn next(&mut self) -> u32 {
        (self.1)().await;
        self.0 += 1;
        self.0
    }
}

async fn use_store(mut store: impl Store) -> u32 {
    for amount in [1, 2, 3] {
        store.add(&amount).await;
    }
    let (one, two) = smol::future::zip(store.get(), store.get()).await;
    one + two
}

async fn use_counter(mut counter: impl Counter) -> u32 {
    counter.next().await + counter.next().await
}

/// Every adapter in a task of its own.
fn tasks<W, F>(wait: W) -> Vec<(futures_util::future::BoxFuture<'static, u32>, u32)>
where
    W: Fn() -> F + Copy + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let slow = || Slow(0, wait);
    let scratch = Scratch::<512, _>::new(slow());
    vec![
        (Box::pin(use_store(StoreBox::new(Boxing::new(slow())))), 12),
        (Box::pin(use_store(StoreBox::new(Cached::new(slow())))), 12),
        (Box::pin(use_store(StoreBox::new(Pool::new(slow())))), 12),
        (
            Box::pin(use_store(StoreBox::new_with(scratch, Space::<512>::new()))),
            12,
        ),
        (
            Box::pin(use_store(StoreBox::new_with(
                ScratchOrBox::new(slow()),
                CachedSpace::new(),
            ))),
            12,
        ),
        (
            Box::pin(with_side_stack(use_store(StoreBox::new(SideStack::new(
                slow(),
            ))))),
            12,
        ),
        (
            Box::pin(use_counter(CounterBox::new(Inline::<512, _>::new(slow())))),
            3,
        ),
    ]
}

#[test]
fn each_adapter_works_in_tasks_of_tokio() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let tasks = tasks(|| tokio::time::sleep(Duration::from_millis(1)));
        let tasks = tasks
            .into_iter()
            .map(|(task, expected)| (tokio::spawn(task), expected));
        for (task, expected) in tasks.collect::<Vec<_>>() {
            assert_eq!(task.await.unwrap(), expected);
        }
    });
}

#[test]
fn each_adapter_works_in_tasks_of_smol() {
    smol::block_on(async {
        let tasks = tasks(|| async {
            smol::Timer::after(Duration::from_millis(1)).await;
        });
        let tasks = tasks
            .into_iter()
            .map(|(task, expected)| (smol::spawn(task), expected));
        for (task, expected) in tasks.collect::<Vec<_>>() {
            assert_eq!(task.await, expected);
        }
    });
}

/// The results of the tasks, and the expected ones.
static ENDED: Mutex<Vec<(u32, u32)>> = Mutex::new(Vec::new());

#[embassy_executor::task]
async fn run_each_adapter() {
    for (task, expected) in tasks(smol::future::yield_now) {
        let result = task.await;
        ENDED.lock().unwrap().push((result, expected));
    }
}

#[test]
fn each_adapter_works_in_a_task_of_embassy() {
    let executor = Box::leak(Box::new(embassy_executor::Executor::new()));
    executor.run_until(
        |spawner| spawner.spawn(run_each_adapter().unwrap()),
        || ENDED.lock().unwrap().len() == 7,
    );
    for (result, expected) in &*ENDED.lock().unwrap() {
        assert_eq!(result, expected);
    }
}
