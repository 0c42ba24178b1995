//! What every answer owes: headers, disclosure, limits.

mod connections;
mod cookie_attacks;
mod cross_site;
mod desync;
mod disclosure;
mod headers;
mod rate_limits;
