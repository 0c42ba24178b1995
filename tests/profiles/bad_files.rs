//! Every bad file has its report beside it.

use gatehouse::config::report::rendering::{Looks, text};
use gatehouse::config::{Loaded, Problem, load_files};

use crate::harness::{data, expect, folder, surroundings};

fn report(loaded: &Loaded) -> String {
    text(&loaded.problems(), Looks::Plain)
}

fn bad_files() -> Vec<std::path::PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(data("bad"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    files.sort();
    assert!(files.len() > 25, "the test data are there");
    files
}

#[test]
fn every_bad_file_gives_exactly_the_report_beside_it() {
    for file in bad_files() {
        let loaded = load_files(std::slice::from_ref(&file), surroundings());
        assert!(
            loaded.profiles.is_empty(),
            "{} was accepted",
            file.display()
        );
        assert_eq!(loaded.broken.len(), 1);
        expect(&file.with_extension("expected"), &report(&loaded));
    }
}

// proves: C149
#[test]
fn no_report_and_no_debug_output_repeats_a_secret() {
    for file in bad_files() {
        let loaded = load_files(std::slice::from_ref(&file), surroundings());
        let problems = loaded.problems();
        for shown in [
            text(&problems, Looks::Plain),
            text(&problems, Looks::Terminal { color: true }),
            text(&problems, Looks::Terminal { color: false }),
            gatehouse::config::report::rendering::json(&problems).to_string(),
            format!("{loaded:?}"),
        ] {
            for secret in ["hunter2", "4711471147114711"] {
                assert!(!shown.contains(secret), "{}: {shown}", file.display());
            }
        }
    }
}

// proves: B7
#[test]
fn two_profiles_with_one_address_are_one_problem_that_names_both_files() {
    let loaded = folder("together/same-address");
    let serving: Vec<_> = loaded.profiles.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(serving, ["c"], "neither of the two serves by guess");
    expect(&data("together/same-address.expected"), &report(&loaded));
}

// proves: B7
#[test]
fn a_profile_cannot_take_the_redirect_path_of_another() {
    let loaded = folder("together/hidden");
    let serving: Vec<_> = loaded.profiles.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(serving, ["fine"]);
    expect(&data("together/hidden.expected"), &report(&loaded));
}

#[test]
fn every_problem_has_a_place_a_reason_and_a_help() {
    for file in bad_files() {
        let loaded = load_files(std::slice::from_ref(&file), surroundings());
        let problems: Vec<Problem> = loaded.problems();
        assert!(!problems.is_empty());
        for problem in problems {
            assert!(
                std::path::Path::new(&problem.file)
                    .extension()
                    .is_some_and(|kind| kind == "toml" || kind == "html"),
                "{problem:?}"
            );
            assert!(
                !problem.what.is_empty() && !problem.right.is_empty(),
                "{problem:?}"
            );
            let whole_file = problem.key.is_empty()
                || problem.what.starts_with("is missing")
                || problem.what == "is an empty list";
            assert!(problem.position.is_some() || whole_file, "{problem:?}");
        }
    }
}
