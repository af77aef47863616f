//! The reader's browser.

use std::{
    env,
    process::{Command, Stdio},
};

/// Opens `url`. Returns `false` if there seems to be no browser. Blocks until the opener ends.
pub fn open(url: &str) -> bool {
    candidates().into_iter().any(|(program, arguments)| {
        let mut command = Command::new(&program);
        command.args(arguments).arg(url);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}

fn candidates() -> Vec<(String, Vec<&'static str>)> {
    let chosen = env::var("BROWSER")
        .ok()
        .filter(|browser| !browser.is_empty());
    let mut list: Vec<_> = chosen
        .into_iter()
        .map(|browser| (browser, Vec::new()))
        .collect();
    if cfg!(target_os = "macos") {
        list.push(("open".into(), Vec::new()));
    } else if cfg!(windows) {
        list.push(("cmd".into(), vec!["/C", "start", ""]));
    } else {
        // Under WSL, open the browser of Windows.
        if env::var_os("WSL_DISTRO_NAME").is_some() {
            list.push(("wslview".into(), Vec::new()));
        }
        // Without a display, the opener would start a browser in the terminal.
        if env::var_os("DISPLAY").is_some() || env::var_os("WAYLAND_DISPLAY").is_some() {
            list.push(("xdg-open".into(), Vec::new()));
            list.push(("gio".into(), vec!["open"]));
        }
    }
    list
}
