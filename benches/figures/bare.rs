//! What the figures are measured against: actix-web with a handler that does nothing, one that sends the very bytes of
//! an answer of the gateway, and one that reads a row by its primary key. The same allocator, time-outs and build settings as the product's.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{App, HttpResponse, HttpServer, web};
use sqlx::postgres::{PgPool, PgPoolOptions};

/// The columns that a cold check needs.
const READ: &str = "SELECT id, profile, seen_at, idle_until, version, identity FROM sessions WHERE handle_hash = $1";

async fn nothing() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body("{\"signed_in\":true}")
}

struct Rows {
    pool: PgPool,
    hashes: Vec<Vec<u8>>,
    next: AtomicUsize,
}

async fn one_row(rows: web::Data<Rows>) -> HttpResponse {
    let turn = rows.next.fetch_add(1, Ordering::Relaxed);
    let hash = rows.hashes[turn % rows.hashes.len()].as_slice();
    match sqlx::query(READ)
        .bind(hash)
        .fetch_optional(&rows.pool)
        .await
    {
        Ok(Some(_)) => HttpResponse::Ok()
            .content_type("application/json")
            .body("{\"signed_in\":true}"),
        _ => HttpResponse::ServiceUnavailable().finish(),
    }
}

/// An answer of the gateway: its headers and its body.
#[derive(Clone)]
struct Answer {
    headers: Vec<(HeaderName, HeaderValue)>,
    body: web::Bytes,
}

impl Answer {
    fn read(file: &str) -> Self {
        let text = std::fs::read_to_string(file).expect("the answer's file");
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
        let header = |line: &str| {
            let (name, value) = line.split_once(": ")?;
            // These two the server writes itself.
            let own = !["content-length", "date"].contains(&name);
            let pair = own.then(|| (name.parse().ok(), value.parse().ok()))?;
            pair.0.zip(pair.1)
        };
        Self {
            headers: head.lines().filter_map(header).collect(),
            body: web::Bytes::copy_from_slice(body.as_bytes()),
        }
    }
}

async fn same(answer: web::Data<Answer>) -> HttpResponse {
    let mut response = HttpResponse::Ok().body(answer.body.clone());
    for (name, value) in &answer.headers {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}

/// Serves on `port` until it is killed: the bytes of a file that holds an answer, and rows of a database.
pub async fn serve(
    port: u16,
    answer: Option<String>,
    database: Option<String>,
) -> std::io::Result<()> {
    let answer = answer.map(|file| web::Data::new(Answer::read(&file)));
    let rows = match database {
        Some(url) => Some(web::Data::new(rows(&url).await)),
        None => None,
    };
    HttpServer::new(move || {
        let mut app = App::new().route("/nothing", web::get().to(nothing));
        if let Some(answer) = &answer {
            app = app
                .app_data(answer.clone())
                .route("/same", web::get().to(same));
        }
        if let Some(rows) = &rows {
            app = app
                .app_data(rows.clone())
                .route("/row", web::get().to(one_row));
        }
        app
    })
    .client_request_timeout(Duration::from_secs(5))
    .keep_alive(Duration::from_secs(75))
    .bind(("127.0.0.1", port))?
    .run()
    .await
}

async fn rows(url: &str) -> Rows {
    let pool = PgPoolOptions::new()
        .max_connections(10)
        .test_before_acquire(false)
        .connect(url)
        .await
        .expect("the database");
    let hashes = sqlx::query_scalar("SELECT handle_hash FROM sessions LIMIT 20000")
        .fetch_all(&pool)
        .await
        .expect("sessions");
    Rows {
        pool,
        hashes,
        next: AtomicUsize::new(0),
    }
}
