//! Words that the project gave up, each with the word to use instead and the reason.
//!
//! Two reasons repeat: a word is *the field's term* when the specifications or the trade use it, and a *riddle* when
//! only this project does.

/// A word that is not used any more, the word to use instead, and why.
pub type Word = (&'static str, &'static str, &'static str);

const FIELD: &str = "the field's term";
const RIDDLE: &str = "the old name is a riddle";
const HOMONYM: &str = "the old name has several meanings";
const VAGUE: &str = "the old name does not say of what";
const PLAIN: &str = "the plain word";

/// Names of types (structs, enums, traits, aliases).
pub const TYPES: &[Word] = &[
    ("Begun", "AuthorizationRedirect", VAGUE),
    ("Binding", "AuthorityFingerprint", RIDDLE),
    ("Completed", "CallbackResult", VAGUE),
    ("Copy", "Snapshot", "the old name hides Rust's own trait"),
    ("Damaged", "UnusableResponse", VAGUE),
    ("Denied", "Denial", "a type is a noun"),
    ("EntryRule", "AccessRule", FIELD),
    (
        "Exchanges",
        "SingleFlight",
        "an exchange is the code's, or RFC 8693's",
    ),
    ("Failure", "TokenRequestError", VAGUE),
    ("Gate", "Services", HOMONYM),
    ("Gateway", "AppState", "the gateway is the whole product"),
    ("Held", "a name that says what is held", HOMONYM),
    ("Journey", "UserFlowKind", "the journeys are the flows"),
    ("Kept", "CachedDocument", FIELD),
    ("Lane", "Bulkhead", FIELD),
    (
        "Listed",
        "SessionView",
        "one view for every list of sessions",
    ),
    (
        "ListedSession",
        "SessionView",
        "one view for every list of sessions",
    ),
    ("Located", "ResolvedProfile", VAGUE),
    ("Mark", "ReplayRecord", FIELD),
    ("Means", "ServerDeps or ClientDeps", HOMONYM),
    ("Memo", "a short-lived cookie", RIDDLE),
    ("News", "ProfileChanges", HOMONYM),
    ("Notice", "FlashMessage or Invalidation", HOMONYM),
    ("Once", "ReplayScope", FIELD),
    ("OnceNotice", "a name without Notice", HOMONYM),
    ("Opening", "RowSealer", RIDDLE),
    ("Ours", "Put", "two enums answered one question"),
    ("PersonKey", "SubjectKey", FIELD),
    ("Place", "Discovery, or a name that says of what", HOMONYM),
    ("Room", "ProfileClient", FIELD),
    ("Surroundings", "ReadContext", RIDDLE),
    ("Tenancy", "ProfileStatus", VAGUE),
    ("TestGate", "TestGatehouse", HOMONYM),
    ("Told", "ProblemText", HOMONYM),
    ("Unheeded", "UntrustedProxyWarning", RIDDLE),
    ("Which", "SessionSelector", HOMONYM),
    ("Wish", "AuthorizationOptions", FIELD),
];

/// Names of fields, variants, constants and functions; `Type::name` where other types may use the name.
pub const NAMES: &[Word] = &[
    (
        "StillExchanging",
        "a variant of the flow's own outcome",
        "`oidc` never makes it",
    ),
    ("WebError::again", "retry_target", RIDDLE),
    ("AuthorityError::idle", "has_no_effect", RIDDLE),
    ("made_anew", "rotated", FIELD),
    ("WebError::over", "spent_attempt", RIDDLE),
    ("resting", "token_endpoint_throttled", RIDDLE),
    ("rests", "refresh_backoff", RIDDLE),
    ("WebError::stay", "no_redirect", RIDDLE),
    (
        "throttled",
        "api_throttled or token_endpoint_throttled",
        HOMONYM,
    ),
    ("unheeded", "untrusted_proxy_warning", RIDDLE),
];

/// Names of files and folders of `src`.
pub const FILES: &[Word] = &[
    ("asked", "consent_asked", VAGUE),
    ("bounded", "clock_map", FIELD),
    ("cookie_layer", "rotate_session_key", VAGUE),
    ("entry", "access_rule or access", FIELD),
    ("exchanges", "single_flight", FIELD),
    ("failed_refresh", "refresh/failure", "a folder for one flow"),
    ("frame", "layout", FIELD),
    ("gate", "services", HOMONYM),
    ("housekeeping", "maintenance", FIELD),
    ("journey", "user_flow", HOMONYM),
    ("kept", "cached_document", FIELD),
    ("lane", "bulkhead", FIELD),
    ("limits", "rate_limit", FIELD),
    ("logout_notice", "single_logout", FIELD),
    ("memo", "short_lived", RIDDLE),
    ("new_tokens", "refresh/lease", "a folder for one flow"),
    ("notice", "flash or invalidation", HOMONYM),
    ("opening", "sealed_row", RIDDLE),
    ("outage_page", "outage_texts", "the file holds no page"),
    ("panic_guard", "catch_panic", FIELD),
    ("place", "derivation, endpoints or sources", HOMONYM),
    ("posted_answer", "posted_callback", FIELD),
    ("problem_page", "texts", "the file holds no page"),
    ("provider", "authority_error", "an authority is no provider"),
    (
        "provider_help",
        "authority_error_texts",
        "an authority is no provider",
    ),
    ("room", "profile_client", FIELD),
    ("rounds", "redirect_loop", FIELD),
    ("stored", "columns", VAGUE),
    ("unheeded", "untrusted_proxy_warning", RIDDLE),
    ("used_once", "replay", FIELD),
];

/// Phrases of comments, documents, pages and messages, in whatever case.
pub const PHRASES: &[Word] = &[
    ("a secret that is not there", "a missing secret", PLAIN),
    ("agrees with itself", "is single-flight", FIELD),
    ("going round in circles", "sign-in keeps restarting", PLAIN),
    ("is told of", "is logged, or one warning names it", PLAIN),
    ("lane", "bulkhead", FIELD),
    ("lanes", "bulkheads", FIELD),
    ("made anew", "rotated", FIELD),
    ("signs in anew", "signs in again", PLAIN),
    ("are resting", "are in back-off", FIELD),
    ("is resting", "is in back-off", FIELD),
    ("that is told", "that is logged, or shown", PLAIN),
    ("that is too much", "request too large", FIELD),
    ("the gate", "gatehouse, or the services", HOMONYM),
    ("the journey", "the flow", HOMONYM),
    ("the journeys", "the flows", HOMONYM),
    ("the wish", "the options", FIELD),
    ("unheeded", "ignored", PLAIN),
    ("worth nothing", "invalid", PLAIN),
    ("you may not enter", "you don't have access", PLAIN),
];

/// Types that several files of the product define under one name, and why they may.
pub const SEVERAL_MEANINGS: &[(&str, &str)] = &[];
