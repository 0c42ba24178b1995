//! Who is calling: addresses behind trusted proxies, and how much one address may do.

pub mod address;
pub mod rate_limit;
pub mod untrusted_proxy_warning;
