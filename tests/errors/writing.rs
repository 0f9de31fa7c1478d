//! Output that cannot be written: an error that names the file, and the old file stays as it was.
use super::*;
use d2l::{board::BoardError, train::CheckpointError};
use std::process::Command;

/// Paths nobody can write to, not even root: below a file, in a folder that does not exist, and in
/// one that the system keeps for itself.
fn unwritable(folder: &Folder, name: &str) -> Vec<PathBuf> {
    let file = folder.file("file");
    fs::write(&file, b"a file").unwrap();
    let mut paths = vec![file.join(name), folder.file("no/such/folder").join(name)];
    if Path::new("/proc/self").exists() {
        paths.push(Path::new("/proc").join(name));
    }
    paths
}

#[test]
fn a_checkpoint_that_cannot_be_written_is_an_error() {
    let folder = Folder::new("checkpoint");
    for path in unwritable(&folder, "net.safetensors") {
        for error in [net().save_checkpoint(&path), net().save(&path)] {
            let error = error.unwrap_err();
            assert!(
                matches!(
                    error,
                    CheckpointError::Io {
                        action: "write",
                        ..
                    }
                ),
                "{error}"
            );
            let text = error.to_string();
            assert!(text.contains("cannot write the checkpoint"), "{text}");
            assert!(text.contains(path.to_str().unwrap()), "{text}");
        }
    }
    assert_eq!(names(&folder.0), ["file"], "nothing is left behind");
}

#[test]
fn a_figure_that_cannot_be_written_is_an_error_and_keeps_its_points() {
    let folder = Folder::new("figure");
    for path in unwritable(&folder, "loss.svg") {
        let mut board = ProgressBoard::new().file(&path);
        board.draw(0, 1, "loss", 1);
        for error in [board.save(&path), board.flush(), board.finish()] {
            let error = error.unwrap_err();
            assert!(matches!(error, BoardError::Write { .. }), "{error}");
            assert!(
                error.to_string().contains(path.to_str().unwrap()),
                "{error}"
            );
        }
        assert_eq!(board.points("loss").len(), 1);
    }
    let other = folder.file("loss.png");
    let error = ProgressBoard::new().save(&other).unwrap_err();
    assert!(
        matches!(error, BoardError::Format { .. }) && !other.exists(),
        "{error}"
    );
    assert_eq!(names(&folder.0), ["file"], "nothing is left behind");
}

/// A plot that cannot be written costs no training.
#[test]
fn a_training_survives_a_figure_that_cannot_be_written() {
    let folder = Folder::new("training");
    let path = unwritable(&folder, "loss.svg").remove(0);
    let data = SyntheticRegressionData::new([1.0, 2.0, 3.0], 0.5).num_train(64);
    let board = ProgressBoard::new().file(&path);
    let fit = Trainer::new(2)
        .progress(false)
        .board(board)
        .fit(&mut Net::new(0.03, 4), &data);
    assert_eq!((fit.epochs(), fit.board().points("val_loss").len()), (2, 2));
    assert!(fit.board().save(&path).is_err());
    fit.board().save(folder.file("loss.svg")).unwrap();
}

#[test]
fn a_folder_in_the_way_stays_and_nothing_lies_beside_it() {
    let folder = Folder::new("taken");
    for name in ["net.safetensors", "loss.svg"] {
        let taken = folder.file(name);
        fs::create_dir_all(taken.join("inside")).unwrap();
        let failed = if name.ends_with("svg") {
            ProgressBoard::new().save(&taken).is_err()
        } else {
            net().save_checkpoint(&taken).is_err()
        };
        assert!(failed && taken.join("inside").is_dir());
    }
    assert_eq!(names(&folder.0), ["loss.svg", "net.safetensors"]);
}

/// The folder that the run with a limit works in.
const LIMITED: &str = "D2L_TEST_LIMITED_FOLDER";

/// In a process whose files may not grow beyond a block, as on a full disk: the write fails half
/// way, and the old file is still whole.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_half_way_leaves_the_old_file() {
    if let Ok(folder) = std::env::var(LIMITED) {
        return write_too_much(Path::new(&folder));
    }
    let folder = Folder::new("full");
    let (checkpoint, figure) = (folder.file("net.safetensors"), folder.file("loss.svg"));
    net().save_checkpoint(&checkpoint).unwrap();
    ProgressBoard::new().save(&figure).unwrap();
    let old = [&checkpoint, &figure].map(|f| fs::read(f).unwrap());

    let this = "writing::a_disk_that_is_full_half_way_leaves_the_old_file";
    let run = "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact \"$1\" --nocapture";
    let exe = std::env::current_exe().unwrap();
    let child = Command::new("sh")
        .args(["-c", run])
        .arg(exe)
        .arg(this)
        .env(LIMITED, &folder.0)
        .output();
    let child = child.unwrap();
    let text = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(
        child.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&child.stderr)
    );
    assert!(text.contains("both were refused"), "{text}");

    assert!(
        [&checkpoint, &figure].map(|f| fs::read(f).unwrap()) == old,
        "the old files changed"
    );
    assert_eq!(
        names(&folder.0),
        ["loss.svg", "net.safetensors"],
        "nothing is left behind"
    );
    Net::load_from_checkpoint(&checkpoint).unwrap();
}

fn write_too_much(folder: &Path) {
    let large = Net::new(0.03, 4096);
    large.forward(&Tensor::ones([1, 64]));
    let error = large
        .save_checkpoint(folder.join("net.safetensors"))
        .unwrap_err();
    assert!(
        error.to_string().contains("cannot write the checkpoint"),
        "{error}"
    );
    let mut board = ProgressBoard::new();
    for i in 0..10_000 {
        board.draw(i, (i * 7919) % 1000, "loss", 1);
        board.draw(i, i % 2, &format!("label {}", i % 50), 1);
    }
    let error = board.save(folder.join("loss.svg")).unwrap_err();
    println!("both were refused: {error}");
}
