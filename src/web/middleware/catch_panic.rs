//! Answers 500 when a handler panics; the process continues.

use std::panic::AssertUnwindSafe;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpResponse};
use futures_util::FutureExt as _;

use crate::web::middleware::request_id::{RequestId, X_REQUEST_ID};

/// Turns a panic into a plain answer. The panic hook writes the message to standard error; the person does not see it.
///
/// # Errors
/// The answer to a panic, as an error, so that no other layer changes it.
pub async fn catch<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = request.extensions().get::<RequestId>().cloned();
    if let Ok(answered) = AssertUnwindSafe(next.call(request)).catch_unwind().await {
        return answered;
    }
    tracing::error!("a handler panicked");
    metrics::counter!("gatehouse_panics_total").increment(1);
    let mut answer = plain(id.as_ref().map_or("", RequestId::as_str));
    if let Some(id) = id {
        answer
            .headers_mut()
            .insert(X_REQUEST_ID.clone(), id.header());
    }
    Err(InternalError::from_response("a handler panicked", answer).into())
}

fn plain(request_id: &str) -> HttpResponse {
    HttpResponse::InternalServerError()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
        .body(format!("Something went wrong on our side. Please tell the operator this request id: {request_id}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service, try_call_service};
    use actix_web::{App, web};

    async fn broken() -> HttpResponse {
        std::future::ready(()).await;
        panic!("the cause, which nobody reads")
    }

    // proves: B183
    #[actix_web::test]
    async fn a_panic_is_a_500_and_the_next_request_is_answered() {
        let app = App::new()
            .route("/broken", web::get().to(broken))
            .route("/good", web::get().to(HttpResponse::Ok))
            .wrap(from_fn(catch));
        let app = init_service(app).await;
        let refused = try_call_service(&app, TestRequest::get().uri("/broken").to_request())
            .await
            .unwrap_err();
        let answer = refused.error_response();
        assert_eq!(answer.status(), 500);
        let text = actix_web::body::to_bytes(answer.into_body()).await.unwrap();
        assert!(!String::from_utf8_lossy(&text).contains("cause"));
        let good = try_call_service(&app, TestRequest::get().uri("/good").to_request())
            .await
            .unwrap();
        assert_eq!(good.status(), 200);
    }
}
