//! The page on which a person sees and ends their own sessions.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::Page;
use super::frame::Frame;
use super::shown::{Label, When};

/// A person's sessions at one profile.
#[derive(Debug, Clone, Serialize)]
pub struct Sessions {
    /// The surroundings.
    pub frame: Frame,
    /// The sessions; the one of this browser first.
    pub sessions: Vec<SessionRow>,
    /// Whether there is a session beside the one of this browser.
    pub has_others: bool,
    /// The value of the hidden field `csrf` in each form.
    pub csrf: String,
}

/// One session.
#[derive(Debug, Clone, Serialize)]
pub struct SessionRow {
    /// The value of the form field `session`: names the session without being its handle.
    pub reference: String,
    /// The browser, as [`browser_name`] says it.
    pub browser: Label,
    /// When the person signed in.
    pub created: When,
    /// When the session was last used.
    pub last_seen: When,
    /// When it ends, however much it is used.
    pub ends: When,
    /// Whether it is the session of the browser that asks.
    pub current: bool,
}

impl Sessions {
    /// The list of `sessions`.
    pub fn new(frame: Frame, sessions: Vec<SessionRow>, csrf: String) -> Self {
        let has_others = sessions.iter().any(|session| !session.current);
        Self {
            frame,
            sessions,
            has_others,
            csrf,
        }
    }
}

/// Says which browser a `User-Agent` stands for, in a few words: "Firefox on Windows".
///
/// The header is a claim of the client, good for recognising one's own devices and for nothing else.
pub fn browser_name(user_agent: &str) -> String {
    // Every Chromium names itself Chrome and Safari too (RFC 9110 §10.1.5 knows why): most special first.
    const BROWSERS: [(&str, &str); 9] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find = |table: &[(&str, &'static str)]| {
        table
            .iter()
            .find(|(mark, _)| user_agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "An unknown browser".to_owned(),
    }
}

impl Page for Sessions {
    const TEMPLATE: &'static str = "sessions.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(1_795_262_220);
        let row = |reference: &str, browser: &str, minutes: i64, current| SessionRow {
            reference: reference.to_owned(),
            browser: browser.into(),
            created: When::exact(now - TimeDelta::minutes(minutes * 9 + 40)),
            last_seen: When::ago(now - TimeDelta::minutes(minutes), now),
            ends: When::exact(now + TimeDelta::days(7)),
            current,
        };
        let here = row("s1", "Firefox on Linux", 0, true);
        let others = vec![
            here.clone(),
            row("s2", "Safari on iPhone", 130, false),
            row("s3", "An unknown browser", 4_000, false),
        ];
        let csrf = || "c2FtcGxl".to_owned();
        vec![
            (
                "several",
                Self::new(Frame::sample_signed_in(), others, csrf()),
            ),
            (
                "only_this",
                Self::new(Frame::sample_signed_in(), vec![here], csrf()),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_as_people_know_it() {
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            ("curl/8.9", "curl"),
            ("", "An unknown browser"),
            ("<script>alert(1)</script>", "An unknown browser"),
        ] {
            assert_eq!(browser_name(user_agent), name, "{user_agent}");
        }
    }
}
