//! `work/.pristine`: which skeleton each of the reader's files was copied from.
//!
//! ```text
//! # wakeful course: what your files in work/ began as; `cargo course` writes this file
//! skeleton 6c62272e07bb014262b821756295c58d 02-generators/src/batch.rs
//! exercise generators/batch 02-generators/src/batch.rs
//! former generators/batch 02-generators/src/collect.rs
//! ```
//!
//! A file whose hash is the one in the record was never changed by the reader. The ids tell which
//! file an exercise had before it was renamed. We never forget the former places, because an editor may
//! still have such a file open. A record that is gone or damaged costs no work: then
//! every file that is not the skeleton counts as changed.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use crate::files::{self, FileError};

const HEADER: &str =
    "# wakeful course: what your files in work/ began as; `cargo course` writes this file";

/// What a line says of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The skeleton that the file in `work/` was copied from.
    Skeleton,
    /// The course's version of today, of which the reader was told that it has changed.
    Told,
    /// What the reader's file of an exercise was when it was moved to this place.
    Moved,
    /// The last save of an editor under this former name of a file.
    Saved,
    /// Our solution of a module, as `fill` wrote it.
    Filled,
    /// Its code, without comments and spaces.
    FilledCode,
    /// A file of the reader's from elsewhere, path from the clone's root, that was copied into `work/`.
    Brought,
}

/// The record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    entries: BTreeMap<(Kind, PathBuf), Hash>,
    /// The exercise that each file belonged to.
    owners: BTreeMap<PathBuf, String>,
    /// The exercise that a file belonged to earlier.
    former: BTreeMap<PathBuf, String>,
}

/// 128 bits of FNV-1a: the same on every machine and with every compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hash(u128);

impl Hash {
    pub fn of(content: &[u8]) -> Self {
        const START: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let mix = |hash: u128, byte: &u8| (hash ^ u128::from(*byte)).wrapping_mul(PRIME);
        Self(content.iter().fold(START, mix))
    }

    /// Half of the bits.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the lower half is what we want"
    )]
    pub fn short(self) -> u64 {
        self.0 as u64
    }
}

impl Record {
    /// Reads it; `None` if it is not there or makes no sense.
    pub fn load(path: &Path) -> Result<Option<Self>, FileError> {
        match files::read_bytes(path, files::LARGEST) {
            Ok(bytes) => Ok(std::str::from_utf8(&bytes).ok().and_then(parse)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileError::new("read", path)(error)),
        }
    }

    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        files::write_atomically(path, self.render().as_bytes())
    }

    pub fn get(&self, kind: Kind, path: &Path) -> Option<Hash> {
        self.entries.get(&(kind, path.to_owned())).copied()
    }

    pub fn set(&mut self, kind: Kind, path: &Path, hash: Hash) {
        self.entries.insert((kind, path.to_owned()), hash);
    }

    pub fn remove(&mut self, kind: Kind, path: &Path) {
        self.entries.remove(&(kind, path.to_owned()));
    }

    /// The files that were copied from skeletons.
    pub fn skeletons(&self) -> impl Iterator<Item = &Path> {
        let skeletons = self
            .entries
            .keys()
            .filter(|(kind, _)| *kind == Kind::Skeleton);
        skeletons.map(|(_, path)| &**path)
    }

    /// Replaces all that the reader was told of.
    pub fn set_told(&mut self, told: Vec<(PathBuf, Hash)>) {
        self.entries.retain(|(kind, _), _| *kind != Kind::Told);
        let told = told.into_iter();
        self.entries
            .extend(told.map(|(path, hash)| ((Kind::Told, path), hash)));
    }

    /// The exercise that a file belonged to when we last looked.
    pub fn owner(&self, path: &Path) -> Option<&str> {
        self.owners.get(path).map(String::as_str)
    }

    /// The files and the exercises that they belonged to.
    pub fn owners(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.owners.iter().map(|(path, id)| (&**path, &**id))
    }

    /// The files of earlier and their exercises.
    pub fn former(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.former.iter().map(|(path, id)| (&**path, &**id))
    }

    /// Whether a file belonged to this exercise earlier.
    pub fn was_of(&self, path: &Path, is_same: impl Fn(&str) -> bool) -> bool {
        self.former.get(path).is_some_and(|id| is_same(id))
    }

    pub fn add_former(&mut self, path: &Path, id: &str) {
        self.former.insert(path.to_owned(), id.to_owned());
    }

    pub fn set_owners(&mut self, owners: BTreeMap<PathBuf, String>) {
        self.owners = owners;
    }

    fn render(&self) -> String {
        let mut text = format!("{HEADER}\n");
        for ((kind, path), hash) in &self.entries {
            let kind = match kind {
                Kind::Skeleton => "skeleton",
                Kind::Told => "told",
                Kind::Moved => "moved",
                Kind::Saved => "saved",
                Kind::Filled => "filled",
                Kind::FilledCode => "filled-code",
                Kind::Brought => "brought",
            };
            let _ = writeln!(text, "{kind} {:032x} {}", hash.0, shown(path));
        }
        for (path, id) in &self.owners {
            let _ = writeln!(text, "exercise {id} {}", shown(path));
        }
        for (path, id) in &self.former {
            let _ = writeln!(text, "former {id} {}", shown(path));
        }
        text
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

fn parse(text: &str) -> Option<Record> {
    let mut lines = text.lines();
    lines.next().filter(|first| *first == HEADER)?;
    let mut record = Record::default();
    for line in lines {
        let mut parts = line.splitn(3, ' ');
        let kind = parts.next()?;
        let word = parts.next()?;
        let path = parts.next().filter(|path| !path.is_empty())?;
        let kind = match kind {
            "skeleton" => Kind::Skeleton,
            "told" => Kind::Told,
            "moved" => Kind::Moved,
            "saved" => Kind::Saved,
            "filled" => Kind::Filled,
            "filled-code" => Kind::FilledCode,
            "brought" => Kind::Brought,
            "exercise" => {
                record.owners.insert(path.into(), word.to_owned());
                continue;
            }
            "former" => {
                record.former.insert(path.into(), word.to_owned());
                continue;
            }
            _ => return None,
        };
        let hash = u128::from_str_radix(word, 16).ok()?;
        record.set(kind, Path::new(path), Hash(hash));
    }
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let mut record = Record::default();
        let path = Path::new("02-fix/src/a file.rs");
        record.set(Kind::Skeleton, path, Hash::of(b"one"));
        record.set(Kind::Told, path, Hash::of(b"two"));
        record.set(Kind::Brought, path, Hash::of(b""));
        record.set(Kind::Moved, path, Hash::of(b"three"));
        record.set(Kind::Filled, path, Hash::of(b"four"));
        record.set(Kind::FilledCode, path, Hash::of(b"five"));
        record.add_former(path, "fix/b");
        record.set_owners([(path.to_owned(), "fix/a".to_owned())].into());
        assert_eq!(parse(&record.render()), Some(record));
    }

    #[test]
    fn a_record_that_makes_no_sense_is_no_record() {
        for text in ["", "something else\n", "skeleton 00 a\n"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        for line in ["skeleton", "skeleton xyz a", "skeleton 00", "ghost 00 a"] {
            assert_eq!(parse(&format!("{HEADER}\n{line}\n")), None, "{line:?}");
        }
    }

    #[test]
    fn hashes_are_those_of_the_published_fnv() {
        assert_eq!(Hash::of(b"").0, 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(Hash::of(b"a").0, 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }
}
