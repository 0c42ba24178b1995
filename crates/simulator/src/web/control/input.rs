//! Strict reading of JSON: an unknown or wrong field is refused with its name.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a body, or says which field is wrong.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let problem = error.inner();
        if path == "." {
            problem.to_string()
        } else {
            format!("{path}: {problem}")
        }
    })?;
    reader.end().map_err(|error| error.to_string())?;
    Ok(read)
}

/// The members of `changes` in place of those of `value`.
pub(super) fn merged<T>(value: &T, body: &[u8]) -> Result<T, String>
where
    T: serde::Serialize + DeserializeOwned,
{
    let changes: serde_json::Map<String, Value> = read(body)?;
    let mut all = serde_json::to_value(value).map_err(|error| error.to_string())?;
    if let Some(members) = all.as_object_mut() {
        members.extend(changes);
    }
    read(all.to_string().as_bytes())
}
