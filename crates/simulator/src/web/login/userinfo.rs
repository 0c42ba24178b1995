//! Userinfo (OIDC Core §5.3): at the plain provider the only place that tells name and mail address.

use actix_web::HttpResponse;
use actix_web::http::header::WWW_AUTHENTICATE;
use serde_json::{Value, json};

use crate::directory::Person;
use crate::encoding::object;
use crate::faults::{Fault, Point};
use crate::kind::Kind;
use crate::names;
use crate::tokens::access_token::{Bearer, check, is_graph};
use crate::tokens::jwt::{Signing, encode};
use crate::tokens::keys::KeyRing;
use crate::web::incoming::Incoming;
use crate::web::response;

/// Answers for the plain provider, or, without a kind, as Graph does.
pub(crate) fn answer(incoming: &Incoming<'_>, kind: Option<Kind>) -> HttpResponse {
    let platform = incoming.platform;
    let accepts = |audience: &str| match kind {
        Some(_) => names::is_openid(audience),
        None => is_graph(audience),
    };
    let bearer = incoming
        .bearer()
        .and_then(|token| check(platform, token, accepts).ok());
    let Some(bearer) = bearer.filter(|bearer| bearer.has_scope("openid")) else {
        return HttpResponse::Unauthorized()
            .insert_header((WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""))
            .json(json!({"error": "invalid_token"}));
    };
    let Some(person) = &bearer.person else {
        return response::json(403, &json!({"error": "insufficient_scope"}));
    };
    let mut claims = claims(&bearer, person);
    for fault in platform.faults.take(Point::Userinfo, kind) {
        match fault {
            Fault::UserinfoDown => return response::proxy_page(503),
            Fault::UserinfoOtherSubject => {
                if let Some(members) = claims.as_object_mut() {
                    members.insert("sub".to_owned(), "somebody-else".into());
                }
            }
            Fault::UserinfoAsJwt => return signed(incoming, &bearer, claims),
            _ => {}
        }
    }
    response::json(200, &claims)
}

fn claims(bearer: &Bearer, person: &Person) -> Value {
    let mut claims = object(json!({"sub": bearer.claims.get("sub")}));
    if bearer.has_scope("profile") {
        claims.extend(object(json!({
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
        })));
    }
    if bearer.has_scope("email") {
        claims.insert("email".to_owned(), person.mail.clone().into());
    }
    if bearer.kind != Kind::Oidc {
        // Graph says neither `preferred_username` nor whether an address is verified.
        let picture = "https://graph.microsoft.com/v1.0/me/photo/$value";
        claims.insert("picture".to_owned(), picture.into());
        return Value::Object(claims);
    }
    if bearer.has_scope("profile") {
        claims.insert("preferred_username".to_owned(), person.mail.clone().into());
        claims.insert("roles".to_owned(), json!(person.roles));
        claims.insert("groups".to_owned(), json!(person.groups));
    }
    if bearer.has_scope("email") {
        claims.insert("email_verified".to_owned(), true.into());
    }
    let asked = bearer.claims.get("sim").and_then(|sim| sim.get("userinfo"));
    let asked = asked.and_then(Value::as_array).into_iter().flatten();
    for name in asked.filter_map(Value::as_str) {
        if let Some(value) = person.standard_claim(name) {
            claims.insert(name.to_owned(), value);
        }
    }
    Value::Object(claims)
}

/// OIDC Core §5.3.2: with `iss` and `aud`.
fn signed(incoming: &Incoming<'_>, bearer: &Bearer, claims: Value) -> HttpResponse {
    let mut claims = object(claims);
    for (name, from) in [("iss", "iss"), ("aud", "azp")] {
        if let Some(value) = bearer.claims.get(from) {
            claims.insert(name.to_owned(), value.clone());
        }
    }
    let key = incoming.platform.keys.current(KeyRing::Oidc);
    let token = encode(object(json!({})), &claims, &Signing::With(&key));
    HttpResponse::Ok()
        .content_type("application/jwt")
        .body(token)
}
