//! The table of metrics. What registers, describes and documents a metric reads it here; `docs/metrics.md` is made from it.

use crate::measure::metric::{LabelValues, Metric, counter, gauge, seconds, when_known};
use crate::measure::requests::{METHODS, STATUS_CLASSES};

const PROFILE: (&str, LabelValues) = ("profile", LabelValues::Profile);
const ROUTE: (&str, LabelValues) = (
    "route",
    LabelValues::Described(
        "the name of one of our addresses (`home`, `sign_in`, `session`, …), `callback` for the redirect path, `check` for forward auth, `proxied` for a request to an upstream, `none` for anything else",
    ),
);

/// Grants of requests to a token endpoint.
pub const GRANTS: &[&str] = &["authorization_code", "refresh_token"];
/// Outcomes of a request to a token endpoint.
const TOKEN_OUTCOMES: &[&str] = &[
    "ok",
    "unavailable",
    "throttled",
    "invalid_grant",
    "refused",
    "malformed",
    "no_credential",
];
/// Why a sign-in is refused.
pub const REFUSALS: &[&str] = &[
    "attempt_not_found",
    "issuer_mismatch",
    "answer_refused",
    "not_allowed",
    "other_person",
    "step_up_not_granted",
    "authority",
];
/// What a sign-in fails for that refuses nobody.
pub const FAILURES: &[&str] = &["store", "authority", "configuration"];
/// Outcomes of a call to a server.
pub const CALL_OUTCOMES: &[&str] = &["2xx", "3xx", "4xx", "5xx", "timed_out", "no_answer"];
/// Operations of the store.
pub const OPERATIONS: &[&str] = &[
    "read",
    "read_tokens",
    "create",
    "end",
    "touch",
    "lease",
    "store_tokens",
    "record_use",
    "list",
    "sweep",
    "ping",
];

