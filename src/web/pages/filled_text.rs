//! The function `fill` of templates: a message with values in it, each isolated in its direction.

use tera::{Kwargs, State, TeraResult, Value};

use crate::domain::language::{PLACE_BEGIN, PLACE_END};

/// `fill(text=text.home_welcome, name=name)`: the text as markup, in which every value stands in a `<bdi>`. The text
/// is markup already; the values are escaped.
#[expect(clippy::needless_pass_by_value, reason = "tera calls functions so")]
pub(super) fn fill(values: Kwargs, state: &State) -> TeraResult<Value> {
    let text: String = values.must_get("text")?;
    let mut html = String::new();
    let mut parts = text.split(PLACE_BEGIN);
    html.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (variable, rest) = part.split_once(PLACE_END).unwrap_or((part, ""));
        let value: String = values.must_get(variable)?;
        html.push_str("<bdi>");
        html.push_str(&state.escape(&value)?);
        html.push_str("</bdi>");
        html.push_str(rest);
    }
    Ok(Value::safe_string(&html))
}
