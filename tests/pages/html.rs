//! Reads the HTML that our templates write: just enough of it to see its structure.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

impl Tag {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The opening tags in order. Panics on what our templates never write, such as an unquoted value:
/// then a value has broken out of its place.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if rest.starts_with('/') || rest.starts_with("!doctype") {
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap();
        assert!(
            end > 0,
            "a bare < before {:?}",
            rest.chars().take(40).collect::<String>()
        );
        let mut tag = Tag {
            name: rest[..end].to_owned(),
            attributes: Vec::new(),
        };
        rest = &rest[end..];
        loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix('>').or_else(|| rest.strip_prefix("/>")) {
                rest = after;
                break;
            }
            let end = rest.find(['=', ' ', '>', '/']).unwrap();
            let name = rest[..end].to_owned();
            assert!(
                !name.is_empty()
                    && name
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ':'),
                "attribute {name:?} in <{}>",
                tag.name
            );
            rest = &rest[end..];
            let mut value = String::new();
            if let Some(after) = rest.strip_prefix("=\"") {
                let end = after.find('"').unwrap();
                after[..end].clone_into(&mut value);
                rest = &after[end + 1..];
            }
            tag.attributes.push((name, value));
        }
        tags.push(tag);
    }
    tags
}

/// The structure without any value: tag and attribute names.
pub fn skeleton(html: &str) -> Vec<String> {
    let names = |tag: Tag| {
        let attributes: Vec<String> = tag.attributes.into_iter().map(|(name, _)| name).collect();
        format!("<{} {}>", tag.name, attributes.join(" "))
    };
    tags(html).into_iter().map(names).collect()
}

/// What is read between the tags, with white space as one space.
pub fn text(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
            other if !inside => text.push(other),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
