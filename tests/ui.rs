//! The macros' specification. `ui/pass` are programs that must compile and run; `ui/fail` programs
//! that must not, each with the message that a user reads. After a change:
//! `TRYBUILD=overwrite cargo test -p d2l-tests --test ui`, then read the difference.
#![allow(dead_code, missing_docs, elided_lifetimes_in_paths)]

/// Each program is a module here, so that all are one build, and its `main` is a test.
macro_rules! programs {
    ($($name:ident)*) => {
        $(mod $name {
            include!(concat!("ui/pass/", stringify!($name), ".rs"));

            #[test]
            fn runs() {
                main();
            }
        })*

        const PROGRAMS: &[&str] = &[$(stringify!($name)),*];
    };
}

programs! {
    aliases
    base_and_nothing_else
    base_step_sees_override
    batches_of_structs
    checkpoint
    containers
    encoder_decoder
    extension
    extra_arguments
    forward_on_plain_struct
    frozen_and_renamed
    generic_forward
    generic_model
    generics
    hook_in_other_module
    impl_block
    in_function
    linear_regression
    method_option
    module_path_in_panics
    no_hooks
    notebook_names
    optimizer
    optional_argument
    override_calls_inherited
    plain_method_overrides
    probe_shapes
    result_constructor
    shapes_of_types
    tied
    trait_method
    trait_objects
    tuple_result
    user_base
}

#[test]
fn every_program_is_listed() {
    let files = std::fs::read_dir("ui/pass")
        .unwrap()
        .map(|f| f.unwrap().path());
    let programs = files.filter(|f| f.extension().is_some_and(|e| e == "rs"));
    let mut names: Vec<_> = programs
        .map(|f| f.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, PROGRAMS);
}

/// Programs that are about a whole crate: its lints, its names.
#[test]
fn pass() {
    trybuild::TestCases::new().pass("ui/pass/crate/*.rs");
}

#[test]
fn fail() {
    trybuild::TestCases::new().compile_fail("ui/fail/*.rs");
}

/// Programs with more than one error: as many mistakes, or the reason.
const SEVERAL: [(&str, usize, &str); 26] = [
    ("bad_options", 4, "four mistakes"),
    ("batch_enum", 2, "two mistakes"),
    ("batch_options", 4, "four mistakes"),
    ("borrowed_module", 2, "two mistakes"),
    ("elementwise_arity", 2, "two mistakes"),
    ("elementwise_async", 2, "two mistakes"),
    ("elementwise_mutable", 2, "two mistakes"),
    ("elementwise_several", 3, "three mistakes"),
    ("elementwise_slip", 2, "two mistakes"),
    ("elementwise_type", 2, "two mistakes"),
    ("field_not_module", 2, "two mistakes"),
    (
        "forward_twice",
        5,
        "rustc names every trait that the hook is in",
    ),
    ("hparam_default_type", 2, "two mistakes"),
    (
        "hparam_not_field",
        2,
        "rustc: the literal and its getter, both at the argument",
    ),
    ("hparam_on_type", 2, "two mistakes"),
    (
        "loss_twice",
        3,
        "rustc names every trait that the hook is in",
    ),
    ("missing_both", 2, "two mistakes"),
    ("module_on_variant", 2, "two mistakes"),
    ("near_miss_options", 3, "three mistakes"),
    ("not_cloneable", 2, "two mistakes"),
    ("optimizer_kinds", 7, "seven mistakes"),
    ("optimizer_names", 3, "three mistakes"),
    ("optimizer_options", 6, "six mistakes"),
    ("optimizer_syntax", 10, "ten mistakes"),
    ("option_without_value", 2, "two mistakes"),
    ("unfinished_body", 3, "rustc's parser goes on"),
];

