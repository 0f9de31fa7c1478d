//! The rows PB-1 to PB-13 of the book's ProgressBoard.

use super::*;

fn squares() -> ProgressBoard {
    let mut board = ProgressBoard::new();
    for i in 0..7 {
        board.draw(i, i * i, "square", 3);
    }
    board
}

fn temp(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("d2l-{name}-{}.svg", std::process::id()))
}

#[test]
fn pb_1_every_setting_can_be_changed_later() {
    let mut board = ProgressBoard::new();
    assert_eq!((board.figsize, board.display), ((3.5, 2.5), true));
    assert_eq!((board.xscale, board.yscale), (Scale::Linear, Scale::Linear));
    assert_eq!((board.ls.len(), board.colors.len()), (4, 4));
    board.draw(1, 1, "a", 1);
    board.figsize = (7.0, 5.0);
    board.xlim = Some((0.0, 3.0));
    board.ylabel = "height".into();
    board.yscale = Scale::Log;
    board.ls = vec![LineStyle::Dotted];
    board.colors = vec![[1, 2, 3]];
    let svg = board.to_svg();
    for part in ["width=\"7in\"", "height=\"5in\"", "height", "#010203"] {
        assert!(svg.contains(part), "{part}");
    }
}

#[test]
fn pb_2_groups_become_their_mean() {
    let mut board = squares();
    assert_eq!(
        board.points("square"),
        [(1.0, 5.0 / 3.0), (4.0, 50.0 / 3.0)]
    );
    assert_eq!(board.pending("square"), 1);
    board.flush().unwrap();
    assert_eq!(board.points("square")[2], (6.0, 36.0));
}

#[test]
fn pb_3_labels_keep_their_order_and_styles() {
    let mut board = ProgressBoard::new();
    for label in ["train", "val", "train", "acc"] {
        board.draw(0, 0, label, 1);
    }
    assert_eq!(board.labels(), ["train", "val", "acc"]);
    assert_eq!(board.style(1), (board.colors[1], LineStyle::Dashed));
    let svg = board.to_svg();
    let places: Vec<_> = ["train", "val", "acc"].map(|l| svg.find(l).unwrap()).into();
    assert!(places.is_sorted());
}

#[test]
fn pb_4_without_display_points_are_collected_and_nothing_is_drawn() {
    let path = temp("pb4");
    let mut board = ProgressBoard::new().file(&path).display(false);
    board.draw(0, 1, "loss", 1);
    board.flush().unwrap();
    board.finish().unwrap();
    assert_eq!(board.points("loss"), [(0.0, 1.0)]);
    assert!(!path.exists());
}

#[test]
fn pb_5_the_last_value_can_be_read() {
    let last = squares().points("square").last().copied();
    assert_eq!(last, Some((4.0, 50.0 / 3.0)));
    assert!(ProgressBoard::new().points("none").is_empty());
}

#[test]
fn pb_6_and_7_the_same_file_is_drawn_anew() {
    let path = temp("pb7");
    let mut board = ProgressBoard::new().file(&path);
    board.draw(0, 1, "loss", 1);
    board.flush().unwrap();
    let first = std::fs::read_to_string(&path).unwrap();
    board.draw(1, 0.5, "loss", 1);
    board.yscale = Scale::Log;
    board.xlabel = "epoch".into();
    board.finish().unwrap();
    let second = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(!first.contains("epoch") && second.contains("epoch"));
    assert_eq!(second.matches("<svg").count(), 1);
    assert_eq!(second, board.to_svg());
}

#[test]
fn pb_8_labels_of_axes_may_be_empty() {
    assert!(squares().to_svg().ends_with("</svg>\n"));
}

#[test]
fn pb_9_more_labels_than_styles() {
    let mut board = ProgressBoard::new();
    let labels: Vec<String> = (0..16).map(|i| format!("line {i}")).collect();
    for (i, label) in labels.iter().enumerate() {
        board.draw(0, i as f64, label, 1);
        board.draw(1, i as f64, label, 1);
    }
    let svg = board.to_svg();
    assert!(labels.iter().all(|l| svg.contains(l)));
    let styles: Vec<_> = (0..16).map(|i| board.style(i)).collect();
    assert!((1..16).all(|i| !styles[..i].contains(&styles[i])));
}

#[test]
fn pb_9_no_styles_at_all_still_draws() {
    let mut board = squares().ls([]).colors([]);
    board.finish().unwrap();
    assert!(board.to_svg().contains("#000000"));
}

#[test]
fn pb_10_a_group_has_at_least_one_point() {
    let mut board = ProgressBoard::new();
    board.draw(1, 2, "a", 0);
    assert_eq!(board.points("a"), [(1.0, 2.0)]);
}

#[test]
fn pb_11_groups_end_with_the_epoch() {
    let mut board = ProgressBoard::new();
    for epoch in 0..2 {
        for batch in 0..235 {
            board.draw(f64::from(epoch) + f64::from(batch) / 235.0, 1, "loss", 117);
        }
        board.flush().unwrap();
    }
    let xs: Vec<f64> = board.points("loss").iter().map(|p| p.0).collect();
    let first = [58.0 / 235.0, 175.0 / 235.0, 234.0 / 235.0];
    let expected = first.iter().copied().chain(first.iter().map(|x| x + 1.0));
    assert_eq!(xs.len(), 6);
    assert!(
        xs.iter().zip(expected).all(|(x, e)| (x - e).abs() < 1e-12),
        "{xs:?}"
    );
}

#[test]
fn pb_12_a_large_board_draws_small_files() {
    let mut board = ProgressBoard::new();
    for i in 0..200_000 {
        board.draw(i, f64::from(i % 1000), "noise", 1);
    }
    assert_eq!(board.points("noise").len(), 200_000);
    assert!(board.to_svg().len() < 200_000);
}

#[test]
fn pb_13_works_alone() {
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

#[test]
fn odd_values_and_settings_draw_something() {
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -1.0,
        f64::MAX,
        1e-320,
        1.0,
    ];
    for scale in [Scale::Linear, Scale::Log] {
        let mut board = ProgressBoard::new().xscale(scale).yscale(scale);
        for &y in &odd {
            board.draw(y, y, "odd <&\"'>", 1);
            board.xlim = Some((y, -y));
            board.figsize = (y, 2.5);
            assert!(board.to_svg().ends_with("</svg>\n"));
        }
        assert_eq!(board.points("odd <&\"'>").len(), odd.len());
        assert!(board.to_svg().contains("odd &lt;&amp;&quot;&apos;&gt;"));
    }
    assert!(ProgressBoard::new().to_svg().ends_with("</svg>\n"));
}

#[test]
fn refused_files_are_named() {
    let board = squares();
    let error = board.save("no-such-folder/loss.svg").unwrap_err();
    assert!(matches!(error, BoardError::Write { .. }));
    assert!(
        error.to_string().contains("no-such-folder/loss.svg"),
        "{error}"
    );
    let error = board.save("d2l-refused.png").unwrap_err();
    assert!(matches!(error, BoardError::Format { .. }));
    assert!(!Path::new("d2l-refused.png").exists());
}

/// Not even root may create files there.
#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_is_an_error_and_points_survive() {
    let mut board = squares().file("/proc/loss.svg");
    let error = board.finish().unwrap_err();
    assert!(error.to_string().contains("/proc/loss.svg"), "{error}");
    assert_eq!(board.points("square").len(), 3);
}
