//! Runs the compiler on this crate with `-Zprint-type-sizes`, and reads its
//! report about the layout of types.

use std::env;
use std::ops::Range;
use std::path::Path;
use std::process::Command;

/// A type, with the fields of each of its variants.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Type {
    pub name: String,
    pub size: usize,
    pub variants: Vec<Variant>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Variant {
    pub name: String,
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// `upvar`, `local` or `field`. `flag` or `temp` if it has no name.
    pub kind: String,
    pub name: String,
    pub bytes: Range<usize>,
}

impl Type {
    /// The byte that holds the state: the first that no variant uses.
    pub fn state(&self) -> Option<usize> {
        let used = |byte| self.variants.iter().any(|variant| variant.at(byte).is_some());
        (0..self.size).find(|&byte| !used(byte))
    }
}

impl Variant {
    /// The field that contains this byte.
    pub fn at(&self, byte: usize) -> Option<&Field> {
        self.fields.iter().find(|field| field.bytes.contains(&byte))
    }
}

/// Has the compiler report on this crate.
pub fn made() -> Result<Vec<Type>, String> {
    let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let out =
        env::temp_dir().join(format!("state-machines-{}.rmeta", std::process::id()));
    let output = Command::new("rustc")
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
        .args(["--crate-name=state_machines", "-Zprint-type-sizes", "-o"])
        .args([&out, &lib])
        .output()
        .map_err(|error| format!("rustc does not start: {error}"))?;
    // The metadata is not needed. If it cannot be deleted, it stays in the
    // temporary folder.
    let _ = std::fs::remove_file(out);
    if output.status.success() {
        Ok(read(&String::from_utf8_lossy(&output.stdout)))
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// Reads the report. It gives an offset only for a field that does not follow
/// directly after the field before it. A discriminant comes first.
pub fn read(report: &str) -> Vec<Type> {
    let mut types: Vec<Type> = Vec::new();
    let (mut front, mut at) = (0, 0);
    for line in report.lines() {
        let line = line.trim_start_matches("print-type-size").trim_start();
        let (what, figures) = line.rsplit_once("`: ").unwrap_or((line, line));
        let (kind, name) = what.split_once(" `").unwrap_or((what, ""));
        let figure = |text: &str| {
            let digits = text.trim_start().split(' ').next().unwrap_or_default();
            digits.parse::<usize>().unwrap_or_default()
        };
        let size = figure(figures);
        if kind == "type:" {
            types.push(Type { name: name.to_string(), size, ..Type::default() });
            front = 0;
            continue;
        }
        let Some(of) = types.last_mut() else { continue };
        let after_colon = line.split_once(": ").map_or(0, |(_, size)| figure(size));
        match kind {
            "variant" => {
                of.variants.push(Variant { name: name.to_string(), fields: vec![] });
                at = front;
            }
            "upvar" | "local" | "field" => {
                if let Some((_, offset)) = figures.split_once("offset: ") {
                    at = figure(offset);
                }
                let name = name.trim_start_matches('.').to_string();
                let kind = match name.starts_with("coroutine_field") {
                    true if line.ends_with("type: bool") => "flag",
                    true => "temp",
                    false => kind,
                };
                let field = Field { kind: kind.to_string(), name, bytes: at..at + size };
                at += size;
                if let Some(variant) = of.variants.last_mut() {
                    variant.fields.push(field);
                }
            }
            _ if line.starts_with("discriminant") => front = after_colon,
            _ if line.starts_with("padding") => at += after_colon,
            _ => {}
        }
    }
    types
}
