//! `docs/troubleshooting.md` has a row for each error code and word of `oidc/error_codes.rs`, made by this test.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::domain::language::{Catalogues, Message};
use crate::oidc::{AuthorityErrorDetail, RefreshEffect, Remedy, Topic, known_errors};
use crate::web::errors::authority_error_texts::help_for;

const PAGE: &str = "docs/troubleshooting.md";
const BEGIN: &str = "<!-- codes: made from the source by command/check/documented_codes.rs, UPDATE=1 rewrites it -->\n";
const END: &str = "<!-- end of the codes -->\n";

fn detail(name: &str) -> AuthorityErrorDetail {
    if name.starts_with("AAD") {
        AuthorityErrorDetail::from_callback("error", &format!("{name}: text"))
    } else {
        AuthorityErrorDetail::from_callback(name, "")
    }
}

/// `redirect uri` for `RedirectUri`.
fn words(topic: Topic) -> String {
    let mut words = String::new();
    for letter in format!("{topic:?}").chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

fn rows() -> String {
    let mut rows = String::from(
        "| code or error | topic | who can act | the page says | a refresh that is refused so |\n| --- | --- | --- | --- | --- |\n",
    );
    for name in known_errors() {
        let detail = detail(&name);
        let acts = match detail.remedy() {
            Remedy::Person => "the person",
            Remedy::Administrator => "an administrator",
            Remedy::Operator => "the operator",
            Remedy::Time => "nobody; it passes",
        };
        let effect = match detail.refresh_effect() {
            RefreshEffect::EndSession => "ends the session",
            RefreshEffect::StepUp => "keeps the session; the next use of that API asks the person",
            RefreshEffect::KeepSession => "keeps the session",
        };
        let topic = words(detail.topic());
        let heading = Message::new(help_for(&detail, false).id);
        let heading = Catalogues::built_in().english().text(&heading);
        // Writing to a String cannot fail.
        let _ = writeln!(
            rows,
            "| `{name}` | {topic} | {acts} | {heading} | {effect} |"
        );
    }
    rows
}

#[test]
fn the_troubleshooting_page_has_a_row_for_each_code_and_word() {
    let text = std::fs::read_to_string(PAGE).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (written, after) = rest.split_once(END).unwrap();
    let right = rows();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PAGE, format!("{before}{BEGIN}{right}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(written, right, "{PAGE} (UPDATE=1 rewrites it)");
}

#[test]
fn an_administrator_acts_where_the_person_cannot() {
    let topics = [
        Topic::AccountDisabled,
        Topic::AdministratorConsent,
        Topic::NotAssigned,
    ];
    for name in known_errors() {
        let detail = detail(&name);
        let expected = topics.contains(&detail.topic());
        assert_eq!(detail.remedy() == Remedy::Administrator, expected, "{name}");
    }
}

#[test]
fn the_troubleshooting_page_says_what_the_operator_does_about_each_topic() {
    let text = std::fs::read_to_string(PAGE).unwrap();
    let names = known_errors();
    let details = names.iter().map(|name| detail(name));
    let topics: BTreeSet<String> = details
        .filter(|detail| detail.remedy() == Remedy::Operator)
        .map(|detail| words(detail.topic()))
        .collect();
    assert!(topics.len() > 8, "{topics:?}");
    for topic in topics {
        assert!(
            text.contains(&format!("\n| {topic} |")),
            "no row for {topic}"
        );
    }
}
