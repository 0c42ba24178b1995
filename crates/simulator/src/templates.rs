//! The templates of the pages, compiled in and checked when the simulator starts.
//!
//! Owns loading and rendering. Does not decide what a page says: `web::pages` does.

use tera::{Context, Tera};

const TEMPLATES: [(&str, &str); 11] = [
    ("base.html", include_str!("../templates/base.html")),
    ("pick.html", include_str!("../templates/pick.html")),
    ("sign_up.html", include_str!("../templates/sign_up.html")),
    ("consent.html", include_str!("../templates/consent.html")),
    (
        "edit_profile.html",
        include_str!("../templates/edit_profile.html"),
    ),
    (
        "new_password.html",
        include_str!("../templates/new_password.html"),
    ),
    ("failure.html", include_str!("../templates/failure.html")),
    (
        "form_post.html",
        include_str!("../templates/form_post.html"),
    ),
    (
        "signed_out.html",
        include_str!("../templates/signed_out.html"),
    ),
    ("device.html", include_str!("../templates/device.html")),
    ("index.html", include_str!("../templates/index.html")),
];

/// The templates, checked when the simulator starts.
pub(crate) struct Pages(Tera);

impl Pages {
    pub(crate) fn load() -> Result<Self, tera::Error> {
        let mut tera = Tera::new();
        tera.add_raw_templates(TEMPLATES)?;
        Ok(Self(tera))
    }

    /// The page, or why there is none.
    pub(crate) fn render(&self, name: &str, context: &Context) -> Result<String, String> {
        self.0
            .render(name, context)
            .map_err(|error| format!("template {name}: {}", plain(&error)))
    }
}

/// Only the first line: it names template and variable, never a value.
fn plain(error: &tera::Error) -> String {
    error
        .to_string()
        .lines()
        .next()
        .unwrap_or_default()
        .replace('<', " ")
}
