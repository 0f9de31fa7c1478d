//! Files that are whole or absent: written beside the target, then renamed over it.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// Replaces the file at `path` by `bytes` in one step: a reader, or a crash, sees the old file or
/// the new one. With `sync` the bytes are on the disk before the name is.
pub(crate) fn write_atomic(path: &Path, bytes: &[u8], sync: bool) -> io::Result<()> {
    let temp = temp_beside(path)?;
    let done = write_new(&temp, bytes, sync).and_then(|()| fs::rename(&temp, path));
    if done.is_err() {
        let _ = fs::remove_file(&temp);
    } else if sync {
        sync_folder(path);
    }
    done
}

fn write_new(temp: &Path, bytes: &[u8], sync: bool) -> io::Result<()> {
    let mut file = File::create_new(temp)?;
    file.write_all(bytes)?;
    if sync { file.sync_all() } else { Ok(()) }
}

/// Makes the new name durable where folders can be synced; elsewhere the rename is all there is.
fn sync_folder(path: &Path) {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
}

/// A hidden name in the same folder that no other process or thread uses.
fn temp_beside(path: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let temp = format!(".{}.{}-{n}.tmp", name.to_string_lossy(), std::process::id());
    Ok(path.with_file_name(temp))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("d2l-file-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn replaces_and_leaves_nothing_beside() {
        let folder = folder("replace");
        let path = folder.join("a.txt");
        write_atomic(&path, b"old", true).unwrap();
        write_atomic(&path, b"new", false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_failed_rename_leaves_no_temporary_file() {
        let folder = folder("fail");
        let target = folder.join("taken");
        fs::create_dir_all(target.join("inside")).unwrap(); // a folder cannot be replaced
        assert!(write_atomic(&target, b"x", true).is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn names_without_a_file_are_refused() {
        assert!(write_atomic(Path::new("/"), b"x", true).is_err());
        assert!(write_atomic(Path::new(""), b"x", true).is_err());
    }
}
