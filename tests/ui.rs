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
const SEVERAL: [(&str, usize, &str); 21] = [
    ("bad_options", 4, "four mistakes"),
    ("batch_enum", 2, "two mistakes"),
    ("batch_options", 4, "four mistakes"),
    ("borrowed_module", 2, "two mistakes"),
    ("field_not_module", 2, "two mistakes"),
    (
        "forward_twice",
        6,
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
        "inside_impl",
        2,
        "rustc: what is written beside the function is no item of an impl",
    ),
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

#[test]
fn one_mistake_is_one_error() {
    let mut programs = 0;
    for entry in std::fs::read_dir("ui/fail").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "rs") {
            programs += 1;
            let text = std::fs::read_to_string(path.with_extension("stderr")).unwrap();
            let errors = text.lines().filter(|l| l.starts_with("error")).count();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let known = SEVERAL.iter().find(|s| s.0 == name).map_or(1, |s| s.1);
            assert_eq!(errors, known, "{name}");
        }
    }
    assert!(programs >= 80, "{programs}");
}
