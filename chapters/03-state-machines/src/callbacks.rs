// ANCHOR: save_then
//! The same function as a chain of callbacks.

use crate::{Disk, Full};

/// Replaces the file's content with `text`, as [`save`](crate::save()) does, and
/// calls `done` with the result.
pub fn save_then(
    disk: Disk,
    text: String,
    done: impl FnOnce(Result<usize, Full>) + 'static,
) {
    let lock = disk.lock();
    let draft = disk.draft();
    disk.clone().write(text.len()).then(move |written| {
        if let Err(full) = written {
            drop(draft);
            drop(lock);
            return done(Err(full));
        }
        let draft = if text.is_empty() {
            Some(draft)
        } else {
            draft.keep();
            None
        };
        disk.sync().then(move |synced| {
            drop(draft);
            drop(lock);
            done(synced.map(|()| text.len()));
        });
    });
}
// ANCHOR_END: save_then
