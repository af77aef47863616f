//! Keeps readings in memory or in files. The rest of the program takes either, as one object.
//!
//! `cargo run -p wakeful --features dynamic --example store`
//!
//! With a folder as its argument, it keeps the readings in files there, and continues
//! from them when you run it again.

use std::{
    collections::HashMap,
    env,
    io::{self, ErrorKind},
    path::PathBuf,
};
use wakeful::{
    dynamic::{Boxing, Cached, dyn_async},
    fs,
};

#[dyn_async]
trait Store {
    /// The last reading of a meter.
    async fn get(&self, meter: &str) -> io::Result<Option<u64>>;
    async fn put(&mut self, meter: &str, reading: u64) -> io::Result<()>;
}

#[derive(Default)]
struct InMemory(HashMap<String, u64>);

impl Store for InMemory {
    async fn get(&self, meter: &str) -> io::Result<Option<u64>> {
        Ok(self.0.get(meter).copied())
    }

    async fn put(&mut self, meter: &str, reading: u64) -> io::Result<()> {
        self.0.insert(meter.to_owned(), reading);
        Ok(())
    }
}

/// One file for each meter.
struct InFiles(PathBuf);

impl Store for InFiles {
    async fn get(&self, meter: &str) -> io::Result<Option<u64>> {
        match fs::read_to_string(self.0.join(meter)).await {
            Ok(text) => match text.trim().parse() {
                Ok(reading) => Ok(Some(reading)),
                Err(error) => Err(io::Error::new(ErrorKind::InvalidData, error)),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A reader sees the old reading or the new one, because `rename` replaces a file at once.
    async fn put(&mut self, meter: &str, reading: u64) -> io::Result<()> {
        let new = self.0.join(format!("{meter}.new"));
        fs::write(&new, format!("{reading}\n")).await?;
        fs::rename(&new, self.0.join(meter)).await
    }
}

/// Does not know where the readings are.
async fn count(store: &mut impl Store, meter: &str, more: u64) -> io::Result<()> {
    let before = store.get(meter).await?.unwrap_or(0);
    store.put(meter, before + more).await?;
    println!("{meter}: {before} + {more} = {}", before + more);
    Ok(())
}

fn main() -> io::Result<()> {
    let runtime = wakeful::Runtime::new()?;
    runtime.block_on(async {
        let mut store = match env::args_os().nth(1) {
            Some(folder) => {
                let folder = PathBuf::from(folder);
                fs::create_dir_all(&folder).await?;
                // A call that waits for the disk costs more than its box.
                StoreBox::new(Boxing::new(InFiles(folder)))
            }
            None => StoreBox::new(Cached::new(InMemory::default())),
        };
        for (meter, more) in [("water", 17), ("heat", 4), ("water", 3)] {
            count(&mut store, meter, more).await?;
        }
        Ok(())
    })
}
