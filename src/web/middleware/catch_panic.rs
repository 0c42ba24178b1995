//! Answers 500 when a handler panics; the process continues.

use std::panic::AssertUnwindSafe;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use futures_util::FutureExt as _;

use crate::web::errors::unbranded::Asker;
use crate::web::middleware::request_id::X_REQUEST_ID;

/// Turns a panic into an answer without a cause. The panic hook writes the message to standard error; the person does not
/// see it.
///
/// # Errors
/// The answer to a panic, as an error, so that no other layer changes it.
pub async fn catch<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let asker = Asker::of(&request);
    if let Ok(answered) = AssertUnwindSafe(next.call(request)).catch_unwind().await {
        return answered;
    }
    tracing::error!("a handler panicked");
    metrics::counter!("gatehouse_panics_total").increment(1);
    let mut answer = asker.answer(StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(id) = HeaderValue::from_str(asker.request_id())
        && !id.is_empty()
    {
        answer.headers_mut().insert(X_REQUEST_ID.clone(), id);
    }
    Err(InternalError::from_response("a handler panicked", answer).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service, try_call_service};
    use actix_web::{App, HttpResponse, web};

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
        let script = TestRequest::get().uri("/broken");
        let script = script.insert_header(("sec-fetch-mode", "cors"));
        let refused = try_call_service(&app, script.to_request())
            .await
            .unwrap_err();
        let text = actix_web::body::to_bytes(refused.error_response().into_body());
        let json: serde_json::Value = serde_json::from_slice(&text.await.unwrap()).unwrap();
        assert_eq!(json["error"], "failed");
        let good = try_call_service(&app, TestRequest::get().uri("/good").to_request())
            .await
            .unwrap();
        assert_eq!(good.status(), 200);
    }
}
