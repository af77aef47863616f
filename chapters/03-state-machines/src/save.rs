// ANCHOR: save
//! The function, as an `async fn`.

use crate::{Disk, Full};

/// Replaces the file's content with `text`. No reader of the file ever sees half
/// of the text. An empty text replaces nothing. Returns the text's length.
pub async fn save(disk: Disk, text: String) -> Result<usize, Full> {
    let _lock = disk.lock();
    let draft = disk.draft();
    disk.write(text.len()).await?;
    if !text.is_empty() {
        draft.keep();
    }
    disk.sync().await?;
    Ok(text.len())
}
// ANCHOR_END: save
