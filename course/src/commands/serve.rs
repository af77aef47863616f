//! `cargo course`: serves the book.

use std::process::ExitCode;
use std::time::Duration;

use super::{CommandError, stop};
use crate::catalog::Layout;
use crate::serve::{Options, ServeError, Server, browser};
use crate::terminal::{complain, tell};

/// How long files may still be written after the last request.
const LAST_WORK: Duration = Duration::from_secs(1);

/// Serves the book at this port until Ctrl-C, or until its terminal is closed.
pub fn run(layout: &Layout, port: u16, open_browser: bool) -> Result<ExitCode, CommandError> {
    let system = |what| move |source| ServeError::System { what, source };
    // The inspector's page needs task dumps to show what the server waits for.
    let builder = wakeful::runtime::Builder::new_current_thread().enable_taskdump();
    let runtime = builder
        .build()
        .map_err(system("cannot start the runtime"))?;
    let ended = runtime.block_on(async {
        // Listen for signals before the address is printed, so that none of them is missed.
        let stopped = wakeful::spawn_local(stop::stopped());
        let options = Options {
            port,
            ..Options::default()
        };
        let server = Server::start(layout.clone(), options).await?;
        let url = server.url();
        tell(&format!("Wakeful is open at\n\n    {url}\n"));
        for note in server.notes() {
            tell(note);
        }
        tell(
            "Save an exercise in your editor, and its page shows the result. Press Ctrl-C to stop.",
        );
        if open_browser {
            // The opener gets its own thread, because one that hangs must not delay the shutdown.
            std::thread::spawn(move || {
                if !browser::open(&url) {
                    tell(&format!(
                        "No browser was found on this machine. Please open {url} in yours."
                    ));
                }
            });
        }
        server
            .run(async {
                if let Ok(Err(error)) = stopped.await {
                    complain(&format!(
                        "Ctrl-C does not work here ({error}). To stop the server, end its process."
                    ));
                    std::future::pending::<()>().await;
                }
                tell("\nGood bye.");
            })
            .await;
        Ok(ExitCode::SUCCESS)
    });
    // A thread may be stuck in a file on a dead network mount. The process ends without it.
    runtime.shutdown_timeout(LAST_WORK);
    ended
}
