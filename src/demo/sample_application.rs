//! The sample application of the demonstration: what stands behind the gateway, and shows what it receives.
//!
//! It knows nothing of gatehouse but two addresses: a page that shows its request headers, an API that asks for an access token, a websocket
//! that sends everything back, and an event stream.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, SEC_WEBSOCKET_ACCEPT,
    SEC_WEBSOCKET_KEY, WWW_AUTHENTICATE,
};
use actix_web::web::Bytes;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use futures_util::stream::unfold;
use reqwest::redirect;

use crate::demo::echo;
use crate::domain::own_path::OwnPath;

/// The path below which the gateway forwards to it.
pub const PATH: &str = "/app";

const PAGE: &str = include_str!("sample_application.html");
const SCRIPT: &str = include_str!("sample_application.js");

/// Where the API asks whether a token is good: the simulator's own API of orders.
#[derive(Clone)]
struct Orders {
    client: reqwest::Client,
    address: String,
}

/// Serves the application on a socket.
///
/// # Errors
/// When the socket cannot be used, or there is no TLS for the API's calls.
pub fn serve(socket: TcpListener, orders: String) -> std::io::Result<Server> {
    let host = url::Url::parse(&orders).map_err(std::io::Error::other)?;
    let client = reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        // Names below `localhost` are this machine (RFC 6761 §6.3); not every system's resolver knows.
        .resolve(
            host.host_str().unwrap_or_default(),
            ([127, 0, 0, 1], 0).into(),
        )
        .build()
        .map_err(std::io::Error::other)?;
    let orders = Orders {
        client,
        address: orders,
    };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(orders.clone()))
            .route("/app", web::get().to(page))
            .route("/app/", web::get().to(page))
            .route("/app/script.js", web::get().to(script))
            .route("/app/api/orders", web::get().to(list_orders))
            .route("/app/socket", web::get().to(echo_socket))
            .route("/app/events", web::get().to(events))
    });
    let server = server.workers(1).disable_signals().shutdown_timeout(1);
    Ok(server.listen(socket)?.run())
}

/// The headers of the request, as a page.
async fn page(request: HttpRequest) -> HttpResponse {
    let mut headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), escaped(&value))
        })
        .collect();
    headers.sort();
    let mut rows = String::new();
    for (name, value) in headers {
        // Writing to a text does not fail.
        let _ = write!(
            rows,
            "<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>"
        );
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"))
        .body(
            PAGE.replace("{{sessions}}", OwnPath::Sessions.pattern())
                .replace("{{sign_out}}", OwnPath::SignOut.pattern())
                .replace("{{rows}}", &rows),
        )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

async fn script() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/javascript; charset=utf-8"))
        .body(SCRIPT)
}

/// Answers whoever has an access token for it. The simulator's API judges the token, as it would judge any other caller's.
async fn list_orders(request: HttpRequest, orders: web::Data<Orders>) -> HttpResponse {
    let Some(token) = request.headers().get(AUTHORIZATION) else {
        return HttpResponse::Unauthorized()
            .insert_header((WWW_AUTHENTICATE, "Bearer"))
            .body("no access token came with the request\n");
    };
    let asked = orders
        .client
        .get(&orders.address)
        .header("authorization", token.as_bytes())
        .send();
    let answered = async {
        let answer = asked.await?;
        let status = answer.status().as_u16();
        Ok::<_, reqwest::Error>((status, answer.bytes().await?))
    };
    match answered.await {
        Ok((status, body)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            HttpResponse::build(status)
                .content_type("application/json")
                .body(body)
        }
        Err(_) => HttpResponse::BadGateway().body("the API of orders does not answer\n"),
    }
}

/// A websocket that sends everything back.
async fn echo_socket(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let Some(key) = request.headers().get(SEC_WEBSOCKET_KEY) else {
        return HttpResponse::BadRequest().body("this address is a websocket\n");
    };
    let accept = echo::accept(key.as_bytes());
    HttpResponse::SwitchingProtocols()
        .insert_header((SEC_WEBSOCKET_ACCEPT, accept))
        .upgrade("websocket")
        .streaming(echo::frames(payload))
}

/// A line every second, for as long as somebody listens.
async fn events() -> HttpResponse {
    let ticks = unfold(0_u64, |tick| async move {
        if tick > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let line = format!("data: {tick}\n\n");
        Some((Ok::<_, std::io::Error>(Bytes::from(line)), tick + 1))
    });
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(Box::pin(ticks))
}
