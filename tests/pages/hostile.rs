//! Values that want to be markup, templates or another direction (`conformance.md` C134–C142).

use gatehouse::web::pages::{
    ApiResult, Frame, Home, Label, Page, Problem, Sentence, Sessions, SignOut, SignedOut,
    TokenDetails,
};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::html;
use crate::pages;

const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "\" onmouseover=\"alert(1)",
    "' autofocus onfocus='alert(1)",
    "{{ 7919*7907 }}{% include \"base.html\" %}${x}",
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

    fn samples() -> Vec<(&'static str, Self)> {
        Vec::new()
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
        Value::String(text) => evil.clone_into(text),
        Value::Array(members) => members.iter_mut().for_each(|member| poison(member, evil)),
        Value::Object(fields) => {
            // These choose between branches of a template or classes of the stylesheet and are no text.
            let chosen = ["tone", "icon", "accent"];
            let texts = fields
                .iter_mut()
                .filter(|(key, _)| !chosen.contains(&key.as_str()));
            texts.for_each(|(_, field)| poison(field, evil));
        }
        _ => {}
    }
}

fn holds<P: Page>() {
    let pages = pages();
    for (sample, page) in P::samples() {
        let expected = html::skeleton(&pages.render(&page).unwrap());
        for evil in HOSTILE {
            let html = pages.render(&Poisoned { page: &page, evil }).unwrap();
            let name = format!("{}/{sample} with {evil:?}", P::TEMPLATE);
            assert_eq!(html::skeleton(&html), expected, "{name}");
            assert!(
                !html.contains("<script") && !html.contains("62615533"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_hostile_value_in_any_field_of_any_page_changes_no_tag_and_no_attribute() {
    holds::<Home>();
    holds::<TokenDetails>();
    holds::<ApiResult>();
    holds::<Problem>();
    holds::<SignOut>();
    holds::<SignedOut>();
    holds::<Sessions>();
}

#[test]
fn a_name_of_ten_kilobytes_with_nul_and_a_direction_override_is_cut_and_disarmed() {
    let name = format!("\u{202E}\u{0}{}", "x".repeat(10_000));
    let frame = Frame::bare("Contoso", "").signed_in(&name);
    let html = pages().render(&Home::new(frame)).unwrap();
    assert!(!html.contains(['\u{202E}', '\u{0}']));
    assert!(html.contains("<bdi>\u{FFFD}\u{FFFD}xxx"));
    assert!(html.contains("x…</bdi>") && !html.contains(&"x".repeat(120)));
}

#[test]
fn a_sentence_is_at_most_five_hundred_characters() {
    let (_, page) = Problem::samples().remove(0);
    let sentence = Sentence::from("e".repeat(2_000));
    let html = pages().render(&Problem { sentence, ..page }).unwrap();
    assert!(html.contains(&"e".repeat(500)) && !html.contains(&"e".repeat(501)));
}

#[test]
fn every_persons_name_is_isolated_in_its_direction() {
    let frame = Frame::bare("Contoso", "").signed_in("ADA-RTL");
    let page = Home {
        username: Some(Label::new("USER-RTL")),
        ..Home::new(frame)
    };
    let html = pages().render(&page).unwrap();
    for foreign in ["ADA-RTL", "USER-RTL"] {
        assert_eq!(
            html.matches(foreign).count(),
            html.matches(&format!("<bdi>{foreign}</bdi>")).count()
        );
    }
}
