//! `check` and `explain` about the look of a profile, as an operator runs them.

use std::path::Path;
use std::process::Command;

const GOOD: &str = "tests/profiles/good";
const DOUBTFUL: &str = "tests/profiles/doubtful/accent-and-script.toml";

/// Exit code, standard output, standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_gatehouse"))
        .args(arguments)
        .env_clear()
        .env("GATEHOUSE_PROFILES", GOOD)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

#[test]
fn check_says_which_colour_pages_have_and_what_is_read_of_the_folder() {
    let (code, out, err) = run(&["check", &format!("{GOOD}/branding.toml")]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    for line in [
        "accent #0a5fb4: #0a5fb4 on light pages and #",
        "each with a contrast of at least 4.5:1",
        "logo: tests/profiles/good/branding/logo.svg (",
        "logo-dark: tests/profiles/good/./branding/logo-dark.svg (",
        "favicon: tests/profiles/good/branding/favicon.png (",
        "templates of its own: _welcome.html, home.html",
    ] {
        assert!(out.contains(line), "{line} in {out}");
    }
}

#[test]
fn check_warns_of_a_colour_that_pages_do_not_have_and_of_scripts() {
    let (code, out, err) = run(&["check", DOUBTFUL]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("1 profile good, 0 errors, 3 warnings"),
        "{out}"
    );
    assert!(
        err.contains("#ffd400 has too little contrast: it becomes #"),
        "{err}"
    );
    assert!(err.contains("templates/home.html:4:1"), "{err}");
}

#[test]
fn check_names_file_line_and_the_nearest_word_of_a_template() {
    let (code, _, err) = run(&["check", "tests/profiles/bad/templates-words.toml"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("templates-words/home.html:3:"), "{err}");
    assert!(err.contains("`name`") && err.contains("`support`"), "{err}");
}

#[test]
fn explain_shows_shades_pictures_and_templates_with_their_lines() {
    assert!(Path::new(GOOD).is_dir());
    let (code, out, err) = run(&["explain", "branding"]);
    assert_eq!(code, 0, "{err}");
    for word in [
        "branding.accent",
        "accent on dark pages",
        "branding.logo_dark",
        "branding.favicon",
        "_welcome.html",
    ] {
        assert!(out.contains(word), "{word} in {out}");
    }
}
