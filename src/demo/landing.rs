//! The landing page of the demonstration: the scenarios as links, what can be broken, the two replicas, and whom to sign in
//! as.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, LOCATION, ORIGIN,
};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::demo::breakage::{Breakage, Workbench};
use crate::demo::ports::Ports;
use crate::demo::profiles::{BEHIND_A_PROXY, PLACES, first_api};
use crate::demo::replica_state::ReplicaState;
use crate::demo::sample_application;
use crate::domain::own_path::{AdminPath, OwnPath};

const PAGE: &str = include_str!("landing.html");
const STYLE: &str = include_str!("../../templates/assets/style.css");

/// People of the simulator worth trying, each with what to look at.
const PEOPLE: [(&str, &str); 7] = [
    (
        "Ada",
        "is a plain member: everything works, so begin with her and look at the claims of her token.",
    ),
    (
        "Grace",
        "is an administrator: look at the two roles and the two groups in her token details.",
    ),
    (
        "Gus",
        "is in three hundred groups, more than fit into a token: compare his token details with those of Grace.",
    ),
    (
        "Carla",
        "must consent first: decline once, and read what the page says before you sign in again.",
    ),
    (
        "Chad",
        "is asked by Graph for a stronger sign-in: call Graph, and watch the browser go to the authority and come back to the call.",
    ),
    (
        "Guest",
        "belongs to another directory: look at the account and the directory on the page You at Entra ID.",
    ),
    (
        "Mallory",
        "has a script for a name: it stays text on every page, and in the headers that the sample application receives.",
    ),
];

/// What the page is made of.
pub(super) struct Landing {
    pub(super) ports: Ports,
    pub(super) workbench: Workbench,
}

/// What the terminal says when everything answers.
pub(super) fn announcement(ports: Ports) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "gatehouse demo is ready.\n\n  Open  http://localhost:{}/\n\n",
        ports.landing
    );
    for (_, host, title) in PLACES {
        // Writing to a text does not fail.
        let _ = writeln!(text, "  {title:<32} http://{host}:{}/", ports.gateway);
    }
    let (proxy, gateway, sample) = (ports.proxy, ports.gateway, ports.sample);
    let _ = writeln!(
        text,
        "\n  With a proxy of your own (docs/behind): let it listen at http://{BEHIND_A_PROXY}:{proxy}/,\n  ask http://127.0.0.1:{gateway}/auth/check and forward to http://127.0.0.1:{sample}."
    );
    text.push_str("\n  Sign in as ada, grace, gus, carla, chad, guest or mallory: a click, no password.\n  Ctrl-C ends it and leaves nothing behind.\n");
    text
}

