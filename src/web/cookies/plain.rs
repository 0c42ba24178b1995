//! Plain cookies: what a browser remembers for us and anybody may read. The counter of redirect loops, the note that consent
//! was asked for, the flash message, where a person goes on after a sign-out, and the chosen language.

use actix_web::cookie::SameSite;
use actix_web::cookie::time::Duration;
use actix_web::http::header::HeaderMap;
use actix_web::{HttpResponse, HttpResponseBuilder};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::domain::api::ApiName;
use crate::domain::clock::Timestamp;
use crate::domain::destination::Destination;
use crate::domain::flash::Flash;
use crate::domain::identity::SubjectKey;
use crate::domain::language::Catalogue;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::flow::error::FlowError;
use crate::seal::short_hash;
use crate::web::cookies::cookie::{
    self, AFTER_SIGN_OUT, CONSENT_ASKED, CookieName, FLASH, LANGUAGE, REDIRECT_LOOP, single_value,
};

/// More rounds to one target are a loop.
const MOST_ROUNDS: u32 = 3;
/// Seconds within which rounds count.
const LOOP_WINDOW_SECONDS: i64 = 60;

/// Afterwards the person is sent once more: somebody may have consented meanwhile.
const CONSENT_SECONDS: i64 = 600;

/// Seconds within which the page must be visited: a sign-out leads through the authority, which may ask something.
const FLASH_SECONDS: i64 = 300;

/// Seconds that the authority's pages may take until they lead back from a sign-out.
const AFTER_SIGN_OUT_SECONDS: i64 = 900;

/// Browsers keep no cookie for longer (RFC 6265bis §5.5).
const LANGUAGE_LIFETIME: Duration = Duration::days(400);

const LOOP_COOKIE: ShortLivedCookie = ShortLivedCookie {
    name: REDIRECT_LOOP,
    seconds: LOOP_WINDOW_SECONDS,
};

const CONSENT_COOKIE: ShortLivedCookie = ShortLivedCookie {
    name: CONSENT_ASKED,
    seconds: CONSENT_SECONDS,
};

const FLASH_COOKIE: ShortLivedCookie = ShortLivedCookie {
    name: FLASH,
    seconds: FLASH_SECONDS,
};

const AFTER_SIGN_OUT_COOKIE: ShortLivedCookie = ShortLivedCookie {
    name: AFTER_SIGN_OUT,
    seconds: AFTER_SIGN_OUT_SECONDS,
};

/// One kind of short-lived cookie.
#[derive(Debug)]
struct ShortLivedCookie {
    /// Its name.
    name: CookieName,
    /// Seconds that a browser keeps it.
    seconds: i64,
}

impl ShortLivedCookie {
    /// The value that the browser sent.
    fn read<'a>(&self, headers: &'a HeaderMap, profile: &Profile) -> Option<&'a str> {
        single_value(headers, self.name.on(profile))
    }

    /// Gives the browser a value.
    fn write(&self, response: &mut HttpResponseBuilder, profile: &Profile, value: String) {
        let (name, max_age) = (self.name.on(profile), Duration::seconds(self.seconds));
        response.cookie(cookie::build(
            profile,
            name,
            value,
            SameSite::Lax,
            Some(max_age),
        ));
    }

    /// Removes the cookie from a browser that sent one.
    fn forget(&self, response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
        if self.read(headers, profile).is_some() {
            let removal = cookie::removal(profile, self.name.on(profile), SameSite::Lax);
            // A cookie of a fixed name without a value can always be written.
            let _ = response.add_cookie(&removal);
        }
    }
}

/// Detects redirect loops: an application that sends people to sign in again right after they have signed in.
///
/// A cookie counts the sign-ins to one target within a minute, and the refusals that another user flow follows by
/// itself. After the third, the next start stops with a page instead of redirecting once more.
#[derive(Debug)]
pub struct RedirectLoop;

impl RedirectLoop {
    /// Refuses a start that would only continue a loop.
    ///
    /// # Errors
    /// `RedirectLoop` after the third round to this target.
    pub fn stop(
        headers: &HeaderMap,
        profile: &Profile,
        target: &ReturnTo,
        now: Timestamp,
    ) -> Result<(), FlowError> {
        let (rounds, _) = counted_rounds(headers, profile, target, now);
        if rounds < MOST_ROUNDS {
            Ok(())
        } else {
            Err(FlowError::RedirectLoop {
                rounds,
                target: target.clone(),
            })
        }
    }

    /// Counts a round.
    pub fn count(
        response: &mut HttpResponseBuilder,
        headers: &HeaderMap,
        profile: &Profile,
        target: &ReturnTo,
        now: Timestamp,
    ) {
        let (rounds, first) = counted_rounds(headers, profile, target, now);
        let rounds = rounds.saturating_add(1);
        let hash = target_hash(profile, target);
        LOOP_COOKIE.write(response, profile, format!("{rounds}.{first}.{hash}"));
    }

    /// Sets the counter to zero at sign-out: somebody who signs out and in again is in no loop.
    pub fn forget(response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
        LOOP_COOKIE.forget(response, headers, profile);
    }
}

/// Names the target without saying where the person goes.
fn target_hash(profile: &Profile, target: &ReturnTo) -> String {
    short_hash::<12>(format!("{} {}", profile.id, target.as_str()).as_bytes())
}

/// Rounds counted so far, and when the first was.
fn counted_rounds(
    headers: &HeaderMap,
    profile: &Profile,
    target: &ReturnTo,
    now: Timestamp,
) -> (u32, i64) {
    let read = || {
        let mut parts = LOOP_COOKIE.read(headers, profile)?.splitn(3, '.');
        let rounds = parts.next()?.parse().ok()?;
        let first: i64 = parts.next()?.parse().ok()?;
        let hash = parts.next()?;
        let age = now.timestamp().saturating_sub(first);
        let counts =
            hash == target_hash(profile, target) && (0..LOOP_WINDOW_SECONDS).contains(&age);
        counts.then_some((rounds, first))
    };
    read().unwrap_or((0, now.timestamp()))
}

