//! Single values of the merged settings: texts, paths, sockets, durations, numbers, lists and secrets.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::longest_duration::{LONGEST_DURATION, LONGEST_DURATION_TEXT};
use crate::config::settings::layers::Layer;
use crate::config::settings::reader::Reader;
use crate::config::settings::secret_text::read_secret;

impl Reader<'_> {
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.0.value(key)? {
            config::ValueKind::String(text) => Some(text.clone()),
            // The strict reader of the file has reported it already.
            _ => None,
        }
    }

    pub(super) fn path(&mut self, key: &str) -> Option<PathBuf> {
        let path = self.text(key)?;
        if path.trim().is_empty() {
            self.0.fault(key, "is empty", "a path, or leave it out");
            return None;
        }
        Some(PathBuf::from(path))
    }

    pub(super) fn socket(&mut self, key: &str, default: SocketAddr) -> Option<SocketAddr> {
        let Some(text) = self.text(key) else {
            return Some(default);
        };
        let numeric = text.replacen("localhost:", "127.0.0.1:", 1);
        let address = numeric.parse().ok();
        if address.is_none() {
            let what = format!("{text:?} is not an address with a port");
            self.0.fault(
                key,
                what,
                "such as \"127.0.0.1:8080\", \"0.0.0.0:8080\" or \"[::]:8080\"",
            );
        }
        address
    }

    pub(super) fn duration(&mut self, key: &str, default: Duration) -> Option<Duration> {
        let Some(text) = self.text(key) else {
            return Some(default);
        };
        // A shutdown may have no delay; every other duration of zero is an error.
        let may_be_none = ["shutdown_delay", "shutdown_grace"].contains(&key);
        let duration = humantime::parse_duration(&text)
            .ok()
            .filter(|it| may_be_none || !it.is_zero());
        if duration.is_some_and(|duration| duration > LONGEST_DURATION) {
            let right = format!("at most \"{LONGEST_DURATION_TEXT}\"");
            self.0.fault(key, "is too long", right);
            return None;
        }
        if duration.is_none() {
            let what = format!("{text:?} is not a duration");
            self.0.fault(
                key,
                what,
                "a number with a unit, such as \"10s\"; units: ms, s, m, h, d",
            );
        }
        duration
    }

    pub(super) fn number(&mut self, key: &str, default: u64, most: u64) -> Option<u64> {
        let number = match self.0.value(key) {
            None => return Some(default),
            Some(config::ValueKind::String(text)) => text.trim().parse::<u64>().ok(),
            Some(config::ValueKind::I64(number)) => u64::try_from(*number).ok(),
            Some(config::ValueKind::U64(number)) => Some(*number),
            // The strict reader of the file has reported it already.
            Some(_) => return None,
        };
        let number = number.filter(|number| (1..=most).contains(number));
        if number.is_none() {
            self.0.fault(
                key,
                "is not in the allowed range",
                format!("a whole number from 1 to {most}"),
            );
        }
        number
    }

    pub(super) fn boolean(&mut self, key: &str, default: bool) -> Option<bool> {
        match self.0.value(key) {
            None => Some(default),
            Some(config::ValueKind::Boolean(value)) => Some(*value),
            Some(config::ValueKind::String(text)) if text == "true" => Some(true),
            Some(config::ValueKind::String(text)) if text == "false" => Some(false),
            Some(_) => {
                self.0.fault(key, "is not a known value", "true or false");
                None
            }
        }
    }

    /// A list: the items of the file's list, or the text of a variable split at commas.
    pub(super) fn list(&self, key: &str) -> Vec<String> {
        match self.0.value(key) {
            Some(config::ValueKind::String(text)) => text
                .split(',')
                .map(|item| item.trim().to_owned())
                .filter(|item| !item.is_empty())
                .collect(),
            Some(config::ValueKind::Array(items)) => items
                .iter()
                .filter_map(|item| match &item.kind {
                    config::ValueKind::String(text) => Some(text.clone()),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The text of a key or of its variant with the suffix `_file`, whichever is set in the higher layer. `value_of` reads
    /// the key itself: only a list is split at commas.
    pub(super) fn secret(
        &mut self,
        key: &str,
        value_of: impl Fn(&mut Self) -> String,
    ) -> Option<(String, String)> {
        let file_key = format!("{key}_file");
        let (value, file) = (self.0.layer(key), self.0.layer(&file_key));
        if value == Layer::Default && file == Layer::Default {
            return None;
        }
        if value == file {
            let what = format!("is given beside {key}");
            self.0.fault(&file_key, what, "one of the two");
            return None;
        }
        if value > file {
            return Some((key.to_owned(), value_of(self)));
        }
        let path = self.path(&file_key)?;
        match read_secret(&path) {
            Ok(text) => Some((file_key, text)),
            Err(what) => {
                self.0
                    .fault(&file_key, what, "a text file that gatehouse may read");
                None
            }
        }
    }
}