/// `GET /`
pub(super) async fn show(request: HttpRequest, landing: web::Data<Landing>) -> HttpResponse {
    if !is_ours(&request, landing.ports.landing) {
        return HttpResponse::Forbidden().finish();
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // The one page with its style inside: it is served without the gateway's assets.
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"))
        .body(landing.page().await)
}

/// `POST /break/{what}`
pub(super) async fn break_it(
    request: HttpRequest,
    what: web::Path<String>,
    landing: web::Data<Landing>,
) -> HttpResponse {
    landing.set(&request, &what, true).await
}

/// `POST /mend/{what}`
pub(super) async fn mend_it(
    request: HttpRequest,
    what: web::Path<String>,
    landing: web::Data<Landing>,
) -> HttpResponse {
    landing.set(&request, &what, false).await
}

/// Whether a request is for this page, and not sent by a page of another site: one that resolves its own name to this
/// machine, or one with a form of its own. A program such as curl says nothing about itself.
fn is_ours(request: &HttpRequest, port: u16) -> bool {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let hosts = [format!("localhost:{port}"), format!("127.0.0.1:{port}")];
    let Some(host) = header(HOST.as_str()).filter(|host| hosts.iter().any(|own| own == host))
    else {
        return false;
    };
    let site = header("sec-fetch-site").unwrap_or("none");
    let read = request.method().is_safe() && site != "cross-site";
    let own = header(ORIGIN.as_str()).is_none_or(|origin| origin == format!("http://{host}"));
    read || (own && matches!(site, "none" | "same-origin"))
}

impl Landing {
    async fn set(&self, request: &HttpRequest, what: &str, broken: bool) -> HttpResponse {
        if !is_ours(request, self.ports.landing) {
            return HttpResponse::Forbidden().finish();
        }
        let Some(what) = Breakage::parse(what) else {
            return HttpResponse::NotFound().finish();
        };
        match self.workbench.set(what, broken).await {
            Ok(()) => HttpResponse::SeeOther()
                .insert_header((LOCATION, format!("/#{}", what.word())))
                .finish(),
            Err(error) => HttpResponse::InternalServerError()
                .content_type("text/plain; charset=utf-8")
                .body(format!("{error}\n")),
        }
    }

    /// The page with the addresses and the state of now.
    async fn page(&self) -> String {
        let ports = self.ports;
        let client = &self.workbench.client;
        let (first, second) = tokio::join!(
            ReplicaState::of(client, ports.admin),
            ReplicaState::of(client, ports.second_admin)
        );
        let replicas = [
            replica("First replica", ports.gateway, &first),
            replica("Second replica", ports.second, &second),
        ];
        let people = each(&PEOPLE, |(name, what)| {
            format!("<li><strong>{name}</strong> {what}</li>")
        });
        PAGE.replace("{{style}}", STYLE)
            .replace("{{rows}}", &rows(ports.gateway))
            .replace("{{breakages}}", &each(&Breakage::ALL, |one| self.row(*one)))
            .replace("{{replicas}}", &replicas.concat())
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

    /// One thing to break, with its button and the line that does the same.
    fn row(&self, what: Breakage) -> String {
        let broken = self.workbench.is_broken(what);
        let (title, sentence) = what.told();
        let word = what.word();
        let (verb, button) = match (broken, what) {
            (true, Breakage::Profile) => ("mend", "Undo it"),
            (true, _) => ("mend", "Mend it"),
            (false, Breakage::Profile) => ("break", "Edit it"),
            (false, Breakage::Sessions) => ("break", "End them"),
            (false, _) => ("break", "Break it"),
        };
        let badge = match (broken, what) {
            (false, _) => "",
            (true, Breakage::Profile) => " <span class=\"badge good\">edited now</span>",
            (true, _) => " <span class=\"badge bad\">broken now</span>",
        };
        let port = self.ports.landing;
        format!(
            "<li id=\"{word}\"><div class=\"session-text\"><h3 class=\"session-head\">{title}{badge}</h3><p>{sentence}</p>\
             <p class=\"hint\"><code>curl -X POST http://localhost:{port}/{verb}/{word}</code></p></div>\
             <form method=\"post\" action=\"/{verb}/{word}\"><button class=\"button small\" type=\"submit\" aria-label=\"{button}: {title}\">{button}</button></form></li>"
        )
    }
}

fn rows(gateway: u16) -> String {
    each(&PLACES, |(kind, host, title)| {
        let api = first_api(*kind);
        let button = |path: &str, text: &str| {
            format!(
                "<td><a class=\"button small\" href=\"http://{host}:{gateway}{path}\">{text}</a></td>"
            )
        };
        format!(
            "<tr><th scope=\"row\">{title}</th>{}{}{}</tr>",
            button(OwnPath::Home.pattern(), "Open"),
            button(&OwnPath::CallApi.named("", api), &format!("Call {api}")),
            button(sample_application::PATH, "Open application")
        )
    })
}

fn replica(title: &str, port: u16, state: &ReplicaState) -> String {
    let (class, told) = if state.ready {
        ("good", "ready")
    } else {
        ("bad", "not ready")
    };
    let sessions = state
        .sessions
        .map_or_else(|| "unknown".to_owned(), |count| count.to_string());
    let links = each(&PLACES, |(_, host, title)| {
        format!("<li><a href=\"http://{host}:{port}/\">{title}</a></li>")
    });
    format!(
        "<section class=\"card\"><h3 class=\"session-head\">{title} <span class=\"badge {class}\">{told}</span></h3>\
         <p class=\"hint\">Port {port}. Sessions: {sessions}.</p><ul class=\"places\">{links}</ul></section>"
    )
}

fn each<T>(items: &[T], written: impl Fn(&T) -> String) -> String {
    items.iter().map(written).collect()
}
