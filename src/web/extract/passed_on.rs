//! The parameters of a sign-in link that go with it from one host of a profile to another.

use crate::domain::profile::{PassedParameter, Profile};
use crate::web::extract::parameters::Parameters;

/// Asks for the account picker.
pub const OTHER_ACCOUNT: &str = "other_account";

/// Names a path of this host: the sign-in asks for what the route there demands, wherever the link leads.
pub const STEP_UP_FOR: &str = "step_up_for";

/// What a sign-in link asks for besides its target, as far as the profile lets it through.
pub fn passed_on<'a>(query: &'a Parameters, profile: &Profile) -> Vec<(&'static str, &'a str)> {
    let of_profile = profile.authorize.pass.iter().map(|name| name.as_str());
    std::iter::once(OTHER_ACCOUNT)
        .chain(of_profile)
        .filter_map(|name| Some((name, query.value(name)?)))
        .collect()
}

/// Whether the link wants more than any session: another account, or a sign-in of its own.
pub fn wants_new_session(query: &Parameters, profile: &Profile) -> bool {
    let demanding = [
        PassedParameter::Prompt,
        PassedParameter::MaxAge,
        PassedParameter::AcrValues,
    ]
    .map(PassedParameter::as_str);
    let mut passed = passed_on(query, profile).into_iter();
    passed.any(|(name, value)| match name {
        OTHER_ACCOUNT => value == "1",
        name => demanding.contains(&name),
    })
}
