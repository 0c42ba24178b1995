//! Step-up: what a route demands of the sign-in that leads to it.
//!
//! 1. A sign-in asks the authority for what the route of its target demands. Nothing of it is read from the request, so
//!    a link cannot ask for less; a link may name a further path whose route demands something (`step_up_for`).
//! 2. What was asked for is sealed into the attempt, and the callback holds the ID token against it. A sign-in that the
//!    authority did not make strong or fresh enough begins no session, so there is no loop.
//! 3. Each request to the route is judged by itself (`decide.rs`).

use crate::domain::own_path::OwnPath;
use crate::domain::profile::Profile;
use crate::domain::request_target::CanonicalPath;
use crate::domain::return_to::ReturnTo;
use crate::domain::route::StepUp;

/// What the route of a target demands, at the host that `profile` is at.
pub fn of_target(profile: &Profile, target: &ReturnTo) -> Option<StepUp> {
    of_path(profile, target.path())
}

/// What the route of a path demands, at the host that `profile` is at. A path of ours, a public one and one that is
/// spelled in a doubtful way demand nothing; a request to them is judged by itself.
pub fn of_path(profile: &Profile, path: &str) -> Option<StepUp> {
    let below = profile.public_url.strip(path).unwrap_or(path);
    if OwnPath::is_below_auth(below) {
        return None;
    }
    let path = CanonicalPath::parse(path).ok()?;
    let host = profile.public_url.authority();
    let (route, public) = profile.routes.find(host, &path).ok()??;
    route.step_up.clone().filter(|_| !public)
}
