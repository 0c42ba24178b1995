//! Pages of a person who is signed in, or may be: home, token details, the result of an API call, sessions.

use serde::Serialize;

use crate::domain::authority::UserFlowKind;
use crate::domain::flash::Flash;
use crate::domain::language::{Language, Message};
use crate::domain::own_path::{DEFAULT_REDIRECT_PATH, OwnPath};
use crate::web::pages::claim::Claim;
use crate::web::pages::layout::{Frame, SAMPLE_PREFIX, SampleSite};
use crate::web::pages::page::{Sampled, pages};
use crate::web::pages::session_row::{SessionRow, sample_rows, sample_time};

pages! {
    ACCOUNT_PAGES

    /// Home, signed in or not.
    Home, "home.html" {
        /// How the user flow ended that led here.
        flash: Option<FlashMessage>,
        /// Whether somebody is signed in.
        signed_in: bool,
        /// The person's name.
        name: String,
        /// The APIs that can be called.
        apis: Vec<ApiLink>,
        /// Whether there is an edit-profile flow.
        edit_profile: bool,
        /// Whether there is a reset-password flow.
        reset_password: bool,
        /// The address to register, for a profile on loopback.
        redirect_uri: Option<String>,
    }

    /// The claims of the ID token.
    TokenDetails, "token_details.html" {
        /// The claims, in the order of the token.
        claims: Vec<Claim>,
    }

    /// The result of an API call.
    ApiResult, "api_result.html" {
        /// The API's title.
        api: String,
        /// Where the call is made again: a local path.
        again: String,
        /// The address that was called.
        address: String,
        /// The status with its reason.
        status: String,
        /// Whether the status is a success.
        good: bool,
        /// The content type as sent.
        content_type: String,
        /// The body.
        body: String,
        /// Whether the body was cut.
        truncated: bool,
        /// Whether the body is not text.
        binary: bool,
        /// How many bytes a body has that is not text.
        size: String,
    }

    /// Who is signed in, and how.
    You, "you.html" {
        /// The person's name.
        name: String,
        /// The account's name, such as an e-mail address; empty if none is known.
        account: String,
        /// The directory tenant; empty if there is none.
        directory: String,
        /// How the person proved who they are.
        method: String,
        /// When the person signed in, for people.
        since: String,
        /// The same, exactly.
        since_exact: String,
        /// The same, for machines.
        since_iso: String,
        /// The sessions, this browser's first.
        sessions: Vec<SessionRow>,
        /// Whether there are sessions in other browsers.
        others: bool,
        /// The token that proves that a form came from this page.
        csrf: String,
    }

    /// Asks before all other sessions are ended.
    EndOthers, "end_others.html" {
        /// The token that proves that the form came from this page.
        csrf: String,
    }

    /// The person's sessions.
    Sessions, "sessions.html" {
        /// The sessions, this browser's first.
        sessions: Vec<SessionRow>,
        /// What has just happened.
        flash: Option<FlashMessage>,
        /// Whether there are sessions in other browsers.
        others: bool,
        /// The token that proves that a form came from this page.
        csrf: String,
    }
}

/// A flash message as the page shows it.
#[derive(Debug, Clone, Serialize)]
pub struct FlashMessage {
    /// What happened, in one sentence.
    pub sentence: String,
    /// What the person had better do now.
    pub advice: Option<String>,
    /// Whether the user flow was finished, and not cancelled.
    pub done: bool,
}

impl FlashMessage {
    /// A flash message in a language.
    pub fn new(flash: Flash, language: &Language) -> Self {
        Self {
            sentence: language.text(&flash.message()),
            advice: (flash == Flash::SignedOut).then(|| language.say("signed-out-shared")),
            done: matches!(
                flash,
                Flash::ProfileUpdated
                    | Flash::SignedOut
                    | Flash::SessionsEnded(_)
                    | Flash::SessionRenamed
            ),
        }
    }
}

/// A link to an API.
#[derive(Debug, Clone, Serialize)]
pub struct ApiLink {
    /// Where the API is called: a local path.
    pub href: String,
    /// The API's title.
    pub title: String,
    /// The API's host.
    pub host: String,
}

impl Sampled for Home {
    fn samples(site: &SampleSite) -> Vec<(&'static str, Self)> {
        let out = Self {
            frame: site.signed_out("home"),
            flash: None,
            signed_in: false,
            name: String::new(),
            apis: Vec::new(),
            edit_profile: false,
            reset_password: false,
            redirect_uri: None,
        };
        let flash = |flash| Some(FlashMessage::new(flash, &site.language));
        let developer = Self {
            flash: flash(Flash::Cancelled(UserFlowKind::SignIn)),
            reset_password: true,
            redirect_uri: Some(format!(
                "http://localhost:8080{SAMPLE_PREFIX}{DEFAULT_REDIRECT_PATH}"
            )),
            ..out.clone()
        };
        let bare = Self {
            frame: site.signed_in("home"),
            signed_in: true,
            name: "Ada Lovelace".to_owned(),
            ..out.clone()
        };
        let api = |name: &str, title: &str, host: &str| ApiLink {
            href: OwnPath::CallApi.named(SAMPLE_PREFIX, name),
            title: title.to_owned(),
            host: host.to_owned(),
        };
        let apis = vec![
            api("graph", "Microsoft Graph", "graph.microsoft.com"),
            api("orders", "Orders", ""),
        ];
        let full = Self {
            flash: flash(Flash::ProfileUpdated),
            apis,
            edit_profile: true,
            reset_password: true,
            ..bare.clone()
        };
        let public = Self {
            frame: site.public("home"),
            ..full.clone()
        };
        let ended = Self {
            flash: flash(Flash::SignedOut),
            ..out.clone()
        };
        vec![
            ("public", public),
            ("after_sign_out", ended),
            ("signed_out", out),
            ("developer", developer),
            ("signed_in_without_apis", bare),
            ("signed_in", full),
        ]
    }
}

