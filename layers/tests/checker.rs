//! The check finds each kind of import that goes up, and allows the others. Each test writes a small
//! crate of its own.

use std::fs;
use std::path::Path;

/// Writes a crate with this order and these files, and checks it.
fn faults(order: &str, files: &[(&str, &str)]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("layers.txt"), order).unwrap();
    for (name, text) in files {
        let path = folder.path().join("src").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    layers::faults(folder.path()).unwrap_or_else(|error| panic!("{error}"))
}

/// Checks a crate with the modules `low` and `high`.
fn low_and_high(low: &str, high: &str) -> Vec<String> {
    let root = "mod low;\nmod high;\npub use high::Shown;\n";
    faults(
        "[crate]\nlow\nhigh\n",
        &[("lib.rs", root), ("low.rs", low), ("high/mod.rs", high)],
    )
}

#[track_caller]
fn goes_up(low: &str) {
    let faults = low_and_high(low, "");
    assert_eq!(faults.len(), 1, "{low}: {faults:?}");
    assert!(
        faults[0].contains("`low` imports `high`"),
        "{low}: {faults:?}"
    );
}

#[track_caller]
fn is_allowed(low: &str) {
    let faults = low_and_high(low, "");
    assert!(faults.is_empty(), "{low}: {faults:?}");
}

#[test]
fn an_import_that_goes_down_is_allowed() {
    let faults = low_and_high(
        "pub struct Low;",
        "use crate::low::Low;\nfn f() -> super::low::Low { crate::low::Low }",
    );
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn a_circle_is_found_in_either_order() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use crate::a::A;"),
    ];
    let one = faults("[crate]\na\nb\n", &files);
    assert!(
        one.len() == 1 && one[0].contains("`a` imports `b`"),
        "{one:?}"
    );
    let other = faults("[crate]\nb\na\n", &files);
    assert!(
        other.len() == 1 && other[0].contains("`b` imports `a`"),
        "{other:?}"
    );
    let together = faults("[crate]\na, b\n", &files);
    assert!(
        together.len() == 2 && together[0].contains("both are in one layer"),
        "{together:?}"
    );
}

#[test]
fn every_way_to_write_a_path_is_seen() {
    goes_up("use crate::high::Thing;");
    goes_up("use crate::{high::Thing};");
    goes_up("use crate::{low::{self}, high::{deep::Thing as Name}};");
    goes_up("use crate::high;");
    goes_up("use crate::high::*;");
    goes_up("use super::high::Thing;");
    goes_up("pub(crate) use super::high as upper;");
    goes_up("fn f() { crate::high::call(); }");
    goes_up("fn f() { 0..crate::high::END; }");
    goes_up("fn f() -> Vec<super::high::Thing> { Vec::new() }");
    goes_up("mod inner { fn f() { super::super::high::call() } }");
    goes_up("mod inner { use crate::high::call; }");
    goes_up("#[derive(Debug)]\nstruct Low(pub(crate) crate::high::Thing);");
    goes_up("impl crate::high::Trait for Low {}");
}

#[test]
fn a_path_in_the_body_of_a_macro_is_seen() {
    goes_up("macro_rules! call { ($x:expr) => { $crate::high::call($x) } }");
    goes_up("macro_rules! call { ($x:expr) => {{ use crate::{low, high::call}; call($x) }} }");
    goes_up("fn f() { println!(\"{}\", crate::high::NAME); }");
}

#[test]
fn a_name_that_the_root_gives_on_leads_to_its_module() {
    goes_up("use crate::Shown;");
    goes_up("fn f() { super::Shown::new(); }");
}

#[test]
fn an_exported_macro_belongs_to_the_module_that_defines_it() {
    let high = "#[macro_export]\nmacro_rules! wait { () => {} }";
    let faults = low_and_high("fn f() { crate::wait!(); }", high);
    assert!(
        faults.len() == 1 && faults[0].contains("(crate::wait)"),
        "{faults:?}"
    );
}

