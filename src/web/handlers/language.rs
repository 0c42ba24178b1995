//! `POST /auth/language`: the form in the footer sets the language of pages.

use crate::domain::return_to::{RETURN_TO, ReturnTo};
use crate::flow::error::FlowError;
use crate::web::cookies::plain::ChosenLanguage;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::parameters::PostedForm;
use crate::web::extract::provenance::{Provenance, provenance};
use crate::web::extract::visit::{Visit, see_other};

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
        ChosenLanguage::write(&mut response, profile, chosen);
    }
    Ok(response.finish())
}
