//! What the figures are measured against: actix-web with a handler that does nothing, and one that reads a row by its
//! primary key. The same allocator, time-outs and build settings as the product's.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

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

/// Serves on `port` until it is killed; with a database it reads a row for each request.
pub async fn serve(port: u16, database: Option<String>) -> std::io::Result<()> {
    let rows = match database {
        Some(url) => Some(web::Data::new(rows(&url).await)),
        None => None,
    };
    HttpServer::new(move || {
        let app = App::new().route("/nothing", web::get().to(nothing));
        match &rows {
            Some(rows) => app
                .app_data(rows.clone())
                .route("/row", web::get().to(one_row)),
            None => app,
        }
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
