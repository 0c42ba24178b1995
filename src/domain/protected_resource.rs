//! Protected resources (RFC 9728): how a guarded address is named, and where its metadata stands.

use super::public_url::PublicUrl;

/// Where the metadata of a resource stands, at the root of its origin; the path of the resource follows (RFC 9728 §3.1).
/// It lies below no profile's prefix, so it is no [`super::own_path::OwnPath`].
pub const METADATA_PATH: &str = "/.well-known/oauth-protected-resource";

/// Bytes of a path that a resource may have; a longer one is named by its route.
const LONGEST_PATH: usize = 512;

/// One resource: an origin and a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtectedResource {
    origin: String,
    /// Empty for the whole origin.
    path: String,
}

impl ProtectedResource {
    /// The resource at a path of a host. `None` if the path cannot be quoted in a header as it is.
    pub fn at(public_url: &PublicUrl, host: &str, path: &str) -> Option<Self> {
        let plain =
            |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte);
        let usable = path.starts_with('/') && path.len() <= LONGEST_PATH && path.bytes().all(plain);
        let scheme = if public_url.is_https() {
            "https"
        } else {
            "http"
        };
        usable.then(|| Self {
            origin: format!("{scheme}://{host}"),
            path: if path == "/" {
                String::new()
            } else {
                path.to_owned()
            },
        })
    }

    /// The resource identifier (RFC 9728 §1.2).
    pub fn identifier(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }

    /// The address of its metadata (RFC 9728 §3.1).
    pub fn metadata_address(&self) -> String {
        format!("{}{METADATA_PATH}{}", self.origin, self.path)
    }
}

/// The path of the resource that a metadata address is about; `None` if the path is no metadata address.
pub fn resource_path(path: &str) -> Option<&str> {
    match path.strip_prefix(METADATA_PATH)? {
        "" => Some("/"),
        below if below.starts_with('/') => Some(below),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_of_a_resource_stands_at_the_root_of_its_origin() {
        let url = PublicUrl::parse("https://app.example/staff").unwrap();
        for (path, identifier, address) in [
            (
                "/",
                "https://app.example",
                "https://app.example/.well-known/oauth-protected-resource",
            ),
            (
                "/staff/mcp",
                "https://app.example/staff/mcp",
                "https://app.example/.well-known/oauth-protected-resource/staff/mcp",
            ),
        ] {
            let resource = ProtectedResource::at(&url, "app.example", path).unwrap();
            assert_eq!(resource.identifier(), identifier);
            assert_eq!(resource.metadata_address(), address);
            let metadata = address.strip_prefix("https://app.example").unwrap();
            assert_eq!(resource_path(metadata), Some(path));
        }
        assert_eq!(
            resource_path("/.well-known/oauth-protected-resources"),
            None
        );
        assert_eq!(resource_path("/orders"), None);
        for path in [
            "",
            "x",
            "/a\"b",
            "/a b",
            "/a\\b",
            &format!("/{}", "a".repeat(600)),
        ] {
            assert_eq!(
                ProtectedResource::at(&url, "app.example", path),
                None,
                "{path}"
            );
        }
    }
}
