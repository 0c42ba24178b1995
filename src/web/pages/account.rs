//! Pages of a person who is signed in, or may be: home, token details, the result of an API call, sessions.

use serde::Serialize;

use crate::domain::own_path::{DEFAULT_REDIRECT_PATH, OwnPath};
use crate::web::pages::claim::Claim;
use crate::web::pages::layout::{AssetNames, Frame, SAMPLE_PREFIX};
use crate::web::pages::page::{Sampled, pages};

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
        text: String,
        /// Whether the body was cut.
        truncated: bool,
        /// Whether the body is not text.
        binary: bool,
        /// Bytes of the body.
        bytes: usize,
    }

    /// The person's sessions.
    Sessions, "sessions.html" {
        /// The sessions, this browser's first.
        sessions: Vec<SessionRow>,
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
    pub sentence: &'static str,
    /// Whether the user flow was finished, and not cancelled.
    pub done: bool,
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

/// One session of the list.
#[derive(Debug, Clone, Serialize)]
pub struct SessionRow {
    /// The session's id.
    pub id: String,
    /// The browser in a few words.
    pub browser: String,
    /// Whether this browser has it.
    pub current: bool,
    /// When it began, for people.
    pub created: String,
    /// When it began, for machines.
    pub created_iso: String,
    /// When it was last used, for people.
    pub seen: String,
    /// When it was last used, for machines.
    pub seen_iso: String,
    /// When it ends, for people.
    pub expires: String,
    /// When it ends, for machines.
    pub expires_iso: String,
}

impl Sampled for Home {
    fn samples(assets: &AssetNames) -> Vec<(&'static str, Self)> {
        let out = Self {
            frame: Frame::signed_out_sample(assets, "Home"),
            flash: None,
            signed_in: false,
            name: String::new(),
            apis: Vec::new(),
            edit_profile: false,
            reset_password: false,
            redirect_uri: None,
        };
        let flash = |sentence, done| Some(FlashMessage { sentence, done });
        let developer = Self {
            flash: flash("You cancelled the sign-in.", false),
            reset_password: true,
            redirect_uri: Some(format!(
                "http://localhost:8080{SAMPLE_PREFIX}{DEFAULT_REDIRECT_PATH}"
            )),
            ..out.clone()
        };
        let bare = Self {
            frame: Frame::signed_in_sample(assets, "Home"),
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
            flash: flash("Your profile was updated.", true),
            apis,
            edit_profile: true,
            reset_password: true,
            ..bare.clone()
        };
        vec![
            ("signed_out", out),
            ("developer", developer),
            ("signed_in_without_apis", bare),
            ("signed_in", full),
        ]
    }
}

impl Sampled for TokenDetails {
    fn samples(assets: &AssetNames) -> Vec<(&'static str, Self)> {
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
        let claim = |(name, value): (&str, &str)| Claim {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        let frame = Frame::signed_in_sample(assets, "ID token details");
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
    fn samples(assets: &AssetNames) -> Vec<(&'static str, Self)> {
        let text = "{\n  \"displayName\": \"Ada Lovelace\",\n  \"jobTitle\": \"Analyst <Engines & Numbers>\",\n  \"mail\": \"ada@contoso.example\"\n}";
        let good = Self {
            frame: Frame::signed_in_sample(assets, "API result"),
            api: "Microsoft Graph".to_owned(),
            again: OwnPath::CallApi.named(SAMPLE_PREFIX, "graph"),
            address: "https://graph.microsoft.com/v1.0/me".to_owned(),
            status: "200 OK".to_owned(),
            good: true,
            content_type: "application/json; charset=utf-8".to_owned(),
            text: text.to_owned(),
            truncated: false,
            binary: false,
            bytes: text.len(),
        };
        let forbidden =
            "{\n  \"error\": {\n    \"code\": \"Authorization_RequestDenied\"\n  }\n}".to_owned();
        let denied = Self {
            status: "403 Forbidden".to_owned(),
            good: false,
            text: forbidden,
            ..good.clone()
        };
        let cut = Self {
            content_type: "text/plain".to_owned(),
            text: "A long answer. ".repeat(400),
            truncated: true,
            ..good.clone()
        };
        let binary = Self {
            content_type: "image/png".to_owned(),
            text: String::new(),
            binary: true,
            bytes: 48_211,
            ..good.clone()
        };
        let empty = Self {
            status: "204 No Content".to_owned(),
            content_type: String::new(),
            text: String::new(),
            bytes: 0,
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

impl Sampled for Sessions {
    fn samples(assets: &AssetNames) -> Vec<(&'static str, Self)> {
        let row = |id: &str, browser: &str, current| SessionRow {
            id: id.to_owned(),
            browser: browser.to_owned(),
            current,
            created: "20 November 2026, 15:47 UTC".to_owned(),
            created_iso: "2026-11-20T15:47:00Z".to_owned(),
            seen: "21 November 2026, 11:57 UTC".to_owned(),
            seen_iso: "2026-11-21T11:57:00Z".to_owned(),
            expires: "27 November 2026, 15:47 UTC".to_owned(),
            expires_iso: "2026-11-27T15:47:00Z".to_owned(),
        };
        let here = row("1", "Firefox on Linux", true);
        let all = vec![
            here.clone(),
            row("2", "Safari on iPhone", false),
            row("3", "Edge on Windows", false),
        ];
        let page = |sessions, others| Self {
            frame: Frame::signed_in_sample(assets, "My sessions"),
            sessions,
            others,
            csrf: "c2FtcGxl".to_owned(),
        };
        vec![
            ("several", page(all, true)),
            ("only_this", page(vec![here], false)),
        ]
    }
}
