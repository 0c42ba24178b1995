//! Values that want to be markup, templates or another direction (`conformance.md` C134–C142).

use gatehouse::web::pages::{
    ApiResult, EndOthers, Frame, Home, Page, Problem, Sampled, Sessions, SignOut, SignedOut,
    TokenDetails, Unbranded, You, shown,
};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::html;
use crate::pages;

const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "' autofocus onfocus='alert(1)",
    "{{ 7*7 }}{% include \"base.html\" %}${x}",
    "</title></style><svg onload=alert(1)>",
    "--><img src=x onerror=alert(1)>",
    "&lt;b&gt;&#x27;&quot;",
    "javascript:alert(1)",
];

/// A page whose every text is `evil`, put in behind the back of its types: the templates alone must hold.
struct Poisoned<'a, P> {
    page: &'a P,
    evil: &'a str,
}

impl<P: Page> Page for Poisoned<'_, P> {
    const TEMPLATE: &'static str = P::TEMPLATE;

    fn frame(&self) -> &Frame {
        self.page.frame()
    }
}

impl<P: Serialize> Serialize for Poisoned<'_, P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut value = serde_json::to_value(self.page).unwrap();
        poison(&mut value, self.evil);
        value.serialize(serializer)
    }
}

fn poison(value: &mut Value, evil: &str) {
    match value {
        // An empty text is one that is not there.
        Value::String(text) if !text.is_empty() => evil.clone_into(text),
        Value::Array(members) => members.iter_mut().for_each(|member| poison(member, evil)),
        Value::Object(fields) => {
            // A word of a fixed list and the tag of a catalogue, not text.
            let fixed = ["accent", "language"];
            let texts = fields
                .iter_mut()
                .filter(|(key, _)| !fixed.contains(&key.as_str()));
            texts.for_each(|(_, field)| poison(field, evil));
        }
        _ => {}
    }
}

fn holds<P: Sampled>() {
    let pages = pages();
    for (sample, page) in P::samples(&pages.sample_site("en")) {
        let expected = html::skeleton(&pages.render(&page).unwrap());
        for evil in HOSTILE {
            let html = pages.render(&Poisoned { page: &page, evil }).unwrap();
            let name = format!("{}/{sample} with {evil:?}", P::TEMPLATE);
            assert_eq!(html::skeleton(&html), expected, "{name}");
            assert!(!html.contains("<script") && !html.contains("49"), "{name}");
        }
    }
}

#[test]
fn a_hostile_value_in_any_field_of_any_page_changes_no_tag_and_no_attribute() {
    holds::<Home>();
    holds::<TokenDetails>();
    holds::<ApiResult>();
    holds::<Problem>();
    holds::<Unbranded>();
    holds::<SignOut>();
    holds::<SignedOut>();
    holds::<Sessions>();
    holds::<You>();
    holds::<EndOthers>();
}

// proves: C134
#[test]
fn nul_and_direction_overrides_are_seen_and_ten_kilobytes_are_cut() {
    let text = shown(&format!("a\u{202E}b\u{0}c\u{2066}{}", "é".repeat(10_000)));
    assert!(text.starts_with("a\u{FFFD}b\u{FFFD}c\u{FFFD}é"));
    assert!(text.ends_with("é…") && text.chars().count() == 2_001);
    assert_eq!(shown("line\n\tnext"), "line\n\tnext");
    assert_eq!(
        shown("\u{200F}שלום"),
        "\u{200F}שלום",
        "a mark of direction is part of many names"
    );
}

#[test]
fn every_persons_name_is_isolated_in_its_direction() {
    let pages = pages();
    let (_, mut page) = Home::samples(&pages.sample_site("en")).pop().unwrap();
    "NAME-RTL".clone_into(&mut page.name);
    page.frame.account = Some("ACCOUNT-RTL".to_owned());
    let html = pages.render(&page).unwrap();
    for foreign in ["NAME-RTL", "ACCOUNT-RTL"] {
        let isolated = html.matches(&format!("<bdi>{foreign}</bdi>")).count();
        assert!(
            isolated > 0 && isolated == html.matches(foreign).count(),
            "{foreign}"
        );
    }
}
