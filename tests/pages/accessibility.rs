//! What a keyboard and a screen reader need of every page (WCAG 2.2 §1.3.1, §2.4.1, §2.4.2, §3.1.1, §4.1.2).

use std::collections::BTreeSet;

use crate::html;
use crate::samples;

#[test]
fn every_page_has_one_language_one_title_and_one_first_heading() {
    for sample in samples() {
        let tags = html::tags(&sample.html);
        let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
        let name = format!("{}/{}", sample.template, sample.sample);
        assert_eq!(
            (count("html"), count("title"), count("h1")),
            (1, 1, 1),
            "{name}"
        );
        assert_eq!(tags[0].attribute("lang"), Some("en"), "{name}");
        let title = sample
            .html
            .split("<title>")
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap();
        assert!(title.trim().chars().count() > 3, "{name}: {title:?}");
    }
}

#[test]
fn headings_never_skip_a_level() {
    for sample in samples() {
        let mut level = 0;
        for tag in html::tags(&sample.html) {
            let Some(here) = tag
                .name
                .strip_prefix('h')
                .and_then(|digits| digits.parse::<u8>().ok())
            else {
                continue;
            };
            assert!(
                here <= level + 1,
                "{}/{}: h{here} after h{level}",
                sample.template,
                sample.sample
            );
            level = here;
        }
    }
}

#[test]
fn every_page_has_landmarks_and_a_way_past_the_top() {
    for sample in samples()
        .iter()
        .filter(|sample| sample.template != "front_channel")
    {
        let tags = html::tags(&sample.html);
        for landmark in ["header", "main", "footer"] {
            let count = tags.iter().filter(|tag| tag.name == landmark).count();
            assert_eq!(count, 1, "{}: {landmark}", sample.template);
        }
        let body = tags.iter().position(|tag| tag.name == "body").unwrap();
        assert_eq!(
            tags[body + 1].attribute("href"),
            Some("#main"),
            "{}",
            sample.template
        );
        let main = tags.iter().find(|tag| tag.name == "main").unwrap();
        assert_eq!(main.attribute("id"), Some("main"));
    }
}

#[test]
fn the_news_of_a_page_has_the_focus_and_nothing_else_takes_it() {
    for sample in samples() {
        let tags = html::tags(&sample.html);
        let focused: Vec<_> = tags
            .iter()
            .filter(|tag| tag.attribute("autofocus").is_some())
            .collect();
        let tells = sample.html.contains("role=\"status\"")
            || ["problem.html", "signed_out.html"].contains(&sample.template);
        let name = format!("{}/{}", sample.template, sample.sample);
        assert_eq!(focused.len(), usize::from(tells), "{name}");
        for tag in focused {
            assert_eq!(tag.attribute("tabindex"), Some("-1"), "{name}");
        }
    }
}

#[test]
fn ids_are_unique_and_labels_lead_to_them() {
    for sample in samples() {
        let tags = html::tags(&sample.html);
        let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(unique.len(), ids.len(), "{}: {ids:?}", sample.template);
        for label in tags
            .iter()
            .filter_map(|tag| tag.attribute("aria-labelledby"))
        {
            assert!(unique.contains(label), "{}: {label}", sample.template);
        }
    }
}

#[test]
fn every_picture_is_described_or_declared_decoration() {
    for sample in samples() {
        for tag in html::tags(&sample.html) {
            match tag.name.as_str() {
                "img" => assert!(tag.attribute("alt").is_some(), "{}", sample.template),
                "svg" => assert_eq!(
                    tag.attribute("aria-hidden"),
                    Some("true"),
                    "{}",
                    sample.template
                ),
                _ => {}
            }
        }
    }
}

#[test]
fn the_navigation_says_where_one_is() {
    for (page, place) in [
        ("home", "Home"),
        ("you", "You"),
        ("token_details", "Token details"),
        ("sessions", "Sessions"),
    ] {
        for sample in samples().iter().filter(|sample| sample.template == page) {
            if !sample.html.contains("class=\"tabs\"") {
                continue;
            }
            let current: Vec<&str> = sample
                .html
                .split("aria-current=\"page\">")
                .skip(1)
                .collect();
            assert_eq!(current.len(), 1, "{page}");
            assert!(
                current[0].starts_with(&format!("{place}</a>")),
                "{page}: {}",
                &current[0][..40]
            );
        }
    }
}

#[test]
fn buttons_of_a_list_are_told_apart_without_seeing_the_list() {
    let sample = samples()
        .into_iter()
        .find(|s| s.template == "sessions.html" && s.sample == "several")
        .unwrap();
    let tags = html::tags(&sample.html);
    let labels: Vec<&str> = tags
        .iter()
        .filter(|tag| tag.name == "button")
        .filter_map(|tag| tag.attribute("aria-label"))
        .collect();
    assert!(
        labels[0].starts_with("End the session of Safari on iPhone, started 20 November 2026"),
        "{labels:?}"
    );
}
