//! `cargo course`: serves the book.

use std::process::ExitCode;

use super::{CommandError, stop};
use crate::catalog::Layout;
use crate::cli::ServeArgs;
use crate::serve::{Options, ServeError, Server, browser};
use crate::terminal::{complain, tell};

/// Serves the book until Ctrl-C, or until its terminal is closed.
pub fn run(layout: &Layout, args: &ServeArgs) -> Result<ExitCode, CommandError> {
    let system = |what| move |source| ServeError::System { what, source };
    // Traced, for the inspector's page: a reader may ask what the server waits for.
    let builder = wakeful::runtime::Builder::new_current_thread().enable_trace();
    let runtime = builder
        .build()
        .map_err(system("cannot start the runtime"))?;
    runtime.block_on(async {
        // Listening before anybody knows the address: no signal finds the server without it.
        let stopped = wakeful::spawn_local(stop::stopped());
        let options = Options {
            port: args.port,
            ..Options::default()
        };
        let server = Server::start(layout.clone(), options).await?;
        let url = server.url();
        tell(&format!("Wakeful is open at\n\n    {url}\n"));
        for note in server.notes() {
            tell(note);
        }
        tell("Save an exercise in your editor and its page follows. Ctrl-C ends this.");
        if !args.no_open {
            // A thread of its own: an opener that hangs must not hold up the end.
            std::thread::spawn(move || {
                if !browser::open(&url) {
                    tell(&format!(
                        "No browser could be opened from here: open {url} in yours."
                    ));
                }
            });
        }
        server
            .run(async {
                if let Ok(Err(error)) = stopped.await {
                    complain(&format!(
                        "Ctrl-C cannot be waited for ({error}); end this from outside."
                    ));
                    std::future::pending::<()>().await;
                }
                tell("\nGood bye.");
            })
            .await;
        Ok(ExitCode::SUCCESS)
    })
}
