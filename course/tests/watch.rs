//! Watching files: every change is reported once, by notification and by polling.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use course::watch::{Mode, Watch};

/// Changes files until the watch reports a change, and panics if it never does. A poller compares
/// file times, which are coarse, so it might miss a single write.
fn told(watch: &mut Watch, path: &Path) -> BTreeSet<PathBuf> {
    wakeful::block_on(async {
        for round in 0..30 {
            fs::write(path, format!("{round}")).unwrap();
            if let Ok(changed) = wakeful::time::timeout(Duration::from_secs(2), watch.next()).await
            {
                return changed;
            }
        }
        panic!("no change of {} within a minute", path.display());
    })
}

fn canonical() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().canonicalize().unwrap();
    fs::create_dir(path.join("src")).unwrap();
    (dir, path)
}

#[test]
fn a_save_is_reported_once_with_all_its_files() {
    let (_dir, path) = canonical();
    let mut watch = Watch::new(&[&path]).unwrap();
    let file = path.join("src/lib.rs");
    assert!(told(&mut watch, &file).contains(&file));
    // Editors save like this: write a temporary file, then rename it.
    let temporary = path.join("src/.lib.rs.swp");
    fs::write(&temporary, "new").unwrap();
    fs::rename(&temporary, &file).unwrap();
    wakeful::block_on(async {
        let changed = wakeful::time::timeout(Duration::from_mins(1), watch.next()).await;
        let changed = changed.expect("the rename is reported within a minute");
        assert!(changed.contains(&file), "{changed:?}");
        if *watch.mode() == Mode::Notified {
            let again = wakeful::time::timeout(Duration::from_millis(300), watch.next()).await;
            assert!(again.is_err(), "reported again: {again:?}");
        }
    });
}

#[test]
fn without_notifications_the_files_are_polled() {
    let (_dir, path) = canonical();
    let mut watch = Watch::polled(&[&path], &[], "to try it".into()).unwrap();
    assert_eq!(
        *watch.mode(),
        Mode::Polled {
            reason: "to try it".into()
        }
    );
    let file = path.join("src/lib.rs");
    assert!(told(&mut watch, &file).contains(&file));
}

/// `rm -r exercises`, then a command that restores them. The new directory is a different one.
#[test]
fn a_directory_that_was_deleted_and_created_again_is_still_watched() {
    let (_dir, path) = canonical();
    let dir = path.join("src");
    for mut watch in [
        Watch::new(&[&dir]).unwrap(),
        Watch::polled(&[&dir], &[], "to try it".into()).unwrap(),
    ] {
        fs::remove_dir_all(&dir).unwrap();
        fs::create_dir(&dir).unwrap();
        // The first report may still be about the old directory.
        let file = dir.join("new.rs");
        let heard = (0..10).any(|_| told(&mut watch, &file).contains(&file));
        assert!(heard, "no change in the new directory was reported");
    }
}

/// The system does not report the files of a directory that has them when it appears.
#[test]
fn the_files_of_a_new_directory_are_reported_and_watched() {
    let (_dir, path) = canonical();
    let dir = path.join("src");
    for name in ["notified", "polled"] {
        let watch = match name {
            "polled" => Watch::polled(&[&dir], &[], "to try it".into()),
            _ => Watch::new(&[&dir]),
        };
        let mut watch = watch.unwrap();
        fs::create_dir_all(path.join("made/deep")).unwrap();
        fs::write(path.join("made/deep/new.rs"), "").unwrap();
        fs::rename(path.join("made"), dir.join(name)).unwrap();
        let file = dir.join(name).join("deep/new.rs");
        wakeful::block_on(async {
            let changed = wakeful::time::timeout(Duration::from_mins(1), watch.next()).await;
            let changed = changed.expect("the new directory is reported within a minute");
            assert!(changed.contains(&file), "{changed:?}");
        });
        assert!(told(&mut watch, &file).contains(&file));
    }
}

/// A link to `/` would otherwise make the watch read every directory of the machine.
#[cfg(unix)]
#[test]
fn links_below_a_watched_directory_are_not_followed() {
    let (_dir, path) = canonical();
    let (_other, outside) = canonical();
    std::os::unix::fs::symlink(&outside, path.join("src/link")).unwrap();
    let file = path.join("src/lib.rs");
    for mut watch in [
        Watch::new(&[&path]).unwrap(),
        Watch::polled(&[&path], &[], "to try it".into()).unwrap(),
    ] {
        let mut changed = BTreeSet::new();
        for round in 0..3 {
            fs::write(outside.join("src/other.rs"), format!("{round}")).unwrap();
            changed.extend(told(&mut watch, &file));
        }
        let linked = path.join("src/link");
        let followed = changed.iter().find(|path| path.starts_with(&linked));
        assert_eq!(followed, None, "{:?}", watch.mode());
    }
}

/// A reader may keep a package of `work/` in another place.
#[cfg(unix)]
#[test]
fn a_watched_directory_may_be_a_link() {
    let (_dir, path) = canonical();
    let (_other, outside) = canonical();
    let link = path.join("link");
    std::os::unix::fs::symlink(&outside, &link).unwrap();
    for mut watch in [
        Watch::new(&[&link]).unwrap(),
        Watch::polled(&[&link], &[], "to try it".into()).unwrap(),
    ] {
        for file in [link.join("Cargo.toml"), link.join("src/lib.rs")] {
            assert!((0..3).any(|_| told(&mut watch, &file).contains(&file)));
        }
    }
}

#[test]
fn the_error_for_a_missing_directory_names_it() {
    let (_dir, path) = canonical();
    let missing = path.join("nowhere");
    assert_eq!(Watch::new(&[&missing]).unwrap_err().path, missing);
}
