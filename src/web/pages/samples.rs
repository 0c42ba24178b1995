//! Samples of each page, which between them reach every branch of its template.
//!
//! They prove at load that templates fit their contexts, and are what tests render and people look at.

use crate::web::pages::{
    Action, ApiLink, ApiResult, Claim, Fact, Frame, Home, News, Page, Problem, SessionRow,
    Sessions, SignOut, SignedOut, TokenDetails,
};

/// A page that has samples.
pub trait Sampled: Page + Sized {
    /// Samples by name; `assets` are the names of style sheet and icon.
    fn samples(assets: (String, String)) -> Vec<(&'static str, Self)>;
}

fn signed_out((style, icon): (String, String), title: &str) -> Frame {
    Frame {
        title: title.to_owned(),
        profile_title: "Contoso staff".to_owned(),
        account: None,
        sign_in: true,
        base: "/staff".to_owned(),
        accent: "blue",
        logo: None,
        support: Some("https://help.contoso.example/".to_owned()),
        lang: "en",
        style,
        icon,
    }
}

fn signed_in(assets: (String, String), title: &str) -> Frame {
    let logo = Some("/logo.svg".to_owned());
    Frame {
        account: Some("Ada Lovelace".to_owned()),
        logo,
        support: None,
        ..signed_out(assets, title)
    }
}

impl Sampled for Home {
    fn samples(assets: (String, String)) -> Vec<(&'static str, Self)> {
        let out = Self {
            frame: signed_out(assets.clone(), "Home"),
            notice: None,
            signed_in: false,
            name: String::new(),
            apis: Vec::new(),
            edit_profile: false,
            reset_password: false,
            redirect_uri: None,
        };
        let told = |sentence, done| News { sentence, done };
        let developer = Self {
            notice: Some(told("You cancelled the sign-in.", false)),
            reset_password: true,
            redirect_uri: Some("http://localhost:8080/staff/auth/redirect".to_owned()),
            ..out.clone()
        };
        let bare = Self {
            frame: signed_in(assets, "Home"),
            signed_in: true,
            name: "Ada Lovelace".to_owned(),
            ..out.clone()
        };
        let api = |name: &str, title: &str, host: &str| ApiLink {
            name: name.to_owned(),
            title: title.to_owned(),
            host: host.to_owned(),
        };
        let apis = vec![
            api("graph", "Microsoft Graph", "graph.microsoft.com"),
            api("orders", "Orders", ""),
        ];
        let full = Self {
            notice: Some(told("Your profile was updated.", true)),
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
    fn samples(assets: (String, String)) -> Vec<(&'static str, Self)> {
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
        let frame = signed_in(assets, "ID token details");
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
    fn samples(assets: (String, String)) -> Vec<(&'static str, Self)> {
        let text = "{\n  \"displayName\": \"Ada Lovelace\",\n  \"jobTitle\": \"Analyst <Engines & Numbers>\",\n  \"mail\": \"ada@contoso.example\"\n}";
        let good = Self {
            frame: signed_in(assets, "API result"),
            api: "Microsoft Graph".to_owned(),
            name: "graph".to_owned(),
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

impl Sampled for Problem {
    fn samples(assets: (String, String)) -> Vec<(&'static str, Self)> {
        let action = |path: &str, label| Action {
            href: format!("/staff{path}"),
            label,
        };
        let fact = |label, value: &str| Fact {
            label,
            value: value.to_owned(),
        };
        let refused = Self {
            frame: signed_out(assets, "You are not assigned to this application"),
            status: "Sign-in not completed".to_owned(),
            heading: "You are not assigned to this application".to_owned(),
            sentence: "Your organisation lets only chosen people in. Ask your administrator to assign you.".to_owned(),
            advice: "You are signed in at the sign-in service, but not here.".to_owned(),
            items: Vec::new(),
            actions: vec![action("/auth/sign_in?other_account=1", "Use another account"), action("/", "Home")],
            facts: vec![
                fact("Request id", "0191f3a2-7b1c-4e4e-9c57-2f6f3f1f0b7a"),
                fact("Code", "AADSTS50105"),
                fact("Correlation id", "7c1b1c1e-52f0-4a54-8f5c-62a1de09f4ad"),
                fact("Time", "2026-11-21 11:57:00 UTC"),
            ],
        };
        let consent = Self {
            status: "Permission missing".to_owned(),
            heading: "The API cannot be called yet".to_owned(),
            sentence: "The application needs these permissions to call the API, and they were not granted.".to_owned(),
            advice: String::new(),
            items: vec!["User.Read".to_owned(), "Mail.Read".to_owned()],
            ..refused.clone()
        };
        let unauthorized = Self {
            status: "401: Unauthorized".to_owned(),
            heading: "You are not signed in".to_owned(),
            sentence: "Visiting this page requires you to be authenticated.".to_owned(),
            advice: String::new(),
            actions: Vec::new(),
            facts: Vec::new(),
            ..refused.clone()
        };
        vec![
            ("refused", refused),
            ("consent", consent),
            ("unauthorized", unauthorized),
        ]
    }
}

impl Sampled for SignOut {
    fn samples(assets: (String, String)) -> Vec<(&'static str, Self)> {
        vec![(
            "asks",
            Self {
                frame: signed_in(assets, "Sign out"),
                csrf: "c2FtcGxl".to_owned(),
            },
        )]
    }
}

impl Sampled for SignedOut {
    fn samples(assets: (String, String)) -> Vec<(&'static str, Self)> {
        let sentence = "Your session here has ended. The sign-in service may still know you; close the browser on a shared computer.";
        vec![(
            "here_only",
            Self {
                frame: signed_out(assets, "Signed out"),
                sentence: sentence.to_owned(),
            },
        )]
    }
}

impl Sampled for Sessions {
    fn samples(assets: (String, String)) -> Vec<(&'static str, Self)> {
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
            frame: signed_in(assets.clone(), "My sessions"),
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
