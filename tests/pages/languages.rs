//! The catalogues: complete, with the same variables, and the only place where pages have words.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse::domain::language::{
    BUILT_IN_SOURCES, CatalogueProblem, Catalogues, LanguageOptions, Message, judge, parts,
};

use crate::html;
use crate::{pages, template_files};

const TAGS: [&str; 12] = [
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "zh-Hans", "ko", "ar",
];

/// Bytes. A page of this size arrives with the first packets.
const HEAVIEST_PAGE: usize = 30_000;

fn variables(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let source = judge(text).unwrap_or_else(|problems| panic!("{problems:?}"));
    let owned = |(id, variables): (String, BTreeSet<&str>)| {
        (id, variables.into_iter().map(str::to_owned).collect())
    };
    parts(&source).into_iter().map(owned).collect()
}

#[test]
fn every_catalogue_has_every_message_with_the_same_variables() {
    let (_, english) = BUILT_IN_SOURCES[0];
    let english = variables(english);
    assert!(english.len() > 250, "{}", english.len());
    let tags: Vec<&str> = BUILT_IN_SOURCES.iter().map(|(tag, _)| *tag).collect();
    assert_eq!(tags, TAGS);
    for (tag, text) in BUILT_IN_SOURCES {
        let theirs = variables(text);
        for (id, expected) in &english {
            assert_eq!(theirs.get(id), Some(expected), "{tag}: {id}");
        }
        assert_eq!(theirs.len(), english.len(), "{tag}");
    }
}

#[test]
fn every_language_has_its_own_words() {
    let (_, english) = BUILT_IN_SOURCES[0];
    let line_of = |text: &str, id: &str| {
        let start = format!("{id} = ");
        text.lines()
            .find_map(|line| line.strip_prefix(&start).map(str::to_owned))
    };
    for (tag, text) in BUILT_IN_SOURCES.iter().skip(1) {
        let ids = variables(english)
            .into_keys()
            .filter(|id| !id.contains('.'));
        let same: Vec<String> = ids
            .filter(|id| line_of(text, id).is_some_and(|line| Some(line) == line_of(english, id)))
            .collect();
        assert!(same.len() <= 12, "{tag} has not translated {same:?}");
    }
}

#[test]
fn a_number_takes_the_plural_of_its_language() {
    let said = |tag: &str, id: &'static str, count: u64| {
        let language = LanguageOptions::default().choose(Some(tag), None);
        language.text(&Message::new(id).with("count", count))
    };
    for (tag, count, expected) in [
        ("en", 1, "1 hour ago"),
        ("en", 2, "2 hours ago"),
        ("de", 2, "vor 2 Stunden"),
        ("pl", 2, "2 godziny temu"),
        ("pl", 5, "5 godzin temu"),
        ("pl", 22, "22 godziny temu"),
        ("ar", 2, "قبل ساعتين"),
        ("ja", 2, "2 時間前"),
    ] {
        assert_eq!(said(tag, "ago-hours", count), expected, "{tag} {count}");
    }
    assert_eq!(
        said("en", "news-sessions-ended", 0),
        "No session was ended."
    );
    assert_eq!(
        said("de", "news-sessions-ended", 3),
        "3 Sitzungen wurden beendet."
    );
    assert_eq!(said("de", "token-details-more", 1_234), "und 1.234 weitere");
}

#[test]
fn a_time_is_written_as_people_of_the_language_write_it_in_the_zone_of_the_profile() {
    let at = chrono::DateTime::from_timestamp(1_795_262_220, 0).unwrap();
    let written = |tag: &str, zone: &str| {
        let options = LanguageOptions {
            time_zone: jiff::tz::TimeZone::get(zone).unwrap(),
            ..LanguageOptions::default()
        };
        options.choose(Some(tag), None).date_time(at)
    };
    assert_eq!(written("en", "UTC"), "21 November 2026 at 11:57 UTC");
    assert_eq!(
        written("de", "Europe/Berlin"),
        "21. November 2026 um 12:57 CET"
    );
    assert_eq!(written("ja", "Asia/Tokyo"), "2026年11月21日 20:57 JST");
    assert!(written("ar", "Asia/Riyadh").contains("نوفمبر"));
}

