//! gatehouse: a multi-tenant, configuration-driven auth gateway.

/// What people and their browsers see.
pub mod web {
    pub mod pages;
}
