//! A session as the person's list shows it.

use serde::Serialize;

use crate::domain::clock::Timestamp;
use crate::domain::identity::SubjectKey;
use crate::domain::language::{Language, Message};
use crate::domain::profile::ProfileId;
use crate::domain::session::SessionId;
use crate::flow::session_admin::SessionView;
use crate::web::pages::shown_text::shown;

/// A session in the list.
#[derive(Debug, Clone, Serialize)]
pub struct SessionRow {
    /// Its id, which opens nothing.
    pub id: String,
    /// The browser and its operating system, in words.
    pub browser: String,
    /// Whether the browser runs on a phone or a tablet.
    pub phone: bool,
    /// What the person calls the session; empty if it has no name.
    pub name: String,
    /// About where the person signed in; empty if that is not shown.
    pub network: String,
    /// Whether it is the session of this browser.
    pub current: bool,
    /// When it began, relative to now.
    pub created: String,
    /// The same, exactly.
    pub created_exact: String,
    /// When it began, for machines.
    pub created_iso: String,
    /// When it was last used, relative to now.
    pub seen: String,
    /// The same, exactly.
    pub seen_exact: String,
    /// When it was last used, for machines.
    pub seen_iso: String,
    /// When it ends, for people.
    pub expires: String,
    /// The same, exactly.
    pub expires_exact: String,
    /// When it ends, for machines.
    pub expires_iso: String,
    /// The name of the button that ends it.
    pub end_label: String,
}

/// How a list of sessions is shown.
#[derive(Debug, Clone)]
pub struct SessionListOptions {
    /// The language.
    pub language: Language,
    /// Now.
    pub now: Timestamp,
    /// The session of this browser.
    pub current: SessionId,
    /// Whether networks are shown.
    pub network: bool,
}

impl SessionRow {
    /// The rows of a list, this browser's first.
    pub fn all(options: &SessionListOptions, sessions: &[SessionView]) -> Vec<Self> {
        let mut rows: Vec<Self> = sessions
            .iter()
            .map(|session| Self::new(options, session))
            .collect();
        rows.sort_by_key(|row| !row.current);
        rows
    }

    fn new(options: &SessionListOptions, session: &SessionView) -> Self {
        let language = &options.language;
        let relative = |at| language.relative(at, options.now);
        let exact = |at| language.date_time(at);
        let (browser, phone) = browser_name(language, session.user_agent.as_deref());
        let name = session.name.as_deref().map(shown).unwrap_or_default();
        let told = if name.is_empty() { &browser } else { &name };
        let end_label = Message::new("session-end-which")
            .with("browser", told.as_str())
            .with("when", exact(session.created_at));
        let network = session.network.clone().filter(|_| options.network);
        Self {
            id: session.id.to_string(),
            phone,
            network: network.unwrap_or_default(),
            current: session.id == options.current,
            created: relative(session.created_at),
            created_exact: exact(session.created_at),
            created_iso: session.created_at.to_rfc3339(),
            seen: relative(session.seen_at),
            seen_exact: exact(session.seen_at),
            seen_iso: session.seen_at.to_rfc3339(),
            expires: relative(session.expires_at),
            expires_exact: exact(session.expires_at),
            expires_iso: session.expires_at.to_rfc3339(),
            end_label: language.text(&end_label),
            browser,
            name,
        }
    }
}

/// The browser and its operating system in two words, and whether that is a phone or a tablet. A `User-Agent` proves
/// nothing; it only helps the person to recognise the session.
fn browser_name(language: &Language, user_agent: Option<&str>) -> (String, bool) {
    // A browser also names those that it is compatible with, so the rarer name comes first.
    const BROWSERS: [(&str, &str); 12] = [
        ("Edg/", "Edge"),
        ("EdgA/", "Edge"),
        ("EdgiOS/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chromium/", "Chromium"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("CrOS", "ChromeOS"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    const HELD_IN_HANDS: [&str; 3] = ["Android", "iPhone", "iPad"];
    let Some(text) = user_agent else {
        return (language.say("browser-unknown"), false);
    };
    let find = |list: &[(&str, &'static str)]| {
        list.iter()
            .find(|(mark, _)| text.contains(mark))
            .map(|(_, name)| *name)
    };
    let system = find(&SYSTEMS);
    let words = match (find(&BROWSERS), system) {
        (Some(browser), Some(system)) => {
            let message = Message::new("browser-on-system")
                .with("browser", browser)
                .with("system", system);
            language.text(&message)
        }
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => shown(text).chars().take(60).collect(),
    };
    let phone = system.is_some_and(|system| HELD_IN_HANDS.contains(&system));
    (words, phone)
}

/// An hour in November 2026, for samples.
pub(super) fn sample_time(day: u32, hour: u32) -> Timestamp {
    const NOVEMBER: i64 = 1_793_491_200;
    let seconds = NOVEMBER + i64::from(day - 1) * 86_400 + i64::from(hour) * 3_600;
    Timestamp::from_timestamp(seconds, 0).unwrap_or_default()
}

/// Three sessions, the first of which is this browser's, for samples.
pub(super) fn sample_rows(language: &Language) -> Vec<SessionRow> {
    let Some(profile) = ProfileId::parse("staff") else {
        return Vec::new();
    };
    let view = |number: u8, user_agent: &str| SessionView {
        id: SessionId::from_bytes([number; 16]),
        profile: profile.clone(),
        person: SubjectKey::stored("ada"),
        created_at: sample_time(20, 15),
        seen_at: sample_time(21, 9),
        expires_at: sample_time(27, 15),
        user_agent: Some(user_agent.to_owned()),
        name: None,
        network: None,
    };
    let phone = SessionView {
        network: Some("203.0.113.0/24".to_owned()),
        ..view(2, "iPhone Safari/")
    };
    let office = SessionView {
        name: Some("Office computer".to_owned()),
        network: Some("2001:db8:77::/48".to_owned()),
        ..view(3, "Windows Edg/")
    };
    let options = SessionListOptions {
        language: language.clone(),
        now: sample_time(21, 11),
        current: SessionId::from_bytes([1; 16]),
        network: true,
    };
    SessionRow::all(&options, &[view(1, "Linux Firefox/"), phone, office])
}
