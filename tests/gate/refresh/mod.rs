//! Refresh: when tokens are renewed, what each outcome means, the lease, and the back-off after a failure.

mod back_off;
mod background;
mod lease;
mod outcomes;
