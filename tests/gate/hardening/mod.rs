//! What every answer owes: headers, disclosure, limits.

mod disclosure;
mod headers;
mod rate_limits;
