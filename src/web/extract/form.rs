//! The form in a request's body: urlencoded, limited in size, and limited in the time that it may take to arrive.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::{ErrorRequestTimeout, ErrorUnsupportedMediaType};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;

use crate::web::extract::parameters::Parameters;

/// How long a body may take to arrive; the server limits the time for the head of a request by itself.
const BODY_TIME_OUT: Duration = Duration::from_secs(10);
const URLENCODED: &str = "application/x-www-form-urlencoded";

/// The parameters of a posted form; none for a request of any other method. The `PayloadConfig` of the route limits the
/// size.
#[derive(Debug, Default)]
pub struct PostedForm(pub Parameters);

impl FromRequest for PostedForm {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if request.method() != Method::POST {
            return Box::pin(std::future::ready(Ok(Self::default())));
        }
        let has_type = request.headers().contains_key(CONTENT_TYPE);
        if has_type && !request.content_type().eq_ignore_ascii_case(URLENCODED) {
            return Box::pin(std::future::ready(Err(ErrorUnsupportedMediaType(""))));
        }
        Box::pin(within(BODY_TIME_OUT, Bytes::from_request(request, payload)))
    }
}

async fn within(
    time_out: Duration,
    body: impl Future<Output = Result<Bytes, Error>>,
) -> Result<PostedForm, Error> {
    match tokio::time::timeout(time_out, body).await {
        Ok(body) => Ok(PostedForm(Parameters::parse(&body?))),
        Err(_) => Err(ErrorRequestTimeout("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    async fn read(request: TestRequest) -> Result<PostedForm, StatusCode> {
        let (request, mut payload) = request.to_http_parts();
        PostedForm::from_request(&request, &mut payload)
            .await
            .map_err(|error| error.as_response_error().status_code())
    }

    // proves: C157
    #[tokio::test]
    async fn a_body_without_end_is_given_up() {
        let never = std::future::pending::<Result<Bytes, Error>>();
        let refused = within(Duration::from_millis(1), never).await.unwrap_err();
        assert_eq!(
            refused.as_response_error().status_code(),
            StatusCode::REQUEST_TIMEOUT
        );
    }

    // proves: B66
    #[tokio::test]
    async fn only_urlencoded_forms_are_read() {
        for kind in [
            "application/json",
            "multipart/form-data; boundary=x",
            "text/plain",
        ] {
            let posted = TestRequest::post()
                .insert_header((CONTENT_TYPE, kind))
                .set_payload("a=1");
            assert_eq!(
                read(posted).await.unwrap_err(),
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "{kind}"
            );
        }
        let kind = (
            CONTENT_TYPE,
            "application/x-www-form-urlencoded;charset=utf-8",
        );
        let PostedForm(form) = read(
            TestRequest::post()
                .insert_header(kind)
                .set_payload("a=%C3%A9&b=2&b=3"),
        )
        .await
        .unwrap();
        assert_eq!((form.value("a"), form.value("b")), (Some("é"), None));
    }
}