/// Every metric, in the order of the documents.
pub const TABLE: &[Metric] = &[
    when_known(counter(
        "gatehouse_http_requests_total",
        "requests",
        &[
            ROUTE,
            ("method", LabelValues::Words(&METHODS)),
            ("status", LabelValues::Words(&STATUS_CLASSES)),
        ],
        "Answers of the public listener.",
    )),
    when_known(seconds(
        "gatehouse_http_request_duration_seconds",
        &[ROUTE],
        "Time from the head of a request to the head of its answer.",
    )),
    counter(
        "gatehouse_rate_limited_total",
        "requests",
        &[(
            "limit",
            LabelValues::Words(&["attempts", "callbacks", "logout_requests"]),
        )],
        "Requests answered with 429.",
    ),
    counter(
        "gatehouse_panics_total",
        "panics",
        &[],
        "Handlers that panicked. Each is a defect.",
    ),
    counter(
        "gatehouse_sign_ins_begun_total",
        "attempts",
        &[PROFILE],
        "Attempts that were sent to the authority.",
    ),
    counter(
        "gatehouse_sign_ins_total",
        "sign-ins",
        &[PROFILE],
        "Sessions that began.",
    ),
    counter(
        "gatehouse_sign_ins_refused_total",
        "sign-ins",
        &[PROFILE, ("reason", LabelValues::Words(REFUSALS))],
        "Sign-ins that were refused.",
    ),
    counter(
        "gatehouse_sign_ins_failed_total",
        "sign-ins",
        &[PROFILE, ("cause", LabelValues::Words(FAILURES))],
        "Callbacks that an outage or a wrong configuration ended; they refuse nobody.",
    ),
    counter(
        "gatehouse_sessions_ended_total",
        "sessions",
        &[(
            "by",
            LabelValues::Words(&[
                "sign_out",
                "refresh",
                "front_channel",
                "back_channel",
                "person",
                "operator",
            ]),
        )],
        "Sessions that were ended before their time.",
    ),
    gauge(
        "gatehouse_sessions",
        "sessions",
        &[],
        "Live sessions in the database, counted once a minute or more rarely.",
    ),
    counter(
        "gatehouse_refreshes_total",
        "refreshes",
        &[
            PROFILE,
            ("outcome", LabelValues::Words(&["done", "failed"])),
        ],
        "Refreshes of tokens by this process.",
    ),
    counter(
        "gatehouse_refresh_leases_total",
        "leases",
        &[(
            "outcome",
            LabelValues::Words(&["taken", "held", "resting", "gone", "lost"]),
        )],
        "Leases that were asked for, so that one replica refreshes for all.",
    ),
    counter(
        "gatehouse_token_requests_total",
        "requests",
        &[
            PROFILE,
            ("grant", LabelValues::Words(GRANTS)),
            ("outcome", LabelValues::Words(TOKEN_OUTCOMES)),
        ],
        "Requests to token endpoints.",
    ),
    seconds(
        "gatehouse_token_request_duration_seconds",
        &[PROFILE, ("grant", LabelValues::Words(GRANTS))],
        "Time of a request to a token endpoint, with its second try.",
    ),
    counter(
        "gatehouse_authority_fetches_total",
        "documents",
        &[
            PROFILE,
            ("document", LabelValues::Words(&["metadata", "keys"])),
            (
                "outcome",
                LabelValues::Words(&["ok", "failed", "store_failed"]),
            ),
        ],
        "Fetches of an authority's metadata and keys.",
    ),
    gauge(
        "gatehouse_authority_calls_in_flight",
        "calls",
        &[],
        "Calls to authorities that have not ended, those that wait for a slot of their bulkhead included.",
    ),
    counter(
        "gatehouse_authority_calls_shed_total",
        "calls",
        &[(
            "reason",
            LabelValues::Words(&["bulkhead_full", "circuit_open"]),
        )],
        "Calls to authorities that were given up without being made.",
    ),
    counter(
        "gatehouse_api_calls_total",
        "calls",
        &[PROFILE, ("outcome", LabelValues::Words(CALL_OUTCOMES))],
        "Calls to web APIs.",
    ),
    seconds(
        "gatehouse_api_call_duration_seconds",
        &[PROFILE],
        "Time from a call to a web API to the head of its answer.",
    ),
    counter(
        "gatehouse_upstream_requests_total",
        "requests",
        &[PROFILE, ("outcome", LabelValues::Words(CALL_OUTCOMES))],
        "Requests that were passed on to upstreams.",
    ),
    seconds(
        "gatehouse_upstream_request_duration_seconds",
        &[PROFILE],
        "Time from a request to an upstream to the head of its answer.",
    ),
    seconds(
        "gatehouse_store_operation_duration_seconds",
        &[("operation", LabelValues::Words(OPERATIONS))],
        "Time of an operation of the database, with the wait for a connection.",
    ),
    counter(
        "gatehouse_store_errors_total",
        "operations",
        &[(
            "kind",
            LabelValues::Words(&["unavailable", "inconsistent", "migration"]),
        )],
        "Operations of the database that failed.",
    ),
    gauge(
        "gatehouse_store_up",
        "",
        &[],
        "1 while the database answers, else 0; asked every five seconds.",
    ),
    gauge(
        "gatehouse_store_listening",
        "",
        &[],
        "1 while the invalidations of other replicas arrive, else 0.",
    ),
    gauge(
        "gatehouse_store_connections",
        "connections",
        &[("state", LabelValues::Words(&["open", "idle", "limit"]))],
        "Connections of the pool: open, open and unused, and as many as there may be.",
    ),
    gauge(
        "gatehouse_store_clock_drift_seconds",
        "seconds",
        &[],
        "How far the database's clock is ahead of ours.",
    ),
    counter(
        "gatehouse_session_cache_hits_total",
        "checks",
        &[],
        "Session checks without a database call.",
    ),
    counter(
        "gatehouse_session_cache_misses_total",
        "checks",
        &[],
        "Session checks with a database call.",
    ),
    gauge(
        "gatehouse_session_cache_entries",
        "sessions",
        &[],
        "Sessions in memory.",
    ),
    counter(
        "gatehouse_store_cache_flushes_total",
        "flushes",
        &[],
        "How often the whole cache was invalidated.",
    ),
    counter(
        "gatehouse_session_touches_total",
        "uses",
        &[],
        "Uses of sessions that were written to the database.",
    ),
    counter(
        "gatehouse_store_swept_total",
        "rows",
        &[("table", LabelValues::Words(&["sessions", "used_once"]))],
        "Expired rows that were deleted.",
    ),
    gauge(
        "gatehouse_profiles",
        "profiles",
        &[("state", LabelValues::Words(&["serving", "broken"]))],
        "Profiles, and files that are none.",
    ),
    counter(
        "gatehouse_profile_reloads_total",
        "profiles",
        &[(
            "outcome",
            LabelValues::Words(&[
                "loaded",
                "changed",
                "moved_to_another_authority",
                "kept_last_good",
                "removed",
            ]),
        )],
        "Changes of profiles while the process ran.",
    ),
    seconds(
        "gatehouse_profile_reload_seconds",
        &[],
        "Time from the first notification of a change until requests use it.",
    ),
    gauge(
        "gatehouse_credential_expires_seconds",
        "seconds",
        &[PROFILE],
        "Time until the last client certificate of a profile expires; negative after that.",
    ),
    counter(
        "gatehouse_log_lines_dropped_total",
        "lines",
        &[],
        "Log lines that nobody read in time.",
    ),
    counter(
        "gatehouse_trace_exports_total",
        "calls",
        &[("outcome", LabelValues::Words(&["sent", "failed"]))],
        "Calls to the collector of traces. The spans of a failed call are lost.",
    ),
    gauge(
        "gatehouse_build_info",
        "",
        &[
            ("version", LabelValues::Described("the version")),
            ("commit", LabelValues::Described("the commit, or `unknown`")),
            (
                "features",
                LabelValues::Described("the compiled features, or `none`"),
            ),
        ],
        "Always 1; the labels say what runs.",
    ),
    counter(
        "process_cpu_seconds_total",
        "seconds",
        &[],
        "Processor time of the process.",
    ),
    gauge("process_open_fds", "files", &[], "Open files."),
    gauge("process_max_fds", "files", &[], "The limit of open files."),
    gauge(
        "process_virtual_memory_bytes",
        "bytes",
        &[],
        "Virtual memory.",
    ),
    gauge(
        "process_virtual_memory_max_bytes",
        "bytes",
        &[],
        "The limit of virtual memory.",
    ),
    gauge(
        "process_resident_memory_bytes",
        "bytes",
        &[],
        "Resident memory.",
    ),
    gauge(
        "process_start_time_seconds",
        "seconds",
        &[],
        "When the process started, in unix time.",
    ),
    gauge("process_threads", "threads", &[], "Threads of the process."),
];
