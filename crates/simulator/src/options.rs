//! How a simulator is started.
//!
//! Owns the settings and their defaults; applies none of them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use serde::{Deserialize, Serialize};

use crate::clients::{Client, Registered};
use crate::config::{PersonSettings, TenantSettings};
use crate::kind::Kind;
use crate::shapes::Shapes;

/// What the simulator takes for now, in seconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Fills a buffer with what codes, tokens and session ids are made of.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Settings of one simulator; [`Options::default`] is good for a demonstration.
#[derive(Clone)]
pub struct Options {
    /// Address to listen on; loopback unless said otherwise.
    pub listen: IpAddr,
    /// Port for plain http and `CONNECT`; 0 takes a free one.
    pub port: u16,
    /// Port for direct TLS, for those who write a hosts file; 0 takes a free one.
    pub tls_port: Option<u16>,
    /// Folder of the certificate authority (`ca.pem`, `ca-key.pem`). Without it, the authority lives as long as the process.
    pub ca: Option<PathBuf>,
    /// The simulator's notion of now.
    pub clock: Clock,
    /// The source of codes and handles. Signing keys have their own.
    pub random: Random,
    /// Seconds until an access token expires.
    pub access_token_lifetime: i64,
    /// Seconds until an ID token expires; Microsoft's kinds date it 300 seconds back, so `exp - iat` is 3900.
    pub id_token_lifetime: i64,
    /// Seconds until an unused authorization code expires.
    pub code_lifetime: i64,
    /// Seconds until an unused refresh token expires.
    pub refresh_token_lifetime: i64,
    /// `interval` of device authorizations, in seconds.
    pub device_code_interval: i64,
    /// `refresh_in` of token answers, in seconds; absent when `None`.
    pub refresh_in: Option<i64>,
    /// Where the applications registered from the start may send codes.
    pub redirect_uris: Registered,
    /// Where the applications registered from the start may return after sign-out.
    pub post_logout_redirect_uris: Registered,
    /// Front-channel logout addresses of the applications registered from the start.
    pub front_channel_urls: Vec<(Kind, String)>,
    /// Back-channel logout addresses of the applications registered from the start.
    pub back_channel_urls: Vec<(Kind, String)>,
    /// Further applications.
    pub clients: Vec<Client>,
    /// Further tenants. The first one of a kind comes before the built-in one.
    pub tenants: Vec<TenantSettings>,
    /// Further people, and changes of sample people.
    pub people: Vec<PersonSettings>,
    /// A request with the `login_hint` of a person is answered without a page.
    pub auto_sign_in: bool,
    /// Where deployments of the same kind differ.
    pub shapes: Shapes,
    /// Whether faults and calls can be reached over HTTP.
    pub control: bool,
    /// Threads that answer.
    pub workers: usize,
    /// How many calls are remembered; older ones are forgotten, counters go on.
    pub remembered_calls: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            tls_port: None,
            ca: None,
            clock: Arc::new(system_now),
            random: system_random(),
            access_token_lifetime: 3600,
            id_token_lifetime: 3600,
            code_lifetime: 600,
            refresh_token_lifetime: 90 * 24 * 3600,
            device_code_interval: 5,
            refresh_in: None,
            redirect_uris: Registered::AnyLoopback,
            post_logout_redirect_uris: Registered::AnyLoopback,
            front_channel_urls: Vec::new(),
            back_channel_urls: Vec::new(),
            clients: Vec::new(),
            tenants: Vec::new(),
            people: Vec::new(),
            auto_sign_in: false,
            shapes: Shapes::default(),
            control: false,
            workers: 2,
            remembered_calls: 10_000,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("port", &self.port)
            .field("redirect_uris", &self.redirect_uris)
            .field("shapes", &self.shapes)
            .finish_non_exhaustive()
    }
}

/// The real time, in seconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the clock itself; whoever wants another gives one in the options"
)]
pub(crate) fn system_now() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or(0)
}

fn system_random() -> Random {
    let source = SystemRandom::new();
    Arc::new(move |buffer| {
        // aws-lc aborts the process rather than fail here, so there is no error to pass on.
        let _ = source.fill(buffer);
    })
}

/// The settings that the control interface can change. Lifetimes are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lifetimes {
    pub auto_sign_in: bool,
    pub access_token_lifetime: i64,
    pub id_token_lifetime: i64,
    pub code_lifetime: i64,
    pub refresh_token_lifetime: i64,
    pub refresh_in: Option<i64>,
    pub device_code_interval: i64,
}

impl From<&Options> for Lifetimes {
    fn from(options: &Options) -> Self {
        Self {
            auto_sign_in: options.auto_sign_in,
            access_token_lifetime: options.access_token_lifetime,
            id_token_lifetime: options.id_token_lifetime,
            code_lifetime: options.code_lifetime,
            refresh_token_lifetime: options.refresh_token_lifetime,
            refresh_in: options.refresh_in,
            device_code_interval: options.device_code_interval,
        }
    }
}

impl Lifetimes {
    /// The name of a value that is less than one second, if there is one.
    pub(crate) fn too_short(&self) -> Option<&'static str> {
        [
            ("access_token_lifetime", self.access_token_lifetime),
            ("id_token_lifetime", self.id_token_lifetime),
            ("code_lifetime", self.code_lifetime),
            ("refresh_token_lifetime", self.refresh_token_lifetime),
            ("refresh_in", self.refresh_in.unwrap_or(1)),
            ("device_code_interval", self.device_code_interval),
        ]
        .into_iter()
        .find_map(|(name, seconds)| (seconds < 1).then_some(name))
    }
}