impl Sampled for TokenDetails {
    fn samples(site: &SampleSite) -> Vec<(&'static str, Self)> {
        let groups: Vec<String> = (0..64)
            .map(|n| format!("\"0c6e3c1e-9a01-4b8e-8f0e-{n:012}\""))
            .collect();
        let groups = format!("[{}]", groups.join(","));
        let long = "1.AbcA".repeat(40);
        let claims = [
            ("aud", "6731de76-14a6-49ae-97bc-6eba6914391e"),
            (
                "iss",
                "https://login.microsoftonline.com/72f988bf-0000-0000-0000-000000000000/v2.0",
            ),
            ("name", "Ada Lovelace"),
            ("preferred_username", "ada@contoso.example"),
            ("auth_time", "1795262220"),
            ("roles", r#"["Orders.Read","Orders.Approve"]"#),
            ("groups", &groups),
            ("address", r#"{"country":"GB","locality":"London"}"#),
            ("amr", "[]"),
            ("extension_loyalty", "null"),
            ("rh", &long),
        ];
        let claim = |(name, value): (&str, &str)| Claim::new(name, value, &site.language);
        let frame = site.signed_in("token-details-title");
        let none = Self {
            frame: frame.clone(),
            claims: Vec::new(),
        };
        vec![
            (
                "full",
                Self {
                    frame,
                    claims: claims.into_iter().map(claim).collect(),
                },
            ),
            ("none", none),
        ]
    }
}

impl Sampled for ApiResult {
    fn samples(site: &SampleSite) -> Vec<(&'static str, Self)> {
        let body = "{\n  \"displayName\": \"Ada Lovelace\",\n  \"jobTitle\": \"Analyst <Engines & Numbers>\",\n  \"mail\": \"ada@contoso.example\"\n}";
        let good = Self {
            frame: site.signed_in("api-result"),
            api: "Microsoft Graph".to_owned(),
            again: OwnPath::CallApi.named(SAMPLE_PREFIX, "graph"),
            address: "https://graph.microsoft.com/v1.0/me".to_owned(),
            status: "200 OK".to_owned(),
            good: true,
            content_type: "application/json; charset=utf-8".to_owned(),
            body: body.to_owned(),
            truncated: false,
            binary: false,
            size: String::new(),
        };
        let forbidden =
            "{\n  \"error\": {\n    \"code\": \"Authorization_RequestDenied\"\n  }\n}".to_owned();
        let denied = Self {
            status: "403 Forbidden".to_owned(),
            good: false,
            body: forbidden,
            ..good.clone()
        };
        let cut = Self {
            content_type: "text/plain".to_owned(),
            body: "A long answer. ".repeat(400),
            truncated: true,
            ..good.clone()
        };
        let binary = Self {
            content_type: "image/png".to_owned(),
            body: String::new(),
            binary: true,
            size: site
                .language
                .text(&Message::new("api-result-binary").with("bytes", 48_211_u64)),
            ..good.clone()
        };
        let empty = Self {
            status: "204 No Content".to_owned(),
            content_type: String::new(),
            body: String::new(),
            ..good.clone()
        };
        vec![
            ("good", good),
            ("denied", denied),
            ("cut", cut),
            ("binary", binary),
            ("empty", empty),
        ]
    }
}

impl Sampled for You {
    fn samples(site: &SampleSite) -> Vec<(&'static str, Self)> {
        let since = sample_time(21, 9);
        let full = Self {
            frame: site.signed_in("you"),
            name: "Ada Lovelace".to_owned(),
            account: "ada@contoso.example".to_owned(),
            directory: "0191f3a2-7b1c-4e4e-9c57-2f6f3f1f0b7a".to_owned(),
            method: site.text("method-several"),
            since: site.language.relative(since, sample_time(21, 11)),
            since_exact: site.language.date_time(since),
            since_iso: since.to_rfc3339(),
            sessions: sample_rows(&site.language),
            others: true,
            csrf: "c2FtcGxl".to_owned(),
        };
        let bare = Self {
            frame: site.public("you"),
            account: String::new(),
            directory: String::new(),
            sessions: sample_rows(&site.language).into_iter().take(1).collect(),
            others: false,
            ..full.clone()
        };
        vec![("full", full), ("bare", bare)]
    }
}

impl Sampled for EndOthers {
    fn samples(site: &SampleSite) -> Vec<(&'static str, Self)> {
        let page = Self {
            frame: site.signed_in("sessions-title"),
            csrf: "c2FtcGxl".to_owned(),
        };
        vec![("asks", page)]
    }
}

impl Sampled for Sessions {
    fn samples(site: &SampleSite) -> Vec<(&'static str, Self)> {
        let all = sample_rows(&site.language);
        let here = all.iter().take(1).cloned().collect();
        let page = |sessions, others: bool| Self {
            flash: others.then(|| FlashMessage::new(Flash::SessionsEnded(3), &site.language)),
            frame: site.signed_in("sessions-title"),
            sessions,
            others,
            csrf: "c2FtcGxl".to_owned(),
        };
        vec![
            ("several", page(all, true)),
            ("only_this", page(here, false)),
        ]
    }
}
