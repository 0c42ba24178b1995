//! What a route's step-up asks of a caller: a person who navigates signs in again, a script learns why (RFC 9470).

use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::http::header::WWW_AUTHENTICATE;
use serde_json::json;

use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::route::{Route, StepUp};
use crate::web::extract::parameters::STEP_UP_FOR;

/// 401 for a script whose person is signed in, but not strongly or freshly enough (RFC 9470 §3). The page itself leads the
/// person to `sign_in_url`, with a `return_to` of its own.
pub fn insufficient(profile: &Profile, route: &Route, step_up: &StepUp) -> HttpResponse {
    let url = &profile.public_url;
    let path = OwnPath::SignIn.with_query(url, &[(STEP_UP_FOR, &route.path)]);
    let body = json!({
        "signed_in": true,
        "error": "insufficient_user_authentication",
        "sign_in_url": format!("{}{path}", url.origin()),
    });
    HttpResponse::Unauthorized()
        .insert_header((WWW_AUTHENTICATE, challenge(step_up)))
        .json(body)
}

fn challenge(step_up: &StepUp) -> String {
    let mut text = "Bearer error=\"insufficient_user_authentication\", error_description=\"A stronger or more recent sign-in is required\"".to_owned();
    if !step_up.acr.is_empty() {
        // Writing into a text cannot fail.
        let _ = write!(text, ", acr_values=\"{}\"", step_up.acr.join(" "));
    }
    if let Some(max_age) = step_up.max_age {
        let _ = write!(text, ", max_age=\"{}\"", max_age.as_secs());
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_challenge_names_what_is_demanded_and_nothing_else() {
        let words = |acr: &[&str], max_age| {
            challenge(&StepUp {
                acr: acr.iter().map(|&one| one.to_owned()).collect(),
                max_age,
            })
        };
        let both = words(&["c1", "c2"], Some(Duration::from_hours(1)));
        assert!(both.starts_with("Bearer error=\"insufficient_user_authentication\", "));
        assert!(both.ends_with(", acr_values=\"c1 c2\", max_age=\"3600\""));
        assert!(!words(&["c1"], None).contains("max_age"));
        assert!(!words(&[], Some(Duration::from_mins(1))).contains("acr_values"));
    }
}
