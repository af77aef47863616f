//! Reads a `layers.txt`.
//!
//! ```text
//! # A comment.
//! [crate]                     # the modules next to lib.rs
//! primitives                  # the lowest layer
//! time, reactor               # two modules that do not import each other
//! net
//! names time -> net           # `time` gives public names to items of `net`, and does not use them
//! except time -> reactor      # an import that still goes up
//!
//! [book]                      # the modules in src/book
//! ```

use std::fmt;

use crate::imports::Import;

/// The order of the modules in one folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The module whose folder it is. Empty for the crate.
    pub group: Vec<String>,
    /// The layers from the bottom to the top.
    pub layers: Vec<Vec<String>>,
    /// The imports that still go up.
    pub exceptions: Vec<Exception>,
}

/// Imports that may go up.
#[derive(Debug, PartialEq, Eq)]
pub struct Exception {
    /// Whether only a `pub use` may go up, of a name that the module does not use.
    pub only_names: bool,
    /// The module that imports.
    pub from: String,
    /// The higher module.
    pub to: String,
    /// The line in the list.
    pub line: usize,
}

/// A line that we cannot read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// A layer or an exception has no heading.
    #[error("line {0} is not under a heading. Write `[crate]` above it")]
    NoHeading(usize),
    /// An exception does not name two modules.
    #[error(
        "line {0} is not an exception. Write it as `except low -> high` or `names low -> high`"
    )]
    NoException(usize),
    /// A module is in two layers.
    #[error("line {line} repeats the module `{module}`. Remove one of the two")]
    Twice {
        /// The second line.
        line: usize,
        /// The module.
        module: String,
    },
}

impl Order {
    /// The heading of this order in the list.
    pub fn heading(&self) -> String {
        if self.group.is_empty() {
            "crate".into()
        } else {
            self.group.join("::")
        }
    }
}

impl Exception {
    /// Whether the exception allows this import.
    pub fn covers(&self, import: &Import) -> bool {
        self.from == import.from && self.to == import.to && (import.only_named || !self.only_names)
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.only_names { "names" } else { "except" };
        write!(f, "{kind} {} -> {}", self.from, self.to)
    }
}

/// Reads the whole list.
pub fn parse(text: &str) -> Result<Vec<Order>, OrderError> {
    let mut orders: Vec<Order> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        if let Some(heading) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            let path = if heading == "crate" { "" } else { heading };
            let words = path.split("::").filter(|word| !word.is_empty());
            orders.push(Order {
                group: words.map(String::from).collect(),
                ..Order::default()
            });
            continue;
        }
        let order = orders.last_mut().ok_or(OrderError::NoHeading(number))?;
        let kinds = [("except ", false), ("names ", true)];
        let kind = kinds
            .iter()
            .find_map(|(word, only)| Some((line.strip_prefix(word)?, *only)));
        if let Some((rest, only_names)) = kind {
            let (from, to) = rest
                .split_once("->")
                .ok_or(OrderError::NoException(number))?;
            order.exceptions.push(Exception {
                only_names,
                from: from.trim().into(),
                to: to.trim().into(),
                line: number,
            });
            continue;
        }
        let layer: Vec<String> = line.split(',').map(|module| module.trim().into()).collect();
        if let Some(module) = layer
            .iter()
            .find(|module| order.layers.iter().flatten().any(|known| known == *module))
        {
            return Err(OrderError::Twice {
                line: number,
                module: module.clone(),
            });
        }
        order.layers.push(layer);
    }
    Ok(orders)
}
