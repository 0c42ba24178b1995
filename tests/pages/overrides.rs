//! A folder of templates that overrides ours: what works, and what is refused before anybody sees it.

use std::fs;
use std::path::Path;

use gatehouse::web::pages::{Pages, PagesError, Sampled, SignOut};
use tempfile::TempDir;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, source) in files {
        fs::write(folder.path().join(name), source).unwrap();
    }
    folder
}

fn sign_out(pages: &Pages) -> String {
    let (_, page) = SignOut::samples(&pages.sample_site("en")).remove(0);
    pages.render(&page).unwrap()
}

fn refusal(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    Pages::load(Some(folder.path())).unwrap_err().to_string()
}

#[test]
fn a_file_of_the_same_name_overrides_a_page() {
    let folder = folder(&[(
        "sign_out.html",
        "<h1>Abmelden bei {{ frame.profile_title }}</h1>",
    )]);
    let pages = Pages::load(Some(folder.path())).unwrap();
    let html = sign_out(&pages);
    assert_eq!(html, "<h1>Abmelden bei Contoso staff</h1>");
}

#[test]
fn an_override_can_extend_the_page_that_it_overrides() {
    let source = "{% extends \"builtin/sign_out.html\" %}{% block main %}{{ super() }}<p>Bis bald</p>{% endblock main %}";
    let folder = folder(&[("sign_out.html", source)]);
    let pages = Pages::load(Some(folder.path())).unwrap();
    let html = sign_out(&pages);
    assert!(html.contains("<p>Bis bald</p>") && html.contains("Stay signed in"));
}

#[test]
fn an_overridden_base_surrounds_every_page() {
    let source = "<!doctype html><title>x</title><main>{% include \"_imprint.html\" %}\
                  {% block current_home %}{% endblock %}{% block current_token_details %}{% endblock %}\
                  {% block current_sessions %}{% endblock %}{% block current_you %}{% endblock %}\
                  {% block main %}{% endblock %}</main>";
    let folder = folder(&[("base.html", source), ("_imprint.html", "Imprint")]);
    let pages = Pages::load(Some(folder.path())).unwrap();
    let samples = pages.samples().unwrap();
    assert!(samples.len() > 10);
    // A page where no profile answers has no base.
    let mut with_base = samples
        .iter()
        .filter(|sample| sample.template != "unbranded.html");
    assert!(with_base.all(|sample| sample.html.contains("Imprint")));
}

#[test]
fn a_broken_override_is_one_error_that_names_file_and_line() {
    let text = refusal(&[("home.html", "<h1>\n{% if %}\n</h1>")]);
    assert!(text.contains("/home.html:2:"), "{text}");
}

#[test]
fn a_variable_that_a_page_does_not_have_is_found_at_load() {
    let text = refusal(&[("sign_out.html", "<p>\n\n{{ frame.acount_name }}</p>")]);
    assert!(
        text.contains("/sign_out.html:3:") && text.contains("acount_name"),
        "{text}"
    );
}

#[test]
fn an_override_cannot_print_a_value_unescaped() {
    let text = refusal(&[("sign_out.html", "<h1>{{ frame.profile_title | safe }}</h1>")]);
    assert!(text.contains("`safe` is not available"), "{text}");
}

#[test]
fn a_misspelt_name_or_another_ending_is_refused_by_name() {
    for name in ["hom.html", "home.html.tera", "home.txt", "_part.txt"] {
        let text = refusal(&[(name, "x")]);
        assert!(
            text.contains(name) && text.contains("overrides nothing"),
            "{text}"
        );
    }
}

#[test]
fn what_an_editor_leaves_behind_is_not_looked_at() {
    let folder = folder(&[(".home.html.swp", "{% broken"), (".DS_Store", "")]);
    assert!(Pages::load(Some(folder.path())).is_ok());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = Pages::load(Some(Path::new("/nowhere/templates"))).unwrap_err();
    assert!(
        matches!(&error, PagesError::Unreadable { path, .. } if path.ends_with("/templates")),
        "{error}"
    );
}

#[test]
fn a_style_sheet_of_ones_own_has_an_address_of_its_own() {
    let folder = folder(&[("style.css", "body { color: black }")]);
    let pages = Pages::load(Some(folder.path())).unwrap();
    let own = pages.asset_names();
    let built_in = Pages::load(None).unwrap().asset_names();
    assert!(own.style != built_in.style && own.icon == built_in.icon);
    assert_eq!(
        pages.asset(&own.style).unwrap().content,
        "body { color: black }"
    );
}
