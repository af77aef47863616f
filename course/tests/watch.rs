//! What watching promises: a change is told, by notification and by polling, and once.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use course::watch::{Mode, Watch};

/// Changes files until the watch tells of one, and panics if it never does.
/// A poller compares times of change, which are coarse: one write might be missed.
fn told(watch: &mut Watch, path: &Path) -> BTreeSet<PathBuf> {
    wakeful::block_on(async {
        for round in 0..30 {
            fs::write(path, format!("{round}")).unwrap();
            if let Ok(changed) = wakeful::time::timeout(Duration::from_secs(2), watch.next()).await
            {
                return changed;
            }
        }
        panic!("waited a minute for a change of {}", path.display());
    })
}

fn canonical() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().canonicalize().unwrap();
    fs::create_dir(path.join("src")).unwrap();
    (dir, path)
}

#[test]
fn a_save_is_told_once_with_all_its_files() {
    let (_dir, path) = canonical();
    let mut watch = Watch::new(&[&path]).unwrap();
    let file = path.join("src/lib.rs");
    assert!(told(&mut watch, &file).contains(&file));
    // As editors do it: a temporary file, then a rename.
    let temporary = path.join("src/.lib.rs.swp");
    fs::write(&temporary, "new").unwrap();
    fs::rename(&temporary, &file).unwrap();
    wakeful::block_on(async {
        let changed = wakeful::time::timeout(Duration::from_mins(1), watch.next()).await;
        let changed = changed.expect("waited a minute for the rename");
        assert!(changed.contains(&file), "{changed:?}");
        if *watch.mode() == Mode::Notified {
            let again = wakeful::time::timeout(Duration::from_millis(300), watch.next()).await;
            assert!(again.is_err(), "told again: {again:?}");
        }
    });
}

#[test]
fn where_nothing_notifies_the_files_are_polled() {
    let (_dir, path) = canonical();
    let mut watch = Watch::polled(&[&path], "to try it".into()).unwrap();
    assert_eq!(
        *watch.mode(),
        Mode::Polled {
            reason: "to try it".into()
        }
    );
    let file = path.join("src/lib.rs");
    assert!(told(&mut watch, &file).contains(&file));
}

/// `rm -r exercises`, then a command that restores them: the new directory is not the old one.
#[test]
fn a_directory_that_was_deleted_and_made_again_is_followed() {
    let (_dir, path) = canonical();
    let dir = path.join("src");
    for mut watch in [
        Watch::new(&[&dir]).unwrap(),
        Watch::polled(&[&dir], "to try it".into()).unwrap(),
    ] {
        fs::remove_dir_all(&dir).unwrap();
        fs::create_dir(&dir).unwrap();
        // What is told first may still be about the old one.
        let file = dir.join("new.rs");
        let heard = (0..10).any(|_| told(&mut watch, &file).contains(&file));
        assert!(heard, "waited for a change in the new directory");
    }
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let (_dir, path) = canonical();
    let missing = path.join("nowhere");
    assert_eq!(Watch::new(&[&missing]).unwrap_err().path, missing);
}
