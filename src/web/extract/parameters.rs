//! The parameters of a query or of a posted form, decoded, and those that go with a sign-in link from one host to another.
//!
//! A form is urlencoded, limited in size, and limited in the time that it may take to arrive.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::{ErrorRequestTimeout, ErrorUnsupportedMediaType};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{Error, FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;

use crate::domain::profile::{PassedParameter, Profile};

/// Decoded parameters, in the order in which they were sent.
#[derive(Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes `application/x-www-form-urlencoded` text.
    pub fn parse(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The parameters of a request's query.
    pub fn of_query(request: &HttpRequest) -> Self {
        Self::parse(request.query_string().as_bytes())
    }

    /// The value of one parameter. A parameter that was sent twice has no value: neither the first nor the last wins.
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut values = self
            .iter()
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value);
        let first = values.next();
        if values.next().is_some() { None } else { first }
    }

    /// All parameters, repeated ones included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs()
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// All parameters as pairs of name and value.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Whether no parameter was sent.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Vec<(String, String)>> for Parameters {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

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

/// Asks for the account picker.
pub const OTHER_ACCOUNT: &str = "other_account";

/// Names a path of this host: the sign-in asks for what the route there demands, wherever the link leads.
pub const STEP_UP_FOR: &str = "step_up_for";

/// What a sign-in link asks for besides its target, as far as the profile lets it through.
pub fn passed_on<'a>(query: &'a Parameters, profile: &Profile) -> Vec<(&'static str, &'a str)> {
    let of_profile = profile.authorize.pass.iter().map(|name| name.as_str());
    std::iter::once(OTHER_ACCOUNT)
        .chain(of_profile)
        .filter_map(|name| Some((name, query.value(name)?)))
        .collect()
}

/// Whether the link wants more than any session: another account, or a sign-in of its own.
pub fn wants_new_session(query: &Parameters, profile: &Profile) -> bool {
    let demanding = [
        PassedParameter::Prompt,
        PassedParameter::MaxAge,
        PassedParameter::AcrValues,
    ]
    .map(PassedParameter::as_str);
    let mut passed = passed_on(query, profile).into_iter();
    passed.any(|(name, value)| match name {
        OTHER_ACCOUNT => value == "1",
        name => demanding.contains(&name),
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;

    use super::*;

    // proves: B190, C22
    #[test]
    fn a_parameter_that_occurs_twice_has_no_value() {
        let twice = Parameters::parse(b"a=1&b=2&a=1");
        assert_eq!(twice.value("a"), None);
        assert_eq!(twice.value("b"), Some("2"));
        assert_eq!(twice.iter().count(), 3);
    }

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