#[test]
fn comments_strings_and_other_crates_are_no_imports() {
    is_allowed(
        "//! See [`crate::high`].\n/// Like `super::high::Thing`.\nfn f() {}\n// crate::high::call()",
    );
    is_allowed("const TEXT: &str = \"crate::high::call\";");
    is_allowed("use std::high::Thing; fn f() { ::high::call(); high(); self.high::<u8>() }");
    is_allowed("pub(crate) struct Low(pub(super) u8, pub (u8, u8));");
}

#[test]
fn code_that_only_tests_compile_is_left_out() {
    is_allowed("#[cfg(test)]\nmod tests { use crate::high::Thing; }");
    is_allowed("#[cfg(all(test, loom))]\nmod tests;");
    is_allowed(
        "#[cfg(any(test, fuzzing))]\n#[allow(dead_code)]\npub(crate) fn f<A, B>(_: crate::high::A) { crate::high::b() }",
    );
    is_allowed("#[cfg(test)]\nuse crate::{high::Thing};");
    is_allowed("#![cfg(test)]\nuse crate::high::Thing;");
    is_allowed("struct Low { #[cfg(test)] pub(crate) high: Map<u8, crate::high::Thing>, low: u8 }");
}

#[test]
fn code_after_a_test_is_seen() {
    goes_up("#[cfg(test)]\nmod tests {}\nuse crate::high::Thing;");
    goes_up("#[cfg(test)]\nfn f() -> [u8; 3] { todo!() }\nuse crate::high::Thing;");
    goes_up("struct Low { #[cfg(test)] low: Map<u8, fn() -> u8>, high: crate::high::Thing }");
    goes_up("#[cfg(not(test))]\nuse crate::high::Thing;");
}

#[test]
fn a_fault_names_the_file_the_line_and_the_repair() {
    let faults = low_and_high(
        "fn f() {}\n\nuse crate::{\n    low,\n    high::Thing,\n};",
        "",
    );
    let place = Path::new("src").join("low.rs");
    assert!(
        faults[0].contains(&format!(
            "{}:5: `low` imports `high` (crate::high::Thing)",
            place.display()
        )),
        "{faults:?}"
    );
    assert!(
        faults[0].contains("`high` is in a higher layer. Move the shared part down"),
        "{faults:?}"
    );
    assert!(
        faults[0].contains("The order is under [crate] in "),
        "{faults:?}"
    );
}

#[test]
fn a_module_must_be_in_the_order_and_the_order_in_the_crate() {
    let faults = faults(
        "[crate]\nhere, gone\n[lost]\n",
        &[
            ("lib.rs", "mod here; mod new;"),
            ("here.rs", ""),
            ("new/mod.rs", ""),
        ],
    );
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert!(
        faults[0].contains("the module `new` has no layer. Add it to a line under [crate]"),
        "{faults:?}"
    );
    assert!(
        faults[1].contains("there is no module `gone`. Remove it"),
        "{faults:?}"
    );
    assert!(
        faults[2].contains("there is no module `lost`. Remove [lost]"),
        "{faults:?}"
    );
}

#[test]
fn an_exception_allows_its_import_and_must_go_with_it() {
    let order = "[crate]\nlow\nhigh\nexcept low -> high\n";
    let files = |low| {
        [
            ("lib.rs", "mod low; mod high;"),
            ("low.rs", low),
            ("high.rs", ""),
        ]
    };
    assert!(faults(order, &files("use crate::high::Thing;")).is_empty());
    let stale = faults(order, &files(""));
    assert_eq!(stale.len(), 1, "{stale:?}");
    assert!(
        stale[0].contains(
            "layers.txt:4: this exception no longer occurs. Remove this line: except low -> high"
        ),
        "{stale:?}"
    );
}

