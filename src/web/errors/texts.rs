//! What a person reads about an error: a sentence and a way on, and nothing of the cause.

use actix_web::http::StatusCode;

use crate::domain::access_rule::Denial;
use crate::domain::clock::Timestamp;
use crate::domain::profile::Profile;
use crate::domain::return_to::ReturnTo;
use crate::flow::error::{AccessDenied, AuthorityErrorDetail, FlowError, Topic};
use crate::web::errors::authority_error_texts::help_for;
use crate::web::errors::outage_texts::unavailable;
use crate::web::pages::{Action, Fact, Frame, Problem};

/// An error as it is told.
#[derive(Debug)]
pub struct ProblemText {
    /// A word for scripts.
    pub word: &'static str,
    /// The kind of problem.
    pub status: &'static str,
    /// What happened.
    pub heading: &'static str,
    /// What it means.
    pub sentence: String,
    advice: String,
    items: Vec<String>,
    actions: Vec<Action>,
    facts: Vec<Fact>,
}

pub(in crate::web) fn told(
    word: &'static str,
    status: &'static str,
    heading: &'static str,
    sentence: impl Into<String>,
) -> ProblemText {
    ProblemText {
        word,
        status,
        heading,
        sentence: sentence.into(),
        advice: String::new(),
        items: Vec::new(),
        actions: Vec::new(),
        facts: Vec::new(),
    }
}

impl ProblemText {
    /// With another way on.
    #[must_use]
    pub fn with_action(mut self, href: String, label: &'static str) -> Self {
        self.actions.push(Action { href, label });
        self
    }

    /// With the way home.
    #[must_use]
    pub fn home(self, profile: &Profile) -> Self {
        self.with_action(format!("{}/", profile.public_url.prefix()), "Home")
    }

    fn start_again(self, profile: &Profile, target: Option<&ReturnTo>) -> Self {
        self.with_action(sign_in(profile, target, ""), "Start again")
            .home(profile)
    }

    /// Puts a new attempt in front of the other actions.
    #[must_use]
    pub fn start_again_first(mut self, profile: &Profile, target: &ReturnTo) -> Self {
        self.actions.insert(
            0,
            Action {
                href: sign_in(profile, Some(target), ""),
                label: "Start again",
            },
        );
        self
    }

    fn other_account(self, profile: &Profile, target: Option<&ReturnTo>) -> Self {
        self.with_action(
            sign_in(profile, target, "other_account=1&"),
            "Use another account",
        )
    }

    /// The codes and ids that support asks for; of the authority's own words nothing.
    pub(in crate::web) fn with_detail(mut self, detail: &AuthorityErrorDetail) -> Self {
        let mut fact = |label, value: Option<String>| {
            self.facts.extend(value.map(|value| Fact { label, value }));
        };
        let codes: Vec<String> = detail.codes.iter().map(ToString::to_string).collect();
        fact(
            "Code",
            Some(if codes.is_empty() {
                detail.error.clone()
            } else {
                codes.join(", ")
            }),
        );
        fact("Correlation id", detail.correlation_id.clone());
        fact("Time at the sign-in service", detail.timestamp.clone());
        self
    }

    /// An error that only has a status.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => told(
                "not_signed_in",
                "401: Unauthorized",
                "You are not signed in",
                "Visiting this page requires you to be authenticated. Use the button on the top right to sign in.",
            ),
            StatusCode::METHOD_NOT_ALLOWED => told(
                "method_not_allowed",
                "405",
                "That does not work here",
                "This address does not take such a request.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => told(
                "too_large",
                "413",
                "That is too much",
                "The request is larger than this address takes.",
            ),
            StatusCode::NOT_FOUND => told(
                "not_found",
                "404",
                "There is nothing here",
                "The address leads nowhere at this site.",
            ),
            StatusCode::REQUEST_TIMEOUT => told(
                "too_slow",
                "408",
                "That took too long",
                "The request did not arrive in time. Please try again.",
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => told(
                "not_a_form",
                "415",
                "That does not work here",
                "This address takes forms only.",
            ),
            status if status.is_server_error() => told(
                "failed",
                "500",
                "Something is wrong on our side",
                "Please try again in a moment.",
            ),
            _ => told(
                "bad_request",
                "400",
                "That did not work",
                "The request cannot be read.",
            ),
        }
    }

    /// The page.
    pub fn page(self, frame: Frame, request_id: &str, now: Timestamp) -> Problem {
        let mut facts = self.facts;
        if !request_id.is_empty() {
            facts.insert(
                0,
                Fact {
                    label: "Request id",
                    value: request_id.to_owned(),
                },
            );
        }
        facts.push(Fact {
            label: "Time",
            value: now.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        });
        let mut actions = self.actions;
        if actions.is_empty() {
            actions.push(Action {
                href: format!("{}/", frame.base),
                label: "Home",
            });
        }
        Problem {
            frame,
            status: self.status.to_owned(),
            heading: self.heading.to_owned(),
            sentence: self.sentence,
            advice: self.advice,
            items: self.items,
            actions,
            facts,
        }
    }
}

fn sign_in(profile: &Profile, target: Option<&ReturnTo>, more: &str) -> String {
    let mut address = format!(
        "{}/auth/sign_in?{more}return_to=",
        profile.public_url.prefix()
    );
    let home = ReturnTo::home(&profile.public_url);
    address.extend(url::form_urlencoded::byte_serialize(
        target.unwrap_or(&home).as_str().as_bytes(),
    ));
    address
}

