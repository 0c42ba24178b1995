//! The catalogues: complete, with the same variables, and the only place where pages have words.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse::domain::language::{
    BUILT_IN_SOURCES, CatalogueProblem, Catalogues, Language, LanguageOptions, Message, judge,
    parts,
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

/// What is written the same in English and in another language.
const SAME_WORDS: [(&str, &[&str]); 11] = [
    ("de", &["Code", "Name", "Status"]),
    ("fr", &["Code", "Sessions"]),
    ("es", &[]),
    ("it", &["Account", "Directory", "Password", "Privacy"]),
    ("pt", &[]),
    ("nl", &["Account", "Code", "Directory", "Privacy", "Status"]),
    ("pl", &[]),
    ("ja", &[]),
    ("zh-Hans", &[]),
    ("ko", &[]),
    ("ar", &[]),
];

/// The text of a message or of one of its attributes, as a page says it, for a number of things.
fn resolved(language: &Language, part: &str, variables: &BTreeSet<String>, count: u64) -> String {
    let leaked = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let mut message = match part.split_once('.') {
        Some((id, attribute)) => Message::new(leaked(id)).attribute(leaked(attribute)),
        None => Message::new(leaked(part)),
    };
    for variable in variables {
        message = message.with(leaked(variable), count);
    }
    language.text(&message)
}

#[test]
fn every_language_has_its_own_words() {
    let choose = |tag| LanguageOptions::default().choose(Some(tag), None);
    let english = choose("en");
    let every_part = variables(BUILT_IN_SOURCES[0].1);
    assert!(every_part.keys().any(|part| part.contains('.')));
    for (tag, words) in SAME_WORDS {
        let language = choose(tag);
        let same: BTreeSet<String> = every_part
            .iter()
            // `ltr` or `rtl` is no word.
            .filter(|(part, _)| part.as_str() != "direction")
            .flat_map(|(part, variables)| [1, 2, 5].map(|count| (part, variables, count)))
            .map(|(part, variables, count)| {
                let say = |language| resolved(language, part, variables, count);
                (say(&language), say(&english))
            })
            .filter(|(theirs, ours)| theirs == ours)
            .map(|(theirs, _)| theirs)
            .collect();
        let allowed: BTreeSet<String> = words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(same, allowed, "{tag}");
    }
}

#[test]
fn a_day_ago_is_not_yesterday_which_may_be_two_nights_away() {
    let now = chrono::DateTime::from_timestamp(1_795_262_220, 0).unwrap();
    for (tag, one, two) in [
        ("en", "1 day ago", "2 days ago"),
        ("de", "vor 1 Tag", "vor 2 Tagen"),
        ("fr", "il y a 1 jour", "il y a 2 jours"),
        ("es", "hace 1 día", "hace 2 días"),
        ("it", "1 giorno fa", "2 giorni fa"),
        ("pt", "há 1 dia", "há 2 dias"),
        ("nl", "1 dag geleden", "2 dagen geleden"),
        ("pl", "1 dzień temu", "2 dni temu"),
        ("ja", "1 日前", "2 日前"),
        ("zh-Hans", "1 天前", "2 天前"),
        ("ko", "1일 전", "2일 전"),
        ("ar", "قبل يوم واحد", "قبل يومين"),
    ] {
        let language = LanguageOptions::default().choose(Some(tag), None);
        let said = |hours| language.relative(now - chrono::Duration::hours(hours), now);
        for (hours, expected) in [(24, one), (47, one), (48, two)] {
            assert_eq!(said(hours), expected, "{tag}, {hours} hours");
        }
    }
}

#[test]
fn public_pages_speak_of_no_tokens_apis_scopes_and_numbers() {
    let words = [
        "token",
        "api",
        "scope",
        "claim",
        "oauth",
        "redirect uri",
        "user.read",
        "mail.read",
        "http://",
        "401",
        "403",
        "404",
    ];
    let mut read = 0;
    for sample in pages().public_samples_in("en").unwrap() {
        // These two pages are for developers only; no public page leads to them.
        if ["api_result.html", "token_details.html"].contains(&sample.template) {
            continue;
        }
        let body = sample.html.split("<body").nth(1).unwrap();
        let text = html::text(body).to_lowercase();
        let name = format!("{}/{}", sample.template, sample.sample);
        for word in words {
            assert!(!text.contains(word), "{name} says {word}: {text}");
        }
        for page in ["token_details", "call_api"] {
            assert!(!body.contains(page), "{name} leads to {page}");
        }
        read += 1;
    }
    assert!(read > 15, "{read}");
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
