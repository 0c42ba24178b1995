//! `POST /auth/language`: the form in the footer sets the language of pages.

use crate::domain::return_to::{RETURN_TO, ReturnTo};
use crate::flow::error::FlowError;
use crate::web::answer::see_other;
use crate::web::cookies::language;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::csrf::{Provenance, provenance};
use crate::web::extract::form::PostedForm;
use crate::web::extract::visit::Visit;

/// Remembers the language and leads back to the page. An unknown language changes nothing.
///
/// # Errors
/// `CrossSite` for a form of another site.
pub async fn choose(visit: Visit, PostedForm(form): PostedForm) -> WebResult {
    let profile = visit.profile();
    if provenance(visit.request(), profile) == Provenance::CrossOrigin {
        return Err(FlowError::CrossSite.into());
    }
    let target = form
        .value(RETURN_TO)
        .and_then(|text| ReturnTo::parse(text, &profile.public_url, &profile.redirect_path))
        .unwrap_or_else(|| ReturnTo::home(&profile.public_url));
    let mut response = see_other(target.as_str());
    let wanted = form.value("language");
    if let Some(chosen) = wanted.and_then(|tag| profile.language.catalogues.find(tag)) {
        language::write(&mut response, profile, chosen);
    }
    Ok(response.finish())
}
