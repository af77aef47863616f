//! Runs a program of choices on the objects, and compares each step with the model.

use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook},
    pin::Pin,
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::Poll,
};

use crate::{
    common::{Stack, noop, yield_now},
    leaf::{Expected, Script},
    objects::{Call, Memory, Method, Shared1, shared},
    slot::{Lease, Slot},
};

/// How a call ended that did not panic.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Ready(u32),
    Leaked,
}

struct Running {
    future: Pin<Box<dyn Future<Output = Ended> + Send>>,
    script: Arc<Script>,
    method: Method,
    /// The index of the object. `None` if the method takes `&self`.
    slot: Option<usize>,
    leak: Arc<AtomicBool>,
    starts_in_poll: bool,
}

/// Polls a call until it is ready, or until the model asks to leak it.
async fn drive(mut call: Call<'_>, leak: Arc<AtomicBool>) -> Ended {
    let number = std::future::poll_fn(|cx| {
        if leak.load(Relaxed) {
            Poll::Ready(None)
        } else {
            call.as_mut().poll(cx).map(Some)
        }
    });
    if let Some(number) = number.await {
        Ended::Ready(number)
    } else {
        mem::forget(call);
        Ended::Leaked
    }
}

struct World<'i> {
    choices: std::slice::Iter<'i, u8>,
    slots: Vec<Slot>,
    shared: Vec<Arc<dyn Shared1>>,
    running: Vec<Running>,
    stacks: [Stack; 2],
    leaked: Vec<Arc<Script>>,
    calls: u32,
}

/// Decodes an input to a program, and runs it.
pub fn dynamic(input: &[u8]) {
    expect_panics();
    let mut world = World {
        choices: input.iter(),
        slots: Vec::new(),
        shared: Vec::new(),
        running: Vec::new(),
        stacks: [Stack::new(), Stack::new()],
        leaked: Vec::new(),
        calls: 0,
    };
    world.slots = (0..3).map(|_| Slot::new(world.choose())).collect();
    world.shared = (0..2).map(|_| shared(world.choose())).collect();
    while let Some(&step) = world.choices.next() {
        world.step(step);
        world.check();
    }
    while !world.running.is_empty() {
        world.cancel();
        world.check();
    }
    for slot in &mut world.slots {
        slot.end();
    }
    world.stacks = [Stack::new(), Stack::new()];
    world.check();
}

