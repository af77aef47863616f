//! The version of an exercise. Progress remembers the version that the reader solved.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::record::Hash;
use super::{former, place};
use crate::catalog::{Exercise, Layout};
use crate::files;
use crate::skeleton;

/// The version of an exercise: a number for the content of its start file and of its test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version(u64);

impl Version {
    /// The version of today. `None` if the course's files cannot be read. Neither the exercise's name nor the
    /// kind of the line ends is part of it.
    pub fn of(layout: &Layout, exercise: &Exercise) -> Option<Self> {
        let file = place(exercise);
        let test = Path::new(&exercise.folder).join(&exercise.test);
        let mut content = Vec::new();
        for path in [&file, &test] {
            let source = files::read(&layout.solutions().join(path)).ok()?;
            let text = skeleton::skeleton(&source)
                .ok()?
                .replace('\r', "")
                .replace(&exercise.id, "");
            let package = exercise.package.replace('-', "_");
            let text = former::with_module(&text, &file, Path::new("any.rs"));
            content.extend(text.replace(&package, "").into_bytes());
            content.push(0);
        }
        Some(Self(Hash::of(&content).short()))
    }
}

/// 16 hexadecimal digits.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Version {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(Self)
    }
}