#[test]
fn a_public_name_may_go_up_if_the_module_does_not_use_it() {
    let check = |low| {
        let files = [
            ("lib.rs", "mod lowest; mod low; mod high;"),
            ("lowest.rs", ""),
            ("low.rs", low),
            ("high.rs", ""),
        ];
        faults("[crate]\nlowest\nlow\nhigh\nnames low -> high\n", &files)
    };
    assert!(check("pub use crate::high::{Thing, call};").is_empty());
    for used in [
        "pub use crate::high::call; fn f() { call() }",
        "pub use crate::high::Thing; fn f() -> Vec<Thing> { Vec::new() }",
        "pub(crate) use crate::high::Thing;",
        "use crate::high::Thing;",
    ] {
        let faults = check(used);
        assert!(
            faults
                .iter()
                .any(|fault| fault.contains("`low` imports `high`")),
            "{used}: {faults:?}"
        );
    }
    assert!(check("")[0].contains("Remove this line: names low -> high"));
}

#[test]
fn a_name_leads_to_the_module_that_the_item_comes_from() {
    let files = [
        ("lib.rs", "mod lowest; mod low; mod high;"),
        ("lowest.rs", "use crate::low::Thing;"),
        ("low.rs", "pub use crate::high::Thing;"),
        ("high.rs", ""),
    ];
    let faults = faults("[crate]\nlow\nlowest\nhigh\nnames low -> high\n", &files);
    assert!(
        faults.len() == 1 && faults[0].contains("`lowest` imports `high` (crate::low::Thing)"),
        "{faults:?}"
    );
}

#[test]
fn a_folder_inside_the_crate_has_its_own_order() {
    let files = [
        ("lib.rs", "mod book;"),
        ("book/mod.rs", "mod a;\nmod b;\npub use b::B;\n"),
        ("book/a.rs", "use super::B;"),
        ("book/b/mod.rs", "mod inner;"),
        (
            "book/b/inner.rs",
            "use super::super::a::A; use crate::book::a::A;",
        ),
    ];
    let up = faults("[crate]\nbook\n[book]\na\nb\n", &files);
    assert!(
        up.len() == 1 && up[0].contains("`a` imports `b` (super::B)"),
        "{up:?}"
    );
    let down = faults("[crate]\nbook\n[book]\nb\na\n", &files);
    assert!(
        down.len() == 2 && down[0].contains("`b` imports `a`"),
        "{down:?}"
    );
}

#[test]
fn an_item_in_the_folders_own_file_needs_a_layer_for_that_file() {
    let files = [
        ("lib.rs", "mod a;\npub struct Shared;"),
        ("a.rs", "use crate::Shared;"),
    ];
    let missing = faults("[crate]\na\n", &files);
    assert!(
        missing.len() == 1 && missing[0].contains("`mod` has no layer"),
        "{missing:?}"
    );
    assert!(faults("[crate]\nmod\na\n", &files).is_empty());
    let up = faults("[crate]\na\nmod\n", &files);
    assert!(
        up.len() == 1 && up[0].contains("`a` imports `mod`"),
        "{up:?}"
    );
}

#[test]
fn a_module_with_a_path_attribute_is_read_from_that_file() {
    let files = [
        (
            "lib.rs",
            "mod high;\n#[cfg(unix)]\n#[path = \"low/unix.rs\"]\nmod low;\n#[cfg(not(unix))]\n#[path = \"low/other.rs\"]\nmod low;",
        ),
        ("high.rs", ""),
        ("low/unix.rs", ""),
        ("low/other.rs", "use super::high::Thing;"),
    ];
    let faults = faults("[crate]\nlow\nhigh\n", &files);
    assert!(
        faults.len() == 1 && faults[0].contains("other.rs:1: `low` imports `high`"),
        "{faults:?}"
    );
}

#[test]
fn a_list_that_cannot_be_read_says_what_to_write() {
    use layers::order::parse;
    assert_eq!(
        parse("low\n").unwrap_err().to_string(),
        "line 1 is not under a heading. Write `[crate]` above it"
    );
    assert_eq!(
        parse("[crate]\nexcept low\n").unwrap_err().to_string(),
        "line 2 is not an exception. Write it as `except low -> high` or `names low -> high`"
    );
    assert_eq!(
        parse("[crate]\nlow\nhigh, low\n").unwrap_err().to_string(),
        "line 3 repeats the module `low`. Remove one of the two"
    );
}
