//! Our pages: every page with every sample, with hostile values, overridden, and as a screen reader meets it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod accessibility;
mod contrast;
mod hostile;
mod html;
mod languages;
mod overrides;

use std::collections::BTreeSet;

use gatehouse::web::pages::{Pages, RenderedSample};

fn pages() -> Pages {
    Pages::load(None).unwrap()
}

fn samples() -> Vec<RenderedSample> {
    pages().samples().unwrap()
}

fn template_files() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.is_file()).map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    });
    files.collect()
}

#[test]
fn every_template_is_html_and_is_a_page_with_samples_or_a_part_of_one() {
    let rendered: BTreeSet<String> = samples()
        .iter()
        .map(|sample| sample.template.to_owned())
        .collect();
    for (name, _) in template_files() {
        assert!(
            std::path::Path::new(&name)
                .extension()
                .is_some_and(|ending| ending == "html"),
            "{name}: Tera escapes only .html"
        );
        let is_part = name.starts_with('_') || name == "base.html";
        assert!(is_part || rendered.contains(&name), "{name} has no samples");
    }
}

#[test]
fn no_template_prints_a_value_unescaped_or_holds_script_or_inline_style() {
    for (name, source) in template_files() {
        for forbidden in [
            "safe",
            "<script",
            "<style",
            " style=",
            "javascript:",
            "http://",
            "https://",
            "{% raw",
        ] {
            assert!(!source.contains(forbidden), "{name} contains {forbidden:?}");
        }
    }
}

#[test]
fn no_page_needs_more_than_its_content_security_policy_allows() {
    for sample in samples() {
        let name = format!("{}/{}", sample.template, sample.sample);
        for tag in html::tags(&sample.html) {
            let forbidden = ["script", "style", "iframe", "object", "embed", "base"];
            // The policy of a page where no profile answers allows its one style by hash.
            let by_hash = tag.name == "style" && sample.template == "unbranded.html";
            assert!(
                by_hash || !forbidden.contains(&tag.name.as_str()),
                "{name}: <{}>",
                tag.name
            );
            for (attribute, value) in &tag.attributes {
                assert!(
                    !attribute.starts_with("on") && attribute != "style",
                    "{name}: {attribute}"
                );
                let loads = ["src", "srcset"].contains(&attribute.as_str())
                    || (tag.name == "link" && attribute == "href");
                assert!(!loads || value.starts_with('/'), "{name} loads {value}");
            }
        }
    }
}

#[test]
fn a_form_is_a_post_with_a_csrf_field() {
    let mut forms = 0;
    for sample in samples() {
        for form in sample.html.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap();
            forms += 1;
            assert!(
                form.contains("method=\"post\""),
                "{}: {form}",
                sample.template
            );
            assert!(
                form.contains("action=\"/staff/auth/"),
                "{}: {form}",
                sample.template
            );
            // The choice of a language protects nothing.
            let harmless = form.contains("action=\"/staff/auth/language\"");
            let guarded = form.contains("name=\"csrf\"");
            assert!(guarded || harmless, "{}: {form}", sample.template);
        }
    }
    assert!(forms >= 3, "the sample pages hold {forms} forms");
}

#[test]
fn each_page_names_its_stylesheet_and_its_icon_by_their_content() {
    let pages = pages();
    // A page where no profile answers holds its style.
    let others = samples().into_iter();
    for sample in others.filter(|sample| sample.template != "unbranded.html") {
        // The sample of a public site has an icon and a colour of its own.
        let own = ["/favicon.ico", "/staff/auth/assets/accent-sample.css"];
        let is_shared = |tag: &html::Tag| !own.contains(&tag.attribute("href").unwrap_or_default());
        let links = html::tags(&sample.html)
            .into_iter()
            .filter(|tag| tag.name == "link" && is_shared(tag));
        let types: Vec<_> = links
            .map(|link| {
                let address = link.attribute("href").unwrap().to_owned();
                let name = address.strip_prefix("/staff/auth/assets/").unwrap();
                let asset = pages.asset(name).unwrap();
                assert!(!asset.content.is_empty());
                asset.content_type
            })
            .collect();
        let has_icon = sample.html.contains("/favicon.ico\"");
        let expected = ["image/svg+xml", "text/css; charset=utf-8"];
        let expected = &expected[usize::from(has_icon)..];
        assert_eq!(types, expected, "{}", sample.template);
    }
}

#[test]
fn an_asset_is_not_a_way_to_other_files() {
    for name in [
        "",
        ".css",
        "..",
        "../base.html",
        "style.css",
        "base.html",
        "style-0123456789abcdef.css",
    ] {
        assert!(pages().asset(name).is_none(), "{name}");
    }
}

fn read(template: &str, sample: &str) -> String {
    let found = samples()
        .into_iter()
        .find(|found| found.template == template && found.sample == sample);
    html::text(&found.unwrap().html)
}

#[test]
fn home_offers_what_the_profile_has_and_nothing_else() {
    let signed_out = read("home.html", "signed_out");
    assert!(
        signed_out.contains("You're not signed in.") && signed_out.contains("answers 401"),
        "{signed_out}"
    );
    assert!(!signed_out.contains("For the developer") && !signed_out.contains("Sign out"));
    assert!(read("home.html", "developer").contains("http://localhost:8080/staff/auth/redirect"));
    let signed_in = read("home.html", "signed_in");
    let everything = [
        "Welcome Ada Lovelace",
        "Microsoft Graph",
        "ID token details",
        "Edit profile",
        "Reset password",
        "My sessions",
        "Sign out",
    ];
    for words in everything {
        assert!(signed_in.contains(words), "{words} is missing: {signed_in}");
    }
    let bare = read("home.html", "signed_in_without_apis");
    for words in ["API", "Edit profile", "Reset password"] {
        assert!(!bare.contains(words), "{words} is there: {bare}");
    }
}

#[test]
fn an_answer_that_is_cut_binary_or_empty_says_so() {
    assert!(read("api_result.html", "denied").contains("403 Forbidden"));
    assert!(read("api_result.html", "cut").contains("only its beginning is shown"));
    assert!(read("api_result.html", "binary").contains("not text (48,211 bytes)"));
    assert!(read("api_result.html", "empty").contains("no content"));
}

#[test]
fn claims_are_told_by_line_with_their_meaning_and_their_date() {
    let details = read("token_details.html", "full");
    for words in [
        "Orders.Read Orders.Approve",
        "and 14 more",
        "The name you sign in with",
        "21 November 2026 at 11:57 UTC",
        "An empty list",
    ] {
        assert!(details.contains(words), "{words}: {details}");
    }
    assert!(read("token_details.html", "none").contains("no claims that can be shown"));
}
