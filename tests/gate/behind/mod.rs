//! The guides of `docs/behind/`: real proxies, started with the very files of the guides, between a browser and an
//! application.

mod application;
mod caddy;
mod cases;
mod envoy;
mod guarded;
mod guide;
mod haproxy;
mod manifests;
mod nginx;
mod the_list;
mod traefik;
