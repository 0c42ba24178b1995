//! Our pages: every page with every sample, with hostile values, overridden, and as a screen reader meets it.

mod accessibility;
mod contrast;
mod hostile;
mod html;
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
        .map(|sample| format!("{}.html", sample.page))
        .collect();
    for (name, _) in template_files() {
        assert!(name.ends_with(".html"), "{name}: Tera escapes only .html");
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
        let name = format!("{}/{}", sample.page, sample.sample);
        for tag in html::tags(&sample.html) {
            let forbidden = ["script", "style", "iframe", "object", "embed", "base"];
            assert!(
                !forbidden.contains(&tag.name.as_str()),
                "{name}: <{}>",
                tag.name
            );
            for (attribute, value) in &tag.attributes {
                assert!(
                    !attribute.starts_with("on") && attribute != "style",
                    "{name}: {attribute}"
                );
                let loads = attribute == "src" || (tag.name == "link" && attribute == "href");
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
            assert!(form.contains("method=\"post\""), "{}: {form}", sample.page);
            assert!(
                form.contains("action=\"/staff/auth/"),
                "{}: {form}",
                sample.page
            );
            assert!(form.contains("name=\"csrf\""), "{}: {form}", sample.page);
        }
    }
    assert!(forms >= 4, "the sample pages hold {forms} forms");
}

#[test]
fn each_page_names_its_stylesheet_and_its_icon_by_their_content() {
    let pages = pages();
    for sample in samples() {
        let links = html::tags(&sample.html)
            .into_iter()
            .filter(|tag| tag.name == "link");
        let found: Vec<_> = links
            .map(|link| {
                let address = link.attribute("href").unwrap().to_owned();
                pages
                    .asset(address.rsplit('/').next().unwrap())
                    .expect(&address)
            })
            .collect();
        assert_eq!(found.len(), 2);
        assert!(
            found
                .iter()
                .all(|asset| asset.immutable && !asset.bytes.is_empty())
        );
    }
}

#[test]
fn a_page_of_another_version_finds_a_stylesheet_that_it_may_not_keep() {
    let asset = pages().asset("0123456789abcdef.css").unwrap();
    assert_eq!(asset.content_type, "text/css; charset=utf-8");
    assert!(!asset.immutable);
}

#[test]
fn an_asset_is_not_a_way_to_other_files() {
    for name in [
        "",
        ".css",
        "..",
        "../base.html",
        "gatehouse.css",
        "0123456789abcdef.html",
        "0123456789abcdeg.css",
        "0123456789abcdef.css.html",
    ] {
        assert_eq!(pages().asset(name), None, "{name}");
    }
}

#[test]
fn the_pages_say_what_people_of_the_samples_know() {
    let find = |page: &str, sample: &str| {
        let samples = samples();
        let found = samples
            .iter()
            .find(|s| s.page == page && s.sample == sample);
        html::text(&found.unwrap().html)
    };
    let signed_out = find("home", "signed_out");
    assert!(signed_out.contains("You're not signed in."), "{signed_out}");
    assert_eq!(
        signed_out.matches("Sign in ").count(),
        3,
        "two buttons and a sentence: {signed_out}"
    );
    assert!(signed_out.contains("answers 401"));
    assert!(!signed_out.contains("Redirect URI"));
    assert!(
        find("home", "signed_out_developer").contains("http://localhost:8080/staff/auth/redirect")
    );
    let signed_in = find("home", "signed_in");
    for text in [
        "Welcome Ada Lovelace",
        "Call Microsoft Graph",
        "ID token details",
        "Edit profile",
        "Reset password",
        "My sessions",
        "Sign out",
    ] {
        assert!(signed_in.contains(text), "{text} is missing: {signed_in}");
    }
    let plain = find("home", "signed_in_without_apis");
    assert!(
        !plain.contains("Call ")
            && !plain.contains("Edit profile")
            && !plain.contains("Reset password")
    );
    let unauthorized = find("problem", "unauthorized");
    assert!(unauthorized.contains("401: Unauthorized"));
    assert!(find("api_result", "forbidden").contains("403 Forbidden"));
    assert!(
        find("api_result", "binary").contains("Status 299 "),
        "a status without a reason"
    );
    assert!(find("problem", "refused").contains("Correlation id"));
}
