//! The button that runs the reader's meter server.

use crate::{
    client::{Running, options},
    fixture::Fixture,
};

#[test]
fn the_meter_server_of_the_reader_runs_when_its_modules_are_there() {
    let fixture = Fixture::new();
    let package = "[package]\nname = \"my-runtime-solutions\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\nname = \"my_runtime\"\n";
    for (file, text) in [
        ("Cargo.toml", package),
        ("src/lib.rs", "pub mod bulb;\n"),
        (
            "src/bulb.rs",
            "pub fn glow() -> u8 {\n    // hole: begin\n    7\n    // hole: instead\n    //| todo!(\"glow\")\n    // hole: end\n}\n",
        ),
        (
            "src/bin/meters.rs",
            "fn main() {\n    println!(\"{} meters\", my_runtime::bulb::glow());\n}\n",
        ),
        ("tests/bulb.rs", ""),
        (
            "exercises.toml",
            "modules = [\"bulb\"]\n[[program]]\nname = \"meters\"\ncan = \"serve\"\nuses = [\"lamps/bulb\"]\n[[exercise]]\nid = \"lamps/bulb\"\n\
             chapter = \"07-lamps\"\ntitle = \"A bulb\"\nkind = \"build\"\nminutes = 9\nfile = \"src/bulb.rs\"\ntest = \"tests/bulb.rs\"\n\
             can = \"glow\"\nfails = \"it\"\nsummary = \"\"\nhints = [\"\", \"\", \"\"]\n",
        ),
    ] {
        fixture.write(&format!("solutions/my-runtime/{file}"), text);
    }
    let server = Running::on(fixture, options());
    let list = || server.api("GET", "/api/exercises").json();
    assert_eq!(list()["meters"], serde_json::json!(["lamps/bulb"]));
    let refused = server.api("POST", "/api/meters");
    assert_eq!(refused.status, 409);
    assert_eq!(refused.json()["needs"], serde_json::json!(["lamps/bulb"]));

    server.api("POST", "/api/exercises/lamps/bulb/fill");
    let filled = list();
    assert_eq!(filled["meters"], serde_json::json!([]));
    assert_eq!(
        filled["runtime"]["can"],
        serde_json::json!(["glow", "serve"])
    );
    let said = server.api("POST", "/api/meters").body;
    assert!(said.contains("7 meters"), "{said}");
    assert!(said.contains("\"outcome\":\"exited\",\"code\":0"), "{said}");
}