/// Says an error in words.
pub fn tell(error: &FlowError, profile: &Profile) -> ProblemText {
    match error {
        FlowError::NotSignedIn => ProblemText::of_status(StatusCode::UNAUTHORIZED),
        FlowError::NoSuchApi | FlowError::NoSuchJourney => {
            ProblemText::of_status(StatusCode::NOT_FOUND)
        }
        FlowError::CallbackMalformed(_)
        | FlowError::WrongAuthority
        | FlowError::NoticeRefused(_) => told(
            "sign_in_invalid",
            "Sign-in not completed",
            "This sign-in cannot be completed",
            "The answer that arrived is not the one that was asked for. Nothing was changed.",
        )
        .start_again(profile, None),
        FlowError::AttemptNotFound { target, .. } => {
            let mut told = told(
                "sign_in_expired",
                "Sign-in not completed",
                "This sign-in has expired",
                "It took too long, was used before, or began in another browser.",
            )
            .start_again(profile, target.as_ref());
            "If this comes again and again, allow cookies for this site."
                .clone_into(&mut told.advice);
            told
        }
        FlowError::AnswerInvalid { target, .. } => told(
            "answer_invalid",
            "Sign-in not completed",
            "The sign-in service's answer was not accepted",
            "It did not pass our checks, so nobody was signed in.",
        )
        .start_again(profile, target.as_ref()),
        FlowError::Refused { detail, target } => refused(detail, profile, target),
        FlowError::NotAllowed(denial) => not_allowed(*denial, profile),
        FlowError::OtherPerson => told(
            "other_person",
            "Nothing was changed",
            "That was another account",
            "The account at the sign-in service is not the one that is signed in here.",
        )
        .home(profile),
        FlowError::TooManyRounds { rounds, target } => {
            let sentence = format!(
                "You were sent round {rounds} times in a row without arriving. We stopped, so that it does not go on for ever."
            );
            let mut told = told("loop", "Stopped", "Going round in circles", sentence)
                .start_again(profile, Some(target));
            "The usual causes: cookies are blocked, the clock is wrong, or the application does not accept the sign-in. Wait a minute, then start again.".clone_into(&mut told.advice);
            told
        }
        FlowError::Ungranted {
            api,
            scopes,
            admin_only,
        } => ungranted(api.as_str(), scopes, *admin_only, profile),
        FlowError::CrossSite => told(
            "cross_site",
            "403: Forbidden",
            "Please use the buttons of this site",
            "The request did not come from a page of this site, so nothing was done.",
        )
        .home(profile),
        other => unavailable(other, profile),
    }
}

fn refused(detail: &AuthorityErrorDetail, profile: &Profile, target: &ReturnTo) -> ProblemText {
    let help = help_for(detail, profile.authority.dialect().admin_consent_only);
    let mut told = told(
        "refused",
        "Sign-in not completed",
        help.heading,
        help.sentence,
    )
    .with_detail(detail);
    if detail.topic() == Topic::RedirectUri {
        "Register exactly this redirect address at the sign-in service:"
            .clone_into(&mut told.advice);
        told.items = vec![profile.redirect_uri()];
    }
    if help.way_on.retry() {
        told = told.with_action(sign_in(profile, Some(target), ""), "Start again");
    }
    if help.way_on.other_account() {
        told = told.other_account(profile, Some(target));
    }
    told.home(profile)
}

fn not_allowed(denial: AccessDenied, profile: &Profile) -> ProblemText {
    let sentence = match denial {
        AccessDenied::Tenant => {
            "Your organisation is not among those that may use this application."
        }
        AccessDenied::Rule(Denial::Role) => {
            "You have none of the roles that this application asks for."
        }
        AccessDenied::Rule(Denial::Group) => {
            "You are in none of the groups that this application asks for."
        }
        AccessDenied::Rule(Denial::GroupsUnknown) => {
            "Your groups could not be read just now, and this application asks for one. Please try again in a minute."
        }
        AccessDenied::Rule(Denial::Email) => {
            "Your e-mail address is not on this application's list, or nobody vouches for it."
        }
    };
    let mut told = told(
        "not_allowed",
        "403: Forbidden",
        "You may not enter here",
        sentence,
    );
    "You are signed in at the sign-in service, but not here. The application's operator decides who may enter.".clone_into(&mut told.advice);
    told.other_account(profile, None).start_again(profile, None)
}

fn ungranted(api: &str, scopes: &[String], admin_only: bool, profile: &Profile) -> ProblemText {
    let sentence = if admin_only {
        "Only an administrator can grant these permissions in this directory. Ask yours to grant admin consent to the application; asking you again does not help."
    } else {
        "The application needs these permissions to call the API, and they were not granted."
    };
    let mut told = told(
        "consent_required",
        "Permission missing",
        "The API cannot be called yet",
        sentence,
    );
    told.items = scopes.to_vec();
    if !admin_only {
        let path = format!("{}/auth/call_api/{api}", profile.public_url.prefix());
        let target = ReturnTo::parse(&path, &profile.public_url, &profile.redirect_path);
        told = told.with_action(
            sign_in(profile, target.as_ref(), &format!("ask_again=1&api={api}&")),
            "Ask for them again",
        );
    }
    told.home(profile)
}
