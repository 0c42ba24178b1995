//! What a client asks for in tokens by the `claims` parameter (OIDC Core §5.5).

use serde_json::Value;

use crate::encoding::Members;

/// What a `claims` parameter puts into the `access_token` or the `id_token`: authentication contexts and client
/// capabilities.
pub(crate) fn requested(claims: Option<&Value>, token: &str) -> Members {
    let wanted = |name: &str| {
        let claim = claims?.get(token)?.get(name)?;
        let one = claim.get("value").map(|value| vec![value.clone()]);
        one.or_else(|| claim.get("values")?.as_array().cloned())
            .map(Value::Array)
    };
    ["acrs", "xms_cc"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), wanted(name)?)))
        .collect()
}