#[test]
fn no_template_has_words_of_its_own() {
    for (name, source) in template_files() {
        // What stands in `{{ }}`, `{% %}` and tags is no word; attributes that are read aloud are.
        let mut text = String::new();
        let mut rest = source.as_str();
        while let Some(at) = rest.find(['{', '<']) {
            let (before, after) = rest.split_at(at);
            text.push_str(before);
            let end = match &after[..2] {
                "{{" => "}}",
                "{%" => "%}",
                _ => ">",
            };
            let inside = after.split(end).next().unwrap();
            for attribute in ["aria-label=\"", "title=\"", "alt=\"", "placeholder=\""] {
                let spoken = inside.split(attribute).nth(1).unwrap_or_default();
                let ours = spoken.is_empty() || spoken.starts_with(['{', '"']);
                assert!(ours, "{name}: {attribute}{spoken}");
            }
            // A tag may hold further braces with `>` in them; none of ours does.
            rest = &after[inside.len() + end.len()..];
        }
        text.push_str(rest);
        let words: String = text
            // An attribute that a block puts into a tag.
            .replace(" aria-current=\"page\"", "")
            .chars()
            .filter(|letter| letter.is_alphabetic())
            .collect();
        assert!(words.is_empty(), "{name} says {words:?}");
    }
}

#[test]
fn every_page_says_its_language_and_direction_and_is_light() {
    let pages = pages();
    for tag in TAGS {
        let direction = if tag == "ar" { "rtl" } else { "ltr" };
        for sample in pages.samples_in(tag).unwrap() {
            let name = format!("{}/{} in {tag}", sample.template, sample.sample);
            let tags = html::tags(&sample.html);
            assert_eq!(tags[0].attribute("lang"), Some(tag), "{name}");
            assert_eq!(tags[0].attribute("dir"), Some(direction), "{name}");
            let long_sample = sample.html.contains("0c6e3c1e") || sample.sample == "cut";
            let bytes = sample.html.len();
            assert!(
                bytes < HEAVIEST_PAGE || long_sample,
                "{name}: {bytes} bytes"
            );
            for mark in ['\u{E000}', '\u{E001}', '$'] {
                assert!(!sample.html.contains(mark), "{name}: {mark:?}");
            }
        }
    }
}

#[test]
fn a_text_from_outside_is_isolated_where_directions_meet() {
    let language = |tag| LanguageOptions::default().choose(Some(tag), None);
    let message = |name: &str| Message::new("home-welcome").with("name", name);
    let english = language("en");
    assert_eq!(english.text(&message("Ada")), "Welcome Ada");
    assert_eq!(
        english.text(&message("عائشة")),
        "Welcome \u{2068}عائشة\u{2069}"
    );
    assert!(
        language("ar")
            .text(&message("Ada"))
            .contains("\u{2068}Ada\u{2069}")
    );
}

#[test]
fn what_is_wrong_with_a_catalogue_is_named() {
    let problems = |text: &str| judge(text).unwrap_err();
    assert!(judge("sign-in = Anmelden\nhome-welcome = Servus!").is_ok());
    assert_eq!(
        problems("sign-inn = Anmelden"),
        [CatalogueProblem::UnknownMessage("sign-inn".to_owned())]
    );
    assert_eq!(
        problems("sign-in = Anmelden\n    .sentence = x"),
        [CatalogueProblem::UnknownAttribute(
            "sign-in.sentence".to_owned()
        )]
    );
    let unknown = problems("home-welcome = Hallo { $nam }");
    assert_eq!(
        unknown[0].to_string(),
        "\"home-welcome\" has no variable $nam; it has $name"
    );
    let syntax = problems("sign-in = Anmelden\nsign-out = { $");
    assert!(syntax[0].to_string().starts_with("line 2: "), "{syntax:?}");
}

#[test]
fn a_catalogue_of_ones_own_adds_a_language_and_english_stands_in() {
    let source = judge("language-name = Norsk\nsign-in = Logg inn").unwrap();
    let tag = "nb".parse().unwrap();
    let catalogues = Catalogues::built_in().with([(tag, source)]);
    let norwegian = catalogues.accepted("nb-NO,en;q=0.1").unwrap();
    let say = |id| norwegian.text(&Message::new(id));
    assert_eq!(
        (say("sign-in"), say("sign-out")),
        ("Logg inn".to_owned(), "Sign out".to_owned())
    );
    assert_eq!(catalogues.all().len(), 13);
}
