//! Puts modules of `book/widgets` into one classic script. Browsers load no modules into a page that was opened as
//! a file.
//!
//! This is no general tool. It knows the forms of `import` and `export` that our widgets use, each on one line, and
//! rejects all others. Each module becomes a function, which runs once, at its first import.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use crate::files::{self, FileError};

/// Why there is no script.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(
        "book/widgets/{module}:{line}: the bundle does not know this form: `{text}`. Use a form that course/src/book/bundle.rs knows"
    )]
    UnknownForm {
        module: String,
        line: usize,
        text: String,
    },
}

/// The script for `entry`, with all modules that it imports, and all views of recorded runs.
pub fn script(widgets: &Path, entry: &str) -> Result<String, BundleError> {
    let mut modules = BTreeMap::new();
    let mut wanted = vec![entry.to_owned()];
    wanted.extend(views(widgets)?);
    while let Some(name) = wanted.pop() {
        if modules.contains_key(&name) {
            continue;
        }
        let module = Module::read(&name, &files::read(&widgets.join(&name))?)?;
        wanted.extend(module.imports.iter().cloned());
        modules.insert(name, module.body);
    }
    let mut script = START.to_owned();
    for (name, body) in modules {
        // Writing to a string cannot fail.
        let _ = write!(script, "$modules['{name}'] = ($exports) => {{\n{body}}};\n");
    }
    let _ = write!(script, "$load('{entry}');\n}})();\n");
    Ok(script)
}

const START: &str = "\
// Made from book/widgets. No name in a module starts with a dollar sign.
(() => {
'use strict';
const $address = document.currentScript.src;
const $modules = {};
const $loaded = {};
function $load(name) {
  if (!(name in $loaded)) {
    $loaded[name] = {};
    $modules[name]($loaded[name]);
  }
  return $loaded[name];
}
const $later = async (name) => $load(name);
";

/// The modules that `widget.js` imports by a name on the page.
fn views(widgets: &Path) -> Result<Vec<String>, BundleError> {
    let mut views = Vec::new();
    for path in files::walk(widgets, &|_| false)? {
        let text = files::read(&widgets.join(&path))?;
        if text.contains("\nexport function render(") || text.starts_with("export function render(")
        {
            views.push(path.display().to_string());
        }
    }
    Ok(views)
}

/// A module as the body of a function.
#[derive(Debug, Default)]
struct Module {
    body: String,
    imports: Vec<String>,
    exports: Vec<String>,
}

impl Module {
    fn read(name: &str, text: &str) -> Result<Self, BundleError> {
        let mut module = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = module.line(line).ok_or_else(|| BundleError::UnknownForm {
                module: name.into(),
                line: index + 1,
                text: line.into(),
            })?;
            module.body += &line;
            module.body.push('\n');
        }
        if !module.exports.is_empty() {
            let _ = writeln!(
                module.body,
                "Object.assign($exports, {{ {} }});",
                module.exports.join(", ")
            );
        }
        Ok(module)
    }

    /// A line of the module as a line of the function, or `None` if it has a form that we do not know.
    fn line(&mut self, line: &str) -> Option<String> {
        if let Some(import) = line.strip_prefix("import ") {
            let (names, module) = from(import)?;
            self.imports.push(module.into());
            let names = match names.strip_prefix("* as ") {
                Some(all) => all.to_owned(),
                None => list(names)?.replace(" as ", ": "),
            };
            return Some(format!("const {names} = $load('{module}');"));
        }
        if let Some(export) = line.strip_prefix("export ") {
            if let Some((names, module)) = from(export) {
                self.imports.push(module.into());
                let names = list(names)?;
                return (!names.contains(" as ")).then(|| {
                    format!(
                        "{{ const {names} = $load('{module}'); Object.assign($exports, {names}); }}"
                    )
                });
            }
            let declared = ["async function ", "function ", "const ", "class "]
                .iter()
                .find_map(|word| export.strip_prefix(word))?;
            let end = declared
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .filter(|end| *end > 0)?;
            self.exports.push(declared[..end].into());
            return Some(export.to_owned());
        }
        if line.trim_start().starts_with("//") {
            return Some(line.to_owned());
        }
        for piece in line.split("import('./").skip(1) {
            self.imports.push(piece.split_once("')")?.0.into());
        }
        let line = line
            .replace("import('./", "$later('")
            .replace("import(`./", "$later(`")
            .replace("import.meta.url", "$address");
        (!line.contains("import(") && !line.contains("import.")).then_some(line)
    }
}

/// Splits `{ a, b } from './c.js';` into the names and the module.
fn from(text: &str) -> Option<(&str, &str)> {
    let (names, module) = text.split_once(" from './")?;
    Some((names, module.strip_suffix("';")?))
}

/// `{ a, b }`, if it is that.
fn list(names: &str) -> Option<&str> {
    (names.starts_with('{') && names.ends_with('}')).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_known_form_becomes_a_line_of_a_function() {
        let mut module = Module::default();
        for (line, becomes) in [
            (
                "import { a, b as c } from './x.js';",
                "const { a, b: c } = $load('x.js');",
            ),
            ("import * as y from './y.js';", "const y = $load('y.js');"),
            (
                "export { d } from './z.js';",
                "{ const { d } = $load('z.js'); Object.assign($exports, { d }); }",
            ),
            ("export async function f(a) {", "async function f(a) {"),
            ("export const g = 1;", "const g = 1;"),
            ("export class H extends I {", "class H extends I {"),
            (
                "  each('p', () => import('./p.js'));",
                "  each('p', () => $later('p.js'));",
            ),
            ("  import(`./${name}.js`),", "  $later(`${name}.js`),"),
            (
                "new URL('../', import.meta.url)",
                "new URL('../', $address)",
            ),
            ("  // import(this)", "  // import(this)"),
        ] {
            assert_eq!(module.line(line).as_deref(), Some(becomes));
        }
        assert_eq!(module.imports, ["x.js", "y.js", "z.js", "p.js"]);
        assert_eq!(module.exports, ["f", "g", "H"]);
    }

    #[test]
    fn an_unknown_form_is_an_error_with_its_line() {
        for line in [
            "import {",
            "import a from './x.js';",
            "import './x.js';",
            "import { a } from 'npm';",
            "export default 1;",
            "export { a };",
            "export const { a } = b;",
            "const a = await import(name);",
            "export { a as b } from './x.js';",
        ] {
            let error = Module::read("a.js", &format!("\n{line}\n")).unwrap_err();
            assert!(
                error.to_string().starts_with("book/widgets/a.js:2: "),
                "{error}"
            );
        }
    }
}
