//! Calls that begin on one thread and end on another.

mod common;

use common::*;

#[test]
fn a_call_that_begins_on_one_thread_ends_on_another() {
    #[dyn_async(Send)]
    trait Counter: Send + Sync {
        async fn add(&mut self, amount: u32) -> u32;
        async fn get(&self) -> u32;
    }
    struct Plain(u32);
    impl Counter for Plain {
        async fn add(&mut self, amount: u32) -> u32 {
            yield_now().await;
            self.0 += amount;
            self.0
        }

        async fn get(&self) -> u32 {
            yield_now().await;
            self.0
        }
    }
    fn check(mut counter: impl Counter) {
        {
            let mut call = Box::pin(async { counter.add(2).await });
            assert!(call.as_mut().poll(&mut noop()).is_pending());
            std::thread::scope(|scope| {
                scope.spawn(move || drop(call));
            });
        }
        let added = std::thread::scope(|scope| {
            let call = Box::pin(counter.add(3));
            scope.spawn(move || block_on(call)).join().unwrap()
        });
        assert_eq!(added, 3);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| assert_eq!(block_on(counter.get()), 3));
            }
        });
    }
    check(CounterBox::new(Boxing::new(Plain(0))));
    check(CounterBox::new(Cached::new(Plain(0))));
    check(CounterBox::new(CachedIf::new(Plain(0), true)));
    check(CounterBox::new(Pool::new(Plain(0))));
    check(CounterBox::new(BoxingIn::new(Plain(0), &TestAllocator)));
    Stack::new().enter(|| check(CounterBox::new(SideStack::new(Plain(0)))));
    check(CounterBox::new_with(
        ScratchOrBox::new(Plain(0)),
        CachedSpace::new(),
    ));
    let scratch = Scratch::<64, _>::new(Plain(0));
    check(CounterBox::new_with(scratch, Space::<64>::new()));
    check(CounterBox::new_with(
        ScratchOrBox::new(Plain(0)),
        Space::<0>::new(),
    ));
}
