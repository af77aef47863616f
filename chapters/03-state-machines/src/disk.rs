// ANCHOR: disk
//! A disk that is slow, and that keeps a diary of all operations.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A handle to a disk with one file, one lock, and room for one draft.
#[derive(Clone)]
pub struct Disk(Rc<Inner>);

struct Inner {
    space: usize,
    locked: Cell<bool>,
    diary: RefCell<Vec<&'static str>>,
    asked: RefCell<VecDeque<(Request, Callback)>>,
}

/// Called with the answer to a request.
type Callback = Box<dyn FnOnce(Result<(), Full>)>;

/// The disk has not enough space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Disk {
    /// A disk with room for a draft of `space` bytes.
    pub fn new(space: usize) -> Disk {
        let (locked, diary, asked) = Default::default();
        Disk(Rc::new(Inner { space, locked, diary, asked }))
    }

    /// The operations since the last call of this method.
    pub fn diary(&self) -> Vec<&'static str> {
        self.0.diary.take()
    }

    fn note(&self, what: &'static str) {
        self.0.diary.borrow_mut().push(what);
    }
}
// ANCHOR_END: disk

// ANCHOR: guards
/// The lock of the file. Dropping it unlocks the file.
pub struct Lock(Disk);

/// A new version of the file that is not visible yet. Dropping it deletes it.
pub struct Draft(Option<Disk>);

impl Disk {
    /// Locks the file.
    pub fn lock(&self) -> Lock {
        self.0.locked.set(true);
        self.note("locked");
        Lock(self.clone())
    }

    /// Makes a draft. All drafts have the same name, so the caller must hold
    /// the lock.
    pub fn draft(&self) -> Draft {
        self.note("draft made");
        Draft(Some(self.clone()))
    }
}

// ANCHOR_END: guards

// ANCHOR: drops
impl Draft {
    /// Replaces the file with the draft.
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
        disk.note(if locked { "draft deleted" } else { "ANOTHER SAVE'S draft deleted" });
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.0.locked.set(false);
        self.0.note("unlocked");
    }
}
// ANCHOR_END: drops

// ANCHOR: request
/// An operation on the disk. It is ready the second time it is polled.
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

    /// Waits until everything written is safe on the disk.
    pub fn sync(&self) -> Request {
        self.request(true, "synced")
    }
}

// ANCHOR_END: request

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

// ANCHOR: answer
impl Request {
    /// Starts the operation, and calls `callback` with the answer later.
    pub fn then(self, callback: impl FnOnce(Result<(), Full>) + 'static) {
        let disk = self.disk.clone();
        disk.0.asked.borrow_mut().push_back((self, Box::new(callback)));
    }
}

impl Disk {
    /// Answers the oldest request that has a callback, if there is one.
    pub fn answer(&self) -> bool {
        let oldest = self.0.asked.borrow_mut().pop_front();
        let Some((request, callback)) = oldest else { return false };
        self.note(request.done);
        callback(request.answer);
        true
    }
}
// ANCHOR_END: answer