impl World<'_> {
    /// The next byte, and 0 after the end of the input.
    fn choose(&mut self) -> u8 {
        self.choices.next().copied().unwrap_or(0)
    }

    fn one_in(&mut self, many: u8) -> bool {
        self.choose() % many == many - 1
    }

    fn index(&mut self, length: usize) -> usize {
        usize::from(self.choose()) % length
    }

    fn step(&mut self, step: u8) {
        match step % 16 {
            0..4 => self.start(),
            4..6 => self.start_shared(),
            6..12 => self.poll(),
            12 => self.cancel(),
            13 => self.leak(),
            14 => {
                let index = self.index(self.stacks.len());
                self.stacks[index] = Stack::new();
            }
            _ => self.replace(),
        }
    }

    /// Every future that was leaked, or that waits, still has its bytes.
    fn check(&self) {
        for script in &self.leaked {
            script.check();
            assert_eq!(script.dropped.load(Relaxed), 0, "a leaked call is dropped");
        }
        for running in &self.running {
            running.script.check();
        }
    }

    fn script(&mut self) -> Script {
        self.calls += 1;
        let waits = u32::from(self.choose() % 3);
        let mut script = Script::new(self.calls, waits);
        let panics = self.choose();
        script.panics_in_poll = (panics % 8 == 1).then_some(u32::from(panics / 8 % 3) + 1);
        script.panics_in_drop = panics % 8 == 2;
        script.panics_in_call = panics % 8 == 3;
        script
    }

    /// Runs a body in a task with one of the stacks, or outside of a task.
    fn in_task<R>(&mut self, body: impl FnOnce() -> R) -> R {
        let choice = self.choose();
        match self.stacks.get_mut(usize::from(choice % 3)) {
            Some(stack) => stack.enter(body),
            None => body(),
        }
    }

    fn start(&mut self) {
        let index = self.index(self.slots.len());
        let method = Method::ALL[self.index(Method::ALL.len())];
        let script = Arc::new(self.script());
        let slot = &mut self.slots[index];
        if slot.running.is_some() {
            return;
        }
        let home = Arc::clone(&slot.home);
        let object = home.lock().unwrap().take();
        assert!(object.is_some(), "the object came home");
        let leak = Arc::new(AtomicBool::new(false));
        let allocated = Arc::new(Mutex::new(None));
        let mut future = Box::pin({
            let (script, leak) = (Arc::clone(&script), Arc::clone(&leak));
            let allocated = Arc::clone(&allocated);
            async move {
                let mut lease = Lease { object, home };
                let object = lease.object.as_mut().unwrap();
                let (call, count) = object.call(method, script);
                *allocated.lock().unwrap() = Some(count);
                yield_now().await;
                drive(call, leak).await
            }
        });
        let started = self.in_task(|| {
            catch_unwind(AssertUnwindSafe(|| {
                assert!(future.as_mut().poll(&mut noop()).is_pending());
            }))
        });
        let slot = &mut self.slots[index];
        let allocated = allocated.lock().unwrap().take();
        let starts_in_poll = slot.memory.starts_in_poll();
        if slot.blocked && !starts_in_poll {
            assert_blocked(&started.unwrap_err());
            return;
        }
        let fits = slot.fits.contains(&method);
        slot.memorize(method, allocated.unwrap_or(usize::from(!fits)), fits);
        if method == Method::Eager && script.panics_in_call && !starts_in_poll {
            assert!(started.unwrap_err().is::<Expected>());
            assert_eq!(script.made.load(Relaxed), 0);
            return;
        }
        started.unwrap_or_else(|payload| std::panic::resume_unwind(payload));
        let allocated = allocated.expect("the call has started");
        match slot.memory {
            Memory::Box => assert_eq!(allocated, 1),
            Memory::Object | Memory::InPoll | Memory::ObjectInPoll => assert_eq!(allocated, 0),
            Memory::Recycled if method == Method::Once => assert_eq!(allocated, 1),
            Memory::Recycled => assert!(allocated <= usize::from(!fits)),
            Memory::BehindObject | Memory::Other => assert!(allocated <= 2),
        }
        slot.running = Some(script.number);
        self.running.push(Running {
            future,
            script,
            method,
            slot: Some(index),
            leak,
            starts_in_poll,
        });
    }

    fn start_shared(&mut self) {
        let index = self.index(self.shared.len());
        let method = [Method::Small, Method::Large][self.index(2)];
        let object = Arc::clone(&self.shared[index]);
        let script = Arc::new(self.script());
        let leak = Arc::new(AtomicBool::new(false));
        let mut future = Box::pin({
            let (script, leak) = (Arc::clone(&script), Arc::clone(&leak));
            async move {
                let call = object.call(method, script);
                yield_now().await;
                drive(call, leak).await
            }
        });
        let pending = self.in_task(|| future.as_mut().poll(&mut noop()).is_pending());
        assert!(pending);
        // Some of these start at once and others in the first poll.
        self.running.push(Running {
            future,
            starts_in_poll: script.made.load(Relaxed) == 0,
            script,
            method,
            slot: None,
            leak,
        });
    }

    /// Polls a call in any task, also in another one than before, and at times on another thread.
    fn poll(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let index = self.index(self.running.len());
        let elsewhere = self.one_in(16);
        let mut running = self.running.swap_remove(index);
        let script = Arc::clone(&running.script);
        let before = script.polls.load(Relaxed);
        let polled = self.in_task(|| {
            let future = &mut running.future;
            let mut poll = || catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut noop())));
            if elsewhere {
                std::thread::scope(|scope| scope.spawn(&mut poll).join().unwrap())
            } else {
                poll()
            }
        });
        if running.slot.is_some_and(|index| self.slots[index].blocked) {
            assert_blocked(&polled.unwrap_err());
            self.ended(running, 0);
            return;
        }
        let this = before + 1;
        let in_call = running.starts_in_poll
            && running.method == Method::Eager
            && script.panics_in_call
            && before == 0;
        let panics = in_call
            || script.panics_in_poll == Some(this)
            || (this > script.waits && script.panics_in_drop);
        match polled {
            Err(payload) => assert!(panics && payload.is::<Expected>(), "{}", text(&payload)),
            Ok(Poll::Pending) => {
                assert!(!panics && this <= script.waits);
                self.running.push(running);
                return;
            }
            Ok(Poll::Ready(ended)) => {
                assert!(!panics && this > script.waits);
                assert_eq!(ended, Ended::Ready(script.number));
            }
        }
        self.ended(running, u32::from(!in_call));
    }

    /// Drops a call, and at times on another thread.
    fn cancel(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let index = self.index(self.running.len());
        let elsewhere = self.one_in(16);
        let Running {
            future,
            script,
            method,
            slot,
            starts_in_poll,
            ..
        } = self.running.swap_remove(index);
        let made = script.made.load(Relaxed);
        let panics = script.panics_in_drop && made > 0;
        let polled = script.polls.load(Relaxed) > 0;
        let at_once = method.makes_leaf_at_once() && !starts_in_poll;
        assert_eq!(made, u32::from(polled || at_once));
        let dropped = self.in_task(|| {
            let body = || catch_unwind(AssertUnwindSafe(|| drop(future)));
            if elsewhere {
                std::thread::scope(|scope| scope.spawn(body).join().unwrap())
            } else {
                body()
            }
        });
        match dropped {
            Ok(()) => assert!(!panics),
            Err(payload) => assert!(panics && payload.is::<Expected>(), "{}", text(&payload)),
        }
        self.finish(&script, slot, made);
    }

    fn leak(&mut self) {
        if self.running.is_empty() {
            return;
        }
        let index = self.index(self.running.len());
        let mut running = self.running.swap_remove(index);
        running.leak.store(true, Relaxed);
        let polled = running.future.as_mut().poll(&mut noop());
        assert_eq!(polled, Poll::Ready(Ended::Leaked));
        if let Some(slot) = running.slot.map(|index| &mut self.slots[index]) {
            slot.running = None;
            slot.blocked |= match slot.memory {
                Memory::Object | Memory::BehindObject => true,
                Memory::ObjectInPoll => running.script.made.load(Relaxed) > 0,
                _ => false,
            };
            // `once` does not use the box that waits.
            if running.method != Method::Once {
                slot.fits.clear();
            }
        }
        self.leaked.push(running.script);
    }

    /// Replaces an object with one of another adapter.
    fn replace(&mut self) {
        let (index, choice) = (self.index(self.slots.len()), self.choose());
        if self.slots[index].running.is_none() {
            self.slots[index].end();
            self.slots[index] = Slot::new(choice);
        }
        let (index, choice) = (self.index(self.shared.len()), self.choose());
        self.shared[index] = shared(choice);
    }

    fn ended(&mut self, running: Running, made: u32) {
        let Running {
            future,
            script,
            slot,
            ..
        } = running;
        drop(future);
        self.finish(&script, slot, made);
    }

    /// The call is over, and nothing of it is left.
    fn finish(&mut self, script: &Script, slot: Option<usize>, made: u32) {
        assert_eq!(script.made.load(Relaxed), made);
        assert_eq!(script.dropped.load(Relaxed), made, "call {}", script.number);
        if let Some(index) = slot {
            self.slots[index].running = None;
        }
    }
}

/// A leaked call occupies the object, so this call panicked.
fn assert_blocked(payload: &Box<dyn Any + Send>) {
    let message = text(payload);
    assert!(message.contains("was leaked"), "{message}");
}

fn text(payload: &Box<dyn Any + Send>) -> String {
    payload
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_else(|| "a panic that the model does not expect".into())
}

/// The fuzzer ends the process at each panic. `Inline` panics if it is blocked, and the model expects
/// that.
fn expect_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let other = take_hook();
        set_hook(Box::new(move |info| {
            let message = info.payload().downcast_ref::<&str>();
            if !message.is_some_and(|message| message.contains("was leaked")) {
                other(info);
            }
        }));
    });
}
