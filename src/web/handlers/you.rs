//! `GET /auth/you`: who is signed in, with which account, how, and where else.

use actix_web::http::StatusCode;
use serde_json::Value;

use crate::domain::identity::Claims;
use crate::domain::language::Message;
use crate::flow::session_admin;
use crate::flow::session_check::SignedIn;
use crate::seal::csrf_token;
use crate::web::errors::mapping::WebResult;
use crate::web::extract::visit::Visit;
use crate::web::pages::{SessionRow, You, account_name, shown};

/// Claims that name an account, the best one first.
const ACCOUNT: [&str; 4] = ["preferred_username", "upn", "unique_name", "email"];

/// Shows the person's name, account and directory, when and how they signed in, and their sessions.
///
/// # Errors
/// `NotSignedIn`, `Store`.
pub async fn you(visit: Visit, signed_in: SignedIn) -> WebResult {
    let session = signed_in.session();
    let claims = session.identity.claims();
    let text = |claim: &&str| claims.get(*claim).and_then(Value::as_str).map(shown);
    let (language, since) = (visit.language(), session.created_at);
    let found = session_admin::mine(visit.services(), visit.profile(), &signed_in).await?;
    let sessions = SessionRow::all(&visit.session_list(&signed_in), &found);
    let page = You {
        frame: visit.frame(Message::new("you"), Some(&signed_in)),
        name: account_name(&signed_in),
        account: ACCOUNT.iter().find_map(text).unwrap_or_default(),
        directory: session
            .identity
            .tenant()
            .map(|tenant| tenant.to_string())
            .unwrap_or_default(),
        method: language.say(method(&claims)),
        since: language.relative(since, visit.now()),
        since_exact: language.date_time(since),
        since_iso: since.to_rfc3339(),
        others: sessions.iter().any(|row| !row.current),
        sessions,
        csrf: csrf_token(signed_in.handle()),
    };
    Ok(visit.app().pages.respond(StatusCode::OK, &page))
}

/// The message about how the person proved who they are, from the claim `amr` (RFC 8176 §2 and Microsoft's words).
fn method(claims: &Claims) -> &'static str {
    let amr = claims.get("amr").and_then(Value::as_array);
    let words: Vec<&str> = amr
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let any = |known: &[&str]| words.iter().any(|word| known.contains(word));
    let key = any(&[
        "fido", "hwk", "swk", "pop", "rsa", "sc", "wia", "x5t", "ngcmfa",
    ]);
    let code = any(&["otp", "sms", "tel", "oath"]);
    let password = any(&["pwd", "pin"]);
    match (password, key, code) {
        _ if any(&["mfa"]) => "method-several",
        (true, true, _) | (true, _, true) => "method-several",
        (_, true, _) => "method-key",
        (_, _, true) => "method-code",
        (true, _, _) => "method-password",
        _ => "method-other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_way_of_signing_in_is_told_by_the_amr_claim() {
        for (amr, expected) in [
            (json!(["pwd"]), "method-password"),
            (json!(["pwd", "mfa"]), "method-several"),
            (json!(["pwd", "otp"]), "method-several"),
            (json!(["fido"]), "method-key"),
            (json!(["otp"]), "method-code"),
            (json!(["<script>"]), "method-other"),
            (json!("pwd"), "method-other"),
            (json!(null), "method-other"),
        ] {
            let claims = Claims::from_iter([("amr".to_owned(), amr.clone())]);
            assert_eq!(method(&claims), expected, "{amr}");
        }
    }
}
