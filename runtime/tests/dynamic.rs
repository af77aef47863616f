//! `wakeful::dynamic`: objects whose calls run in tasks, and wait for timers and other tasks.
#![cfg(all(feature = "dynamic", not(any(loom, miri, shuttle))))]

use std::time::Duration;

use wakeful::{
    Runtime,
    dynamic::{Boxing, Cached, Inline, Scratch, Space, dyn_async},
    runtime::Builder,
    sync::mpsc,
    time::sleep,
};

#[dyn_async(Send)]
trait Meter: Send {
    async fn read(&mut self) -> Option<u32>;
}

struct Slow(u32);

impl Meter for Slow {
    async fn read(&mut self) -> Option<u32> {
        sleep(Duration::from_millis(1)).await;
        self.0 += 1;
        Some(self.0)
    }
}

struct Remote(mpsc::Receiver<u32>);

impl Meter for Remote {
    async fn read(&mut self) -> Option<u32> {
        self.0.recv().await
    }
}

async fn sum(mut meter: impl Meter) -> u32 {
    let mut sum = 0;
    for _ in 0..3 {
        sum += meter.read().await.unwrap_or_default();
    }
    sum
}

fn remote() -> Remote {
    let (sender, receiver) = mpsc::channel(1);
    wakeful::spawn(async move {
        for value in [10, 20, 30] {
            sender.send(value).await.unwrap();
        }
    });
    Remote(receiver)
}

async fn sums() -> Vec<u32> {
    let tasks = [
        wakeful::spawn(sum(MeterBox::new(Boxing::new(Slow(0))))),
        wakeful::spawn(sum(MeterBox::new(Cached::new(remote())))),
        wakeful::spawn(sum(MeterBox::new(Inline::<256, _>::new(remote())))),
        wakeful::spawn(sum(MeterBox::new_with(
            Scratch::<256, _>::new(Slow(1)),
            Space::<256>::new(),
        ))),
    ];
    let mut sums = Vec::new();
    for task in tasks {
        sums.push(task.await.unwrap());
    }
    sums
}

#[test]
fn objects_work_in_tasks_of_one_thread() {
    let sums = Runtime::new().unwrap().block_on(sums());
    assert_eq!(sums, [6, 60, 60, 9]);
}

#[test]
fn objects_work_in_tasks_of_a_multi_thread_runtime() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    assert_eq!(runtime.block_on(sums()), [6, 60, 60, 9]);
}
