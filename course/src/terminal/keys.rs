//! Reads single keys from a terminal, or lines from any other input. Of a line we use the first
//! letter.
//!
//! A thread reads them, because not every system can wait for a terminal in a reactor. The thread
//! ends with the process.

use std::io::{self, BufRead, IsTerminal, Write};
use std::thread;

use async_channel::{Receiver, Sender};
use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};
use crossterm::terminal;

use super::{Size, paint::is_dumb};

/// A key that the reader pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A letter, in lower case.
    Char(char),
    /// Ctrl-C, or the end of the input.
    End,
}

/// The keyboard and the screen. While we read single keys, the terminal does not return the cursor
/// at the end of a line, so all output must use [`Keys::print`]. Dropping this restores the
/// terminal.
#[derive(Debug)]
pub struct Keys {
    keys: Receiver<Key>,
    raw: bool,
}

impl Keys {
    /// Starts to read keys.
    pub fn start() -> Self {
        let (sender, keys) = async_channel::unbounded();
        let terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        // A terminal that cannot give single keys still gives lines.
        let raw = terminal && terminal::enable_raw_mode().is_ok();
        let listen = if raw { read_keys } else { read_lines };
        thread::spawn(move || listen(&sender));
        Self { keys, raw }
    }

    /// Whether single keys arrive. Otherwise the reader must press Enter after each.
    pub fn single(&self) -> bool {
        self.raw
    }

    /// The next key. Cancel-safe.
    pub async fn next(&self) -> Key {
        self.keys.recv().await.unwrap_or(Key::End)
    }

    /// Prints text to stdout, in either mode of the terminal.
    pub fn print(&self, text: &str) {
        let mut stdout = io::stdout().lock();
        // A closed pipe does not end the watch. The next key will be `End`.
        let _ = if self.raw {
            stdout.write_all(text.replace('\n', "\r\n").as_bytes())
        } else {
            stdout.write_all(text.as_bytes())
        };
        let _ = stdout.flush();
    }

    /// The size of the screen. If there is no screen, the output has no end.
    pub fn size(&self) -> Size {
        if self.raw {
            Size::of_terminal()
        } else {
            Size::ENDLESS
        }
    }

    /// Clears the screen, if there is one. In a terminal that cannot do that, begins after an empty line.
    pub fn clear(&self) {
        if self.raw && is_dumb() {
            self.print("\n");
        } else if self.raw {
            self.print("\x1b[2J\x1b[3J\x1b[H");
        }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        if self.raw {
            let _ = terminal::disable_raw_mode();
        }
    }
}

fn read_keys(sender: &Sender<Key>) {
    loop {
        let key = match crossterm::event::read() {
            Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => match key.code {
                KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    Key::End
                }
                KeyCode::Char(letter) => Key::Char(letter.to_ascii_lowercase()),
                KeyCode::Esc => Key::Char('q'),
                _ => continue,
            },
            Ok(_) => continue,
            Err(_) => Key::End,
        };
        if sender.send_blocking(key).is_err() || key == Key::End {
            return;
        }
    }
}

fn read_lines(sender: &Sender<Key>) {
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let letter = line.trim().chars().next();
        if letter.is_some_and(|letter| {
            sender
                .send_blocking(Key::Char(letter.to_ascii_lowercase()))
                .is_err()
        }) {
            return;
        }
    }
    let _ = sender.send_blocking(Key::End);
}