/// Errors that cannot be at a token of the user's, because rustc raises them at the whole attribute.
const AT_THE_ATTRIBUTE: [(&str, &str); 7] = [
    ("derived_display", "an impl is at fault as a whole"),
    ("foreign_type", "an impl is at fault as a whole"),
    (
        "forward_twice",
        "the table of hooks beside the second function",
    ),
    ("inside_impl", "what is written beside the function"),
    ("loss_twice", "the marker beside the second function"),
    ("no_type", "it is what lacks something"),
    (
        "plain_impl_wrong",
        "the table of hooks; the note shows the function",
    ),
];

/// One error of a message: its lines.
struct Refusal {
    name: String,
    lines: Vec<String>,
}

/// All errors of all programs in `ui/fail`, and how many programs there are.
fn refusals() -> (Vec<Refusal>, usize) {
    let (mut all, mut programs) = (Vec::new(), 0);
    for entry in std::fs::read_dir("ui/fail").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "rs") {
            programs += 1;
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(path.with_extension("stderr")).unwrap();
            let mut lines = Vec::new();
            for line in text.lines() {
                if line.starts_with("error") {
                    all.push(Refusal {
                        name: name.clone(),
                        lines: std::mem::take(&mut lines),
                    });
                }
                lines.push(line.to_string());
            }
            all.push(Refusal { name, lines });
        }
    }
    all.retain(|r| r.lines.first().is_some_and(|l| l.starts_with("error")));
    (all, programs)
}

impl Refusal {
    /// Where the message ends and the place begins.
    fn arrow(&self) -> usize {
        let arrow = self.lines.iter().position(|l| l.contains("--> "));
        arrow.unwrap_or_else(|| panic!("{}: no place", self.name))
    }

    /// The message, the label and the notes, unless rustc adds them by itself.
    fn ours(&self) -> usize {
        let (mut count, mut note) = (self.arrow() + 1, false);
        for line in &self.lines[self.arrow()..] {
            let text = line.trim_start();
            if let Some(text) = text.strip_prefix("= note: ") {
                note = !text.starts_with("required ") && !text.starts_with("this error originates");
            } else if text.starts_with("= ") || text.contains('|') || !line.starts_with(' ') {
                note = false;
            }
            count += usize::from(note);
        }
        count
    }

    /// The line of the program that is underlined, and the column.
    fn underlined(&self) -> Option<(&str, usize)> {
        let carets = self.lines.iter().position(|l| l.contains('^'))?;
        let program = self.lines[..carets].iter().rev();
        let line = program.clone().find(|l| {
            l.starts_with(|c: char| c.is_ascii_digit() || c == ' ') && !l.contains("-->")
        })?;
        Some((line, self.lines[carets].find('^')?))
    }
}

#[test]
fn one_mistake_is_one_error() {
    let (refusals, programs) = refusals();
    for r in &refusals {
        let errors = refusals.iter().filter(|other| other.name == r.name).count();
        let known = SEVERAL.iter().find(|s| s.0 == r.name).map_or(1, |s| s.1);
        assert_eq!(errors, known, "{}", r.name);
    }
    let refused: std::collections::BTreeSet<_> = refusals.iter().map(|r| &r.name).collect();
    assert_eq!(refused.len(), programs, "each has an error");
    assert!(programs >= 80, "{programs}");
}

#[test]
fn no_error_is_long() {
    for r in refusals().0 {
        assert!(r.ours() <= 10, "{}: {} lines of ours", r.name, r.ours());
    }
}

/// In the user's file, and not at the macro as a whole.
#[test]
fn every_error_is_at_a_token_of_the_user() {
    for r in refusals().0 {
        let place = format!("--> ui/fail/{}.rs:", r.name);
        assert!(r.lines[r.arrow()].contains(&place), "{}", r.name);
        let Some((line, column)) = r.underlined() else {
            panic!("{}: nothing is underlined", r.name)
        };
        let token = line.get(column..).unwrap_or_default();
        let known = AT_THE_ATTRIBUTE.iter().any(|e| e.0 == r.name);
        let whole = ["#[add_to_class", "#[derive"]
            .iter()
            .any(|a| token.starts_with(a));
        assert!(!whole || known, "{}: {line}", r.name);
    }
}