/// Remembers for ten minutes that this person was already sent to consent to an API's scopes, so that a refusal is
/// explained instead of retried in a loop. Removed at sign-out.
#[derive(Debug)]
pub struct ConsentAsked;

impl ConsentAsked {
    /// Notes that the person came back from being asked for the scopes of `api`.
    pub fn note(
        response: &mut HttpResponseBuilder,
        profile: &Profile,
        person: &SubjectKey,
        api: &ApiName,
        now: Timestamp,
    ) {
        let hash = person_hash(profile, person);
        let value = format!("{}.{api}.{hash}", now.timestamp());
        CONSENT_COOKIE.write(response, profile, value);
    }

    /// Removes the note: the next person to sign in was not asked.
    pub fn forget(response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
        CONSENT_COOKIE.forget(response, headers, profile);
    }

    /// Whether the person was asked for the scopes of `api` within the last ten minutes.
    pub fn lately(
        headers: &HeaderMap,
        profile: &Profile,
        person: &SubjectKey,
        api: &ApiName,
        now: Timestamp,
    ) -> bool {
        let read = || {
            let mut parts = CONSENT_COOKIE.read(headers, profile)?.splitn(3, '.');
            let at: i64 = parts.next()?.parse().ok()?;
            Some((at, parts.next()?, parts.next()?))
        };
        read().is_some_and(|(at, asked, hash)| {
            let age = now.timestamp().saturating_sub(at);
            (0..CONSENT_SECONDS).contains(&age)
                && asked == api.as_str()
                && hash == person_hash(profile, person)
        })
    }
}

/// Names the person at this profile without saying who it is.
fn person_hash(profile: &Profile, person: &SubjectKey) -> String {
    short_hash::<12>(format!("{} {person}", profile.id).as_bytes())
}

/// A flash message: a fixed word, shown by the next home page and removed with it. The word stands in no address, so no
/// stranger's link can make a page say something.
#[derive(Debug)]
pub struct FlashCookie;

impl FlashCookie {
    /// Gives the message to a browser that is sent to the home page. Elsewhere the message would wait for a later visit.
    pub fn give(
        response: &mut HttpResponseBuilder,
        profile: &Profile,
        return_to: &ReturnTo,
        flash: Flash,
    ) {
        if *return_to == ReturnTo::home(&profile.public_url) {
            Self::show_next(response, profile, flash);
        }
    }

    /// Gives the message to a browser that is sent to a page that shows messages.
    pub fn show_next(response: &mut HttpResponseBuilder, profile: &Profile, flash: Flash) {
        let value = format!("{}.{}", flash.word(), profile.id);
        FLASH_COOKIE.write(response, profile, value);
    }

    /// The message that a browser brings to this profile's home page.
    pub fn take(headers: &HeaderMap, profile: &Profile) -> Option<Flash> {
        let (word, id) = FLASH_COOKIE.read(headers, profile)?.split_once('.')?;
        (id == profile.id.as_str()).then(|| Flash::parse(word))?
    }

    /// Removes the message from the browser, whatever it says.
    pub fn forget(response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
        FLASH_COOKIE.forget(response, headers, profile);
    }
}

/// Where a person goes on after a sign-out, while the authority's pages are shown. The value is judged again when it comes
/// back, so that a planted one leads nowhere that a link could not lead to.
#[derive(Debug)]
pub struct AfterSignOut;

impl AfterSignOut {
    /// Gives the destination to a browser that is sent to the authority.
    pub fn remember(response: &mut HttpResponseBuilder, profile: &Profile, onward: &Destination) {
        let value = format!("{}.{}", BASE64.encode(onward.location()), profile.id);
        AFTER_SIGN_OUT_COOKIE.write(response, profile, value);
    }

    /// The destination that a browser brings back to this profile.
    pub fn take(headers: &HeaderMap, profile: &Profile) -> Option<Destination> {
        let (encoded, id) = AFTER_SIGN_OUT_COOKIE
            .read(headers, profile)?
            .split_once('.')?;
        let text = String::from_utf8(BASE64.decode(encoded).ok()?).ok()?;
        (id == profile.id.as_str()).then(|| Destination::parse(&text, profile))?
    }

    /// Removes the destination from the browser.
    pub fn forget(response: &mut HttpResponse, headers: &HeaderMap, profile: &Profile) {
        AFTER_SIGN_OUT_COOKIE.forget(response, headers, profile);
    }
}

/// The language that a person chose in the footer. It protects nothing: a value that is no language of the profile counts
/// as none.
#[derive(Debug)]
pub struct ChosenLanguage;

impl ChosenLanguage {
    /// The value that the browser sent.
    pub fn read<'a>(headers: &'a HeaderMap, profile: &Profile) -> Option<&'a str> {
        single_value(headers, LANGUAGE.on(profile))
    }

    /// The same where no profile answers: on https or on loopback http.
    pub fn read_at_any(headers: &HeaderMap) -> Option<&str> {
        let read = |https| single_value(headers, LANGUAGE.over(https));
        read(true).or_else(|| read(false))
    }

    /// Gives the browser the language.
    pub fn write(response: &mut HttpResponseBuilder, profile: &Profile, chosen: &Catalogue) {
        let (name, tag) = (LANGUAGE.on(profile), chosen.tag().to_string());
        let cookie = cookie::build(profile, name, tag, SameSite::Lax, Some(LANGUAGE_LIFETIME));
        response.cookie(cookie);
    }
}
