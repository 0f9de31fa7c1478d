//! `ProgressBoard` (book 3.2): a figure that grows point by point.
use super::*;
use d2l::board::{LineStyle, Scale};
use std::{fs, path::PathBuf};

/// A file that does not exist yet, in a folder of its own.
fn file(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("d2l-pb-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder.join("board.svg")
}

fn remove(file: &std::path::Path) {
    fs::remove_dir_all(file.parent().unwrap()).unwrap();
}

#[test]
fn pb_1_defaults_are_the_books_and_every_field_can_be_set_later() {
    let mut board = ProgressBoard::new();
    assert_eq!((board.xlabel.as_str(), board.ylabel.as_str()), ("", ""));
    assert_eq!((board.xlim, board.ylim), (None, None));
    assert_eq!((board.xscale, board.yscale), (Scale::Linear, Scale::Linear));
    assert_eq!((board.ls.len(), board.colors.len()), (4, 4));
    assert_eq!((board.figsize, board.display), ((3.5, 2.5), true));

    (board.xlabel, board.ylabel) = ("epoch".into(), "loss".into());
    (board.xlim, board.ylim) = (Some((0.0, 3.0)), Some((0.0, 1.0)));
    (board.xscale, board.yscale) = (Scale::Log, Scale::Log);
    (board.ls, board.colors) = (vec![LineStyle::Dotted], vec![[1, 2, 3]]);
    (board.figsize, board.display) = ((7.0, 5.0), false);
    board.draw(1, 0.5, "train", 1);
    let svg = board.to_svg();
    assert!(
        svg.contains("epoch") && svg.contains("loss") && svg.contains("#010203"),
        "{svg}"
    );
}

#[test]
fn pb_2_the_mean_of_every_n_points_is_drawn() {
    let mut board = ProgressBoard::new();
    for i in 0..7 {
        board.draw(i, i * i, "square", 3);
    }
    assert_eq!(
        board.points("square"),
        [(1.0, 5.0 / 3.0), (4.0, 50.0 / 3.0)]
    );
    assert_eq!(board.pending("square"), 1);
}

#[test]
fn pb_3_labels_keep_the_order_of_their_first_points() {
    let mut board = ProgressBoard::new();
    for label in ["zebra", "apple", "zebra", "mango"] {
        board.draw(1, 1, label, 1);
    }
    assert_eq!(board.labels(), ["zebra", "apple", "mango"]);
    let svg = board.to_svg();
    let place = |label: &str| svg.find(label).expect("every label is in the legend");
    assert!(place("zebra") < place("apple") && place("apple") < place("mango"));
    for color in ["#1f77b4", "#ff7f0e", "#2ca02c"] {
        assert!(svg.to_lowercase().contains(color), "{color} is missing");
    }
}

#[test]
fn pb_4_without_display_points_are_collected_and_nothing_is_drawn() {
    let path = file("display");
    let mut board = ProgressBoard::new().display(false).file(&path);
    board.draw(0, 1, "loss", 1);
    board.flush().unwrap();
    board.finish().unwrap();
    assert_eq!(board.points("loss"), [(0.0, 1.0)]);
    assert!(!path.exists());
    remove(&path);
}

#[test]
fn pb_5_the_last_value_of_a_curve_can_be_read() {
    let fit = trainer(2).fit(&mut LinearRegression::new(0.03), &synthetic());
    let last = fit.board().points("val_loss").last().unwrap();
    assert_eq!(last.1, fit.history("val_loss")[1]);
    assert!(fit.board().points("no such curve").is_empty());
}

#[test]
fn pb_6_settings_changed_between_two_figures_take_effect() {
    let mut board = ProgressBoard::new();
    for i in 0..10 {
        board.draw(i, 10f64.powi(-i), "loss", 1);
    }
    let linear = board.to_svg();
    board.yscale = Scale::Log;
    let log = board.to_svg();
    board.xlim = Some((0.0, 5.0));
    board.ylabel = "error".into();
    let limited = board.to_svg();
    assert!(linear != log && log != limited && limited.contains("error"));
}

#[test]
fn pb_7_a_new_figure_replaces_the_old_one() {
    let path = file("replace");
    let mut board = ProgressBoard::new().file(&path);
    for epoch in 0..3 {
        board.draw(epoch, 1.0, &format!("curve {epoch}"), 1);
        board.finish().unwrap();
    }
    let svg = fs::read_to_string(&path).unwrap();
    assert_eq!(svg.matches("<svg").count(), 1);
    assert!(svg.contains("curve 0") && svg.contains("curve 2"));
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    remove(&path);
}

#[test]
fn pb_8_a_board_without_labels_on_its_axes_can_be_drawn() {
    let mut board = ProgressBoard::new();
    board.draw(0, 0, "only", 1);
    assert!(board.to_svg().contains("only"));
    assert!(
        ProgressBoard::new().to_svg().contains("<svg"),
        "even without points"
    );
}

#[test]
fn pb_9_there_are_lines_for_any_number_of_labels() {
    let mut board = ProgressBoard::new();
    for i in 0..6 {
        board.draw(0, i, &format!("label {i}"), 1);
        board.draw(1, i, &format!("label {i}"), 1);
    }
    let svg = board.to_svg();
    for i in 0..6 {
        assert!(
            svg.contains(&format!("label {i}")),
            "label {i} is not in the legend"
        );
    }
}

#[test]
fn pb_10_every_zero_points_count_as_every_one() {
    let mut board = ProgressBoard::new();
    board.draw(0, 1, "loss", 0);
    assert_eq!((board.points("loss").len(), board.pending("loss")), (1, 0));

    let one_batch = synthetic().num_train(20).num_val(20);
    let fit = trainer(2).fit(&mut LinearRegression::new(0.03), &one_batch);
    assert_eq!(fit.board().points("train_loss").len(), 2);
}

#[test]
fn pb_11_an_unfinished_group_ends_with_its_epoch() {
    let mut board = ProgressBoard::new();
    for epoch in 0..2 {
        for i in 0..235 {
            board.draw(f64::from(epoch) + f64::from(i) / 235.0, 1.0, "loss", 117);
        }
        board.flush().unwrap();
        assert_eq!(board.pending("loss"), 0);
    }
    let x: Vec<f64> = board.points("loss").iter().map(|p| p.0).collect();
    assert_eq!(x.len(), 6);
    for i in 0..3 {
        assert_close(x[i + 3], x[i] + 1.0, 1e-9);
    }
}

/// A point is noted; drawing is for `flush`, which leaves out figures that follow too quickly.
#[test]
fn pb_12_a_point_costs_the_same_however_many_there_are() {
    let path = file("incremental");
    let mut board = ProgressBoard::new().file(&path);
    for i in 0..100_000 {
        board.draw(i, 1, "loss", 1);
    }
    assert!(!path.exists(), "no figure is drawn for a single point");
    for epoch in 0..1000 {
        board.draw(100_000 + epoch, 1, "loss", 1);
        board.flush().unwrap();
    }
    let drawn = fs::read(&path).unwrap();
    board.draw(0, 100, "another curve", 1);
    board.flush().unwrap();
    assert!(
        fs::read(&path).unwrap() == drawn,
        "it was drawn a moment ago"
    );
    board.finish().unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains("another curve"));
    remove(&path);
}

#[test]
fn pb_13_a_board_works_alone() {
    let mut board = ProgressBoard::new().xlabel("x");
    for i in 0..100 {
        let x = f64::from(i) / 10.0;
        board.draw(x, x.sin(), "sin", 2);
        board.draw(x, x.cos(), "cos", 10);
    }
    assert_eq!(
        (board.points("sin").len(), board.points("cos").len()),
        (50, 10)
    );
}
