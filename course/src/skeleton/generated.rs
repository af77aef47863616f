//! What earlier generations wrote. Every other file below the exercises is the reader's.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::Tree;
use crate::catalog::Layout;
use crate::files;

/// The contents that were generated, one `hash path` a line. Without this record, a
/// generation keeps more than it has to, and never less.
pub(super) struct Generated {
    path: PathBuf,
    lines: BTreeSet<String>,
}

impl Generated {
    /// Reads the record. A record that cannot be read is an empty one.
    pub fn load(layout: &Layout) -> Self {
        let path = layout.work().join("generated.txt");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        Self {
            path,
            lines: text.lines().map(str::to_owned).collect(),
        }
    }

    /// Whether an earlier generation wrote exactly this.
    pub fn knows(&self, file: &Path, content: &[u8]) -> bool {
        self.lines.contains(&line(file, content))
    }

    /// Adds what the tree holds.
    pub fn remember(&mut self, tree: &Tree) {
        let before = self.lines.len();
        self.lines
            .extend(tree.iter().map(|(file, content)| line(file, content)));
        if self.lines.len() == before {
            return;
        }
        let text = self.lines.iter().fold(String::new(), |mut text, line| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{line}");
            text
        });
        // If this fails, the next generation sets aside a file that it could have replaced.
        if let Some(dir) = self.path.parent() {
            let _ = std::fs::create_dir_all(dir);
        }
        let _ = files::write_atomically(&self.path, text.as_bytes());
    }
}

fn line(file: &Path, content: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{:016x} {}", hasher.finish(), file.display())
}
