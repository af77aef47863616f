//! The id and the name of a runtime.

use std::{
    fmt,
    num::NonZeroU64,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// Identifies a runtime in this process. An id is never used twice, so two runtimes
/// have different ids even if the first has ended.
///
/// ```
/// use std::collections::HashMap;
/// use wakeful::{Runtime, runtime};
///
/// let (one, other) = (Runtime::new()?, Runtime::new()?);
/// let mut names: HashMap<runtime::Id, &str> = HashMap::new();
/// names.insert(one.handle().id(), "one");
/// names.insert(other.handle().id(), "other");
/// let here = other.block_on(async { runtime::Handle::current().id() });
/// assert_eq!(names[&here], "other");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id(NonZeroU64);

impl Id {
    fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        // Relaxed: the number orders nothing. Ids begin with 1.
        Self(NonZeroU64::MIN.saturating_add(LAST.fetch_add(1, Relaxed)))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.0)
    }
}

/// The id and the name of a runtime, which the handles of all its cores share.
#[derive(Clone)]
pub(crate) struct IdAndName {
    pub(crate) id: Id,
    pub(crate) name: Option<Arc<str>>,
}

impl IdAndName {
    pub(crate) fn new(name: Option<Arc<str>>) -> Self {
        Self {
            id: Id::next(),
            name,
        }
    }
}
