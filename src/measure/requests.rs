//! The metrics of requests. Their handles are looked up once, so that counting a request costs no more than the counting itself.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{Counter, Histogram, counter, histogram};

use crate::domain::own_path::OwnPath;

/// The methods that are told apart; any other is `other`.
pub const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other",
];
/// The classes of status codes.
pub const STATUS_CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

const ROUTES: usize = OwnPath::ALL.len() + 3;

/// What a request was for. Whoever answers before routing leaves it in the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteName {
    /// One of our addresses.
    Own(OwnPath),
    /// The redirect path.
    Callback,
    /// A request that is passed on to an upstream.
    Proxied,
    /// No address of ours.
    None,
}

impl RouteName {
    /// Every name.
    pub fn all() -> impl Iterator<Item = Self> {
        let own = OwnPath::ALL.into_iter().map(Self::Own);
        own.chain([Self::Callback, Self::Proxied, Self::None])
    }

    /// Of the pattern that routing found.
    pub fn of_pattern(pattern: &str) -> Self {
        let mut own = OwnPath::ALL.into_iter();
        own.find(|own| own.pattern() == pattern)
            .map_or(Self::None, Self::Own)
    }

    /// The name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own(OwnPath::ForwardAuth) => "check",
            Self::Own(own) => own.key(),
            Self::Callback => "callback",
            Self::Proxied => "proxied",
            Self::None => "none",
        }
    }

    fn index(self) -> usize {
        match self {
            Self::Own(own) => own as usize,
            Self::Callback => ROUTES - 3,
            Self::Proxied => ROUTES - 2,
            Self::None => ROUTES - 1,
        }
    }
}

/// The method if it is told apart, else `other`.
pub fn method_name(method: &str) -> &'static str {
    let known = METHODS.iter().find(|known| **known == method);
    known.copied().unwrap_or("other")
}

/// The metrics of requests.
pub struct RequestMetrics {
    counters: Vec<OnceLock<Counter>>,
    times: Vec<OnceLock<Histogram>>,
}

impl std::fmt::Debug for RequestMetrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestMetrics")
    }
}

impl Default for RequestMetrics {
    /// The recorder must be installed before the first request.
    fn default() -> Self {
        let cells = ROUTES * METHODS.len() * STATUS_CLASSES.len();
        Self {
            counters: (0..cells).map(|_| OnceLock::new()).collect(),
            times: (0..ROUTES).map(|_| OnceLock::new()).collect(),
        }
    }
}

impl RequestMetrics {
    /// Counts an answer.
    pub fn count(&self, route: RouteName, method: &str, status: u16, took: Duration) {
        let method = METHODS.iter().position(|known| *known == method);
        let method = method.unwrap_or(METHODS.len() - 1);
        let class = usize::from(status / 100).clamp(1, STATUS_CLASSES.len()) - 1;
        let cell = (route.index() * METHODS.len() + method) * STATUS_CLASSES.len() + class;
        let counter = self.counters.get(cell).map(|cell| {
            cell.get_or_init(|| {
                let (method, class) = (METHODS.get(method), STATUS_CLASSES.get(class));
                counter!(
                    "gatehouse_http_requests_total",
                    "route" => route.as_str(),
                    "method" => method.copied().unwrap_or_default(),
                    "status" => class.copied().unwrap_or_default(),
                )
            })
        });
        if let Some(counter) = counter {
            counter.increment(1);
        }
        let time = self.times.get(route.index()).map(|cell| {
            cell.get_or_init(
                || histogram!("gatehouse_http_request_duration_seconds", "route" => route.as_str()),
            )
        });
        if let Some(time) = time {
            time.record(took.as_secs_f64());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_has_a_name_and_a_place_of_its_own() {
        let mut names: Vec<_> = RouteName::all().map(RouteName::as_str).collect();
        let places: Vec<_> = RouteName::all().map(RouteName::index).collect();
        assert_eq!(places, (0..ROUTES).collect::<Vec<_>>());
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ROUTES);
        assert_eq!(RouteName::of_pattern("/auth/sign_in").as_str(), "sign_in");
        assert_eq!(RouteName::of_pattern("/elsewhere").as_str(), "none");
    }
}
