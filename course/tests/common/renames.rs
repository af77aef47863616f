//! Exercises that the course changes, renames, moves or drops.

use std::fs;

use super::Course;

/// `fix/count` becomes `fix/tally`, and so do its files.
pub fn rename_count(course: &Course) {
    rename(course, "count", "tally");
}

/// An exercise of `02-fix` and its files get another name. Its function keeps the name `count`.
pub fn rename(course: &Course, from: &str, to: &str) {
    for dir in ["src", "tests"] {
        let path = |name| course.path(&format!("solutions/02-fix/{dir}/{name}.rs"));
        fs::rename(path(from), path(to)).unwrap();
    }
    let change = |file: &str, old: &str, new: &str| {
        course.change(&format!("solutions/02-fix/{file}"), old, new);
    };
    change("src/lib.rs", &format!("mod {from}"), &format!("mod {to}"));
    let test = format!("tests/{to}.rs");
    change(&test, &format!("{from}::count"), &format!("{to}::count"));
    let toml = "exercises.toml";
    let id = format!("id = \"fix/{from}\"\n");
    let formerly = format!("{id}formerly = [");
    let new = format!("id = \"fix/{to}\"\nformerly = [\"fix/{from}\"");
    if course
        .read("solutions/02-fix/exercises.toml")
        .contains(&formerly)
    {
        change(toml, &formerly, &format!("{new}, "));
    } else {
        change(toml, &id, &format!("{new}]\n"));
    }
    for dir in ["src", "tests"] {
        change(toml, &format!("{dir}/{from}.rs"), &format!("{dir}/{to}.rs"));
    }
}

/// A chapter with one exercise, which was `fix/count` before.
pub fn add_more(course: &Course, entry: &str) {
    let package = |name: &str, rest: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion.workspace = true\nedition.workspace = true\n{rest}"
        )
    };
    course.write("chapters/03-more/Cargo.toml", &package("more", ""));
    course.write("chapters/03-more/src/lib.rs", "");
    let solution =
        |file: &str, text: &str| course.write(&format!("solutions/03-more/{file}"), text);
    let lib = "\n[lib]\nname = \"more_exercises\"\n";
    solution("Cargo.toml", &package("more-solutions", lib));
    solution("src/lib.rs", "pub mod tally;\n");
    solution(
        "src/tally.rs",
        "pub fn tally() -> u32 {\n    // hole: begin\n    1\n    // hole: instead\n    //| todo!()\n    // hole: end\n}\n",
    );
    solution("tests/tally.rs", "#[test]\nfn tallies() {}\n");
    let toml = format!(
        "[[exercise]]\nid = \"more/tally\"\nformerly = [\"fix/count\"]\n{entry}title = \"Tally\"\nkind = \"move\"\n\
         minutes = 5\nfile = \"src/tally.rs\"\ntest = \"tests/tally.rs\"\nsummary = \"Tally.\"\n\
         hints = [\"a\", \"b\", \"c\"]\n"
    );
    solution("exercises.toml", &toml);
}

pub fn drop_count(course: &Course) {
    for file in ["src/count.rs", "tests/count.rs"] {
        fs::remove_file(course.path(&format!("solutions/02-fix/{file}"))).unwrap();
    }
    course.change("solutions/02-fix/src/lib.rs", "pub mod count;\n", "");
    let toml = course.read("solutions/02-fix/exercises.toml");
    let end = toml.find("[[exercise]]\nid = \"fix/count\"").unwrap();
    course.write("solutions/02-fix/exercises.toml", &toml[..end]);
}

/// The course changes both skeletons and a test, and gets one exercise more.
pub fn change_all(upstream: &Course) {
    upstream.change(
        "solutions/02-fix/src/double.rs",
        "/// Twice `x`.",
        "/// Twice `x`, exactly.",
    );
    upstream.change(
        "solutions/02-fix/src/count.rs",
        "/// How many.",
        "/// How many there are.",
    );
    upstream.change("solutions/02-fix/tests/count.rs", "&[7, 7]", "&[7, 8]");
    upstream.change(
        "solutions/02-fix/src/lib.rs",
        "pub mod double;",
        "pub mod double;\npub mod half;",
    );
    upstream.write(
        "solutions/02-fix/src/half.rs",
        "pub fn half(x: u32) -> u32 {\n    // hole: begin\n    x / 2\n    // hole: instead\n    //| todo!(\"halve {x}\")\n    // hole: end\n}\n",
    );
    upstream.write(
        "solutions/02-fix/tests/half.rs",
        "#[test]\nfn halves() {\n    assert_eq!(fix_exercises::half::half(8), 4);\n}\n",
    );
    let exercises = upstream.read("solutions/02-fix/exercises.toml");
    upstream.write(
        "solutions/02-fix/exercises.toml",
        &format!(
            "{exercises}\n[[exercise]]\nid = \"fix/half\"\ntitle = \"Halve it\"\nkind = \"move\"\nminutes = 5\n\
             file = \"src/half.rs\"\ntest = \"tests/half.rs\"\nsummary = \"Halve.\"\nhints = [\"a\", \"b\", \"c\"]\n"
        ),
    );
}

/// The files of the course that [`drop_count`] and [`rename_count`] change, as they were before.
pub struct OfCount([(&'static str, String); 4]);

impl OfCount {
    pub fn read(course: &Course) -> Self {
        let files = [
            "src/count.rs",
            "tests/count.rs",
            "src/lib.rs",
            "exercises.toml",
        ];
        Self(files.map(|file| (file, course.read(&format!("solutions/02-fix/{file}")))))
    }

    pub fn restore(&self, course: &Course) {
        for (file, text) in &self.0 {
            course.write(&format!("solutions/02-fix/{file}"), text);
        }
    }
}
