//! The objects that have at most one call, and what the model knows about them.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use crate::objects::{Device1, Memory, Method, device};

/// An object, unless a call has it.
pub type Home = Arc<Mutex<Option<Box<dyn Device1>>>>;

/// The object of a running call. It goes home at the end of the call, however that ends.
pub struct Lease {
    pub object: Option<Box<dyn Device1>>,
    pub home: Home,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut home = self.home.lock().unwrap_or_else(PoisonError::into_inner);
        *home = self.object.take();
    }
}

/// An object and what the model knows about it.
pub struct Slot {
    pub home: Home,
    pub memory: Memory,
    /// Whether a leaked call blocks it.
    pub blocked: bool,
    /// The methods whose future fits into the box that waits for the next call.
    pub fits: Vec<Method>,
    /// The number of the call that runs.
    pub running: Option<u32>,
}

impl Slot {
    pub fn new(choice: u8) -> Self {
        let (object, memory) = device(choice);
        Self {
            home: Arc::new(Mutex::new(Some(object))),
            memory,
            blocked: false,
            fits: Vec::new(),
            running: None,
        }
    }

    /// Drops the object. The destructor of a blocked object ends the process, so this leaks it.
    pub fn end(&mut self) {
        let object = self.home.lock().unwrap().take();
        assert!(object.is_some(), "the object came home");
        if self.blocked {
            mem::forget(object);
        }
    }

    /// The box of a call waits for the next one, unless the call is leaked.
    pub fn memorize(&mut self, method: Method, allocated: usize, fits: bool) {
        if self.memory != Memory::Recycled || method == Method::Once {
            return;
        }
        if allocated > 0 {
            self.fits.clear();
        }
        if !fits {
            self.fits.push(method);
        }
    }
}
