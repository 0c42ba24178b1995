//! Answers that belong to no profile: to an unknown host, for a profile that is not ready, and after a panic.
//!
//! A page for people, JSON for scripts, plain text for everybody else. Nothing of the request is repeated.

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, HeaderMap, RETRY_AFTER,
};
use actix_web::{HttpMessage as _, HttpResponse, web};
use serde_json::json;

use crate::domain::language::{Language, LanguageOptions};
use crate::web::app_state::AppState;
use crate::web::cookies::plain::ChosenLanguage;
use crate::web::errors::problem_text::{ProblemText, problem};
use crate::web::errors::texts::status_text;
use crate::web::extract::provenance::{is_script, reads_pages};
use crate::web::extract::visit::wants_json;
use crate::web::middleware::request_id::RequestId;
use crate::web::middleware::security_headers::add_for_data;
use crate::web::pages::Unbranded;

/// Seconds after which a profile that is not ready may be.
const NOT_READY_SECONDS: u64 = 60;

/// What an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AskedAs {
    Person,
    Script,
    Other,
}

/// What is kept of a request, so that it can be answered when it is gone. Cheap: every request makes one.
pub struct Asker {
    app: Option<web::Data<AppState>>,
    reader: AskedAs,
    /// Whether the same request may be sent again.
    safe: bool,
    /// The headers that choose the language.
    headers: HeaderMap,
    id: Option<RequestId>,
}

impl std::fmt::Debug for Asker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asker")
            .field("reader", &self.reader)
            .finish_non_exhaustive()
    }
}

impl Asker {
    /// Who sent the request.
    pub fn of(request: &ServiceRequest) -> Self {
        let http = request.request();
        let reader = if reads_pages(http) {
            AskedAs::Person
        } else if wants_json(http) || is_script(http) {
            AskedAs::Script
        } else {
            AskedAs::Other
        };
        let mut headers = HeaderMap::new();
        if reader != AskedAs::Other {
            for name in [ACCEPT_LANGUAGE, COOKIE] {
                for value in request.headers().get_all(&name) {
                    headers.append(name.clone(), value.clone());
                }
            }
        }
        Self {
            app: request.app_data::<web::Data<AppState>>().cloned(),
            reader,
            safe: request.method().is_safe(),
            headers,
            id: request.extensions().get::<RequestId>().cloned(),
        }
    }

    /// The answer of a status: 404 for an unknown host, 503 for a profile that is not ready, 400 for a request that names
    /// no host, 500 for a panic.
    pub fn answer(&self, status: StatusCode) -> HttpResponse {
        let problem = problem_of(status);
        let language = self.language();
        let mut response = HttpResponse::build(status);
        let waits = status == StatusCode::SERVICE_UNAVAILABLE;
        if waits {
            response.insert_header((RETRY_AFTER, NOT_READY_SECONDS.to_string()));
        }
        let id = self.request_id();
        let mut answer = match (self.reader, &self.app) {
            (AskedAs::Person, Some(app)) => {
                let reload = (waits && self.safe).then_some(NOT_READY_SECONDS);
                let page = Unbranded {
                    frame: app
                        .pages
                        .unbranded_frame(&problem.heading, &language, reload),
                    heading: language.text(&problem.heading),
                    sentence: language.text(&problem.sentence),
                    again: status.is_server_error() && self.safe,
                    request_id: id.to_owned(),
                };
                response.insert_header((CONTENT_SECURITY_POLICY, app.pages.unbranded_policy()));
                app.pages.respond_with(response, &page)
            }
            (AskedAs::Script, _) => response.json(json!({
                "error": problem.word,
                "message": language.text(&problem.sentence),
                "request_id": id,
            })),
            _ => {
                let heading = language.text(&problem.heading);
                let sentence = language.text(&problem.sentence);
                response
                    .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
                    .body(format!("{heading}\n{sentence}\n{id}\n"))
            }
        };
        add_for_data(answer.headers_mut(), false);
        answer
    }

    /// The id of the request in the log.
    pub fn request_id(&self) -> &str {
        self.id.as_ref().map_or("", RequestId::as_str)
    }

    /// What the person chose on another page of the host, or what the browser wants, or English.
    fn language(&self) -> Language {
        let accepted = self.headers.get(ACCEPT_LANGUAGE);
        LanguageOptions::default().choose(
            ChosenLanguage::read_at_any(&self.headers),
            accepted.and_then(|value| value.to_str().ok()),
        )
    }
}

fn problem_of(status: StatusCode) -> ProblemText {
    match status {
        StatusCode::NOT_FOUND => problem("not_found", "problem-unknown-host"),
        StatusCode::SERVICE_UNAVAILABLE => problem("not_ready", "problem-not-ready"),
        other => status_text(other),
    }
}
