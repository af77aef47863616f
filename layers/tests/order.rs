//! The imports of `wakeful`, of `wakeful-dynamic` and of the tool go down through the layers of their `layers.txt`.

use std::path::Path;

fn check(folder: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folder = root.join(folder);
    let faults = layers::faults(&folder).unwrap_or_else(|error| panic!("{error}"));
    assert!(
        faults.is_empty(),
        "{} faults:\n\n{}\n",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn no_import_in_wakeful_goes_up() {
    check("runtime");
}

#[test]
fn no_import_in_wakeful_dynamic_goes_up() {
    check("runtime/dynamic");
}

#[test]
fn no_import_in_the_tool_goes_up() {
    check("course");
}
