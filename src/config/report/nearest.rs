//! The known word that is nearest to a misspelt one.

use strsim::osa_distance;

/// The known word that `word` was probably meant to be: at most a third of its letters
/// differ, and two letters in the wrong order count as one.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |text: &str| text.to_ascii_lowercase().replace('-', "_");
    let word = fold(word);
    // A longer word is no typing error, and the comparison takes quadratic time.
    if word.len() > 64 {
        return None;
    }
    let allowed = (word.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (osa_distance(&word, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_finds_its_neighbour_and_a_strange_one_finds_none() {
        let known = ["client_id", "client_secret", "authority", "kind"];
        for (word, expected) in [
            ("client_idd", Some("client_id")),
            ("Client-ID", Some("client_id")),
            ("clientsecret", Some("client_secret")),
            ("autority", Some("authority")),
            ("kinf", Some("kind")),
            ("knid", Some("kind")),
            ("password", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
