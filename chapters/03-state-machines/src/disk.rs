// ANCHOR: disk
//! A disk that takes its time, and writes down what is done to it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A handle to a disk with one file, its lock and room for one draft.
#[derive(Clone)]
pub struct Disk(Rc<Inner>);

struct Inner {
    space: usize,
    locked: Cell<bool>,
    diary: RefCell<Vec<&'static str>>,
    asked: RefCell<VecDeque<(Request, Callback)>>,
}

/// What waits for a request to be answered.
type Callback = Box<dyn FnOnce(Result<(), Full>)>;

/// There is not enough space on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Disk {
    /// A disk with room for a draft of `space` bytes.
    pub fn new(space: usize) -> Disk {
        let (locked, diary, asked) = Default::default();
        Disk(Rc::new(Inner { space, locked, diary, asked }))
    }

    /// All that happened since it was last asked for.
    pub fn diary(&self) -> Vec<&'static str> {
        self.0.diary.take()
    }

    fn note(&self, what: &'static str) {
        self.0.diary.borrow_mut().push(what);
    }
}
// ANCHOR_END: disk

// ANCHOR: guards
/// The right to change the file. Dropping it gives the right back.
pub struct Lock(Disk);

/// A file that nobody sees yet. Dropping it deletes it.
pub struct Draft(Option<Disk>);

impl Disk {
    /// Locks the file.
    pub fn lock(&self) -> Lock {
        self.0.locked.set(true);
        self.note("locked");
        Lock(self.clone())
    }

    /// Makes a draft. There is one name for it: only who holds the lock may.
    pub fn draft(&self) -> Draft {
        self.note("draft made");
        Draft(Some(self.clone()))
    }
}

impl Draft {
    /// Puts the draft in the place of the file.
    pub fn keep(mut self) {
        if let Some(disk) = self.0.take() {
            disk.note("draft kept");
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let Some(disk) = &self.0 else { return };
        let locked = disk.0.locked.get();
        disk.note(if locked { "draft deleted" } else { "SOMEBODY'S draft deleted" });
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.0.locked.set(false);
        self.0.note("unlocked");
    }
}
// ANCHOR_END: guards

// ANCHOR: request
/// Something the disk was asked for. It is done the second time it is polled.
pub struct Request {
    disk: Disk,
    asked: bool,
    done: &'static str,
    answer: Result<(), Full>,
}

impl Disk {
    fn request(&self, fits: bool, done: &'static str) -> Request {
        let answer = if fits { Ok(()) } else { Err(Full) };
        Request { disk: self.clone(), asked: false, done, answer }
    }

    /// Writes `len` bytes into the draft.
    pub fn write(&self, len: usize) -> Request {
        let fits = len <= self.0.space;
        self.request(fits, if fits { "written" } else { "no space left" })
    }

    /// Waits until all that was written is safe.
    pub fn sync(&self) -> Request {
        self.request(true, "synced")
    }
}

// ANCHOR: poll
impl Future for Request {
    type Output = Result<(), Full>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        if self.asked {
            self.disk.note(self.done);
            Poll::Ready(self.answer)
        } else {
            self.asked = true;
            Poll::Pending
        }
    }
}
// ANCHOR_END: poll
// ANCHOR_END: request

// ANCHOR: answer
impl Request {
    /// Asks at once, and has `callback` called with the answer.
    pub fn then(self, callback: impl FnOnce(Result<(), Full>) + 'static) {
        let disk = self.disk.clone();
        disk.0.asked.borrow_mut().push_back((self, Box::new(callback)));
    }
}

impl Disk {
    /// Answers the oldest request that a callback waits for, if there is one.
    pub fn answer(&self) -> bool {
        let oldest = self.0.asked.borrow_mut().pop_front();
        let Some((request, callback)) = oldest else { return false };
        self.note(request.done);
        callback(request.answer);
        true
    }
}
// ANCHOR_END: answer
