//! The redirect URI of an imported profile: that of the `.env` file, or the one that the tutorial registers.

use std::collections::BTreeMap;

use url::Url;

use crate::command::import::draft::Draft;
use crate::domain::authority::Kind;

/// The redirect URI of the External ID tutorial, which has it in `app_config.py` and not in `.env`.
const TUTORIALS: &str = "http://localhost:3000/getAToken";
/// The redirect URI of the Azure AD B2C tutorial for Python web apps.
const B2C_TUTORIALS: &str = "http://localhost:5000/getAToken";

/// The redirect URI of the sample, which is registered already.
pub(in crate::command) fn redirect(
    variables: &BTreeMap<String, String>,
    draft: &mut Draft,
) -> Result<(), String> {
    let address = match (
        variables.get("REDIRECT_URI").map(String::as_str),
        draft.kind,
    ) {
        (Some(address), _) => address,
        (None, Some(kind @ (Kind::ExternalId | Kind::B2c))) => {
            let registered = if kind == Kind::B2c {
                B2C_TUTORIALS
            } else {
                TUTORIALS
            };
            draft.note(format!(
                "REDIRECT_URI is missing: the profile has {registered}, which the tutorial registers; use --redirect-uri for another address"
            ));
            registered
        }
        (None, _) => {
            return Err(format!(
                "REDIRECT_URI is missing (the sample would use a device code); set it with --redirect-uri, such as {TUTORIALS}"
            ));
        }
    };
    let url = parse("REDIRECT_URI", address)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(
            "REDIRECT_URI has a query or a fragment; register an address without them".to_owned(),
        );
    }
    draft.public_url = url.origin().ascii_serialization();
    url.path().clone_into(&mut draft.redirect_path);
    if draft.redirect_path == "/" {
        return Err(
            "REDIRECT_URI has no path; register one with a path, such as /redirect".to_owned(),
        );
    }
    Ok(())
}

/// An absolute address without a user name or password.
pub(in crate::command) fn parse(key: &str, address: &str) -> Result<Url, String> {
    Url::parse(address)
        .ok()
        .filter(|url| url.has_host() && url.username().is_empty() && url.password().is_none())
        .ok_or_else(|| format!("{key} is not an absolute address"))
}
