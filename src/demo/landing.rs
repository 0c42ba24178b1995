//! The landing page of the demonstration: the scenarios as links, and whom to sign in as.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use crate::demo::ports::Ports;
use crate::demo::profiles::{PLACES, first_api};
use crate::demo::sample_application;
use crate::domain::own_path::{AdminPath, OwnPath};

const PAGE: &str = include_str!("landing.html");
const STYLE: &str = include_str!("../../templates/assets/style.css");

/// People of the simulator worth trying.
const PEOPLE: [(&str, &str); 7] = [
    ("Ada", "a plain member: everything works"),
    ("Grace", "an administrator, with roles and groups"),
    (
        "Gus",
        "in three hundred groups, so that the token leaves them out",
    ),
    ("Carla", "a customer who must consent first"),
    (
        "Chad",
        "Graph asks for a stronger sign-in (claims challenge)",
    ),
    ("Guest", "somebody of another directory"),
    ("Mallory", "whose name is a script; it stays text"),
];

/// The page with the addresses of this run.
pub fn page(ports: Ports) -> String {
    let origin = |host: &str| format!("http://{host}:{}", ports.gateway);
    let rows = each(&PLACES, |(kind, host, title)| {
        let (home, api) = (origin(host), first_api(*kind));
        let button = |path: &str, text: &str| {
            format!("<td><a class=\"button small\" href=\"{home}{path}\">{text}</a></td>")
        };
        format!(
            "<tr><th scope=\"row\">{title}</th>{}{}{}</tr>",
            button(OwnPath::Home.pattern(), "Open"),
            button(&OwnPath::CallApi.named("", api), &format!("Call {api}")),
            button(sample_application::PATH, "Open application")
        )
    });
    let people = each(&PEOPLE, |(name, what)| {
        format!("<li><strong>{name}</strong>: {what}</li>")
    });
    PAGE.replace("{{style}}", STYLE)
        .replace("{{rows}}", &rows)
        .replace("{{people}}", &people)
        .replace(
            "{{simulator}}",
            &format!("http://localhost:{}/", ports.simulator),
        )
        .replace(
            "{{admin}}",
            &format!(
                "http://localhost:{}{}",
                ports.admin,
                AdminPath::Ready.path()
            ),
        )
}

/// What the terminal says when everything answers.
pub fn announcement(ports: Ports) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "gatehouse demo is ready.\n\n  Open  http://localhost:{}/\n\n",
        ports.landing
    );
    for (_, host, title) in PLACES {
        // Writing to a text does not fail.
        let _ = writeln!(text, "  {title:<32} http://{host}:{}/", ports.gateway);
    }
    text.push_str("\n  Sign in as ada, grace, gus, carla, chad, guest or mallory: a click, no password.\n  Ctrl-C ends it and leaves nothing behind.\n");
    text
}

/// `GET /`
pub async fn landing(page: web::Data<String>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // The one page with its style inside: it is served without the gateway's assets.
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"))
        .body(page.as_str().to_owned())
}

fn each<T>(items: &[T], written: impl Fn(&T) -> String) -> String {
    items.iter().map(written).collect()
}
