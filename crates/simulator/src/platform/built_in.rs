//! The applications that are registered from the start, one at each kind of authority.

use crate::clients::{CLIENT_SECRET, Client, Credential, Registered};
use crate::kind::Kind;
use crate::options::Options;
use crate::scopes::{GRAPH_AUDIENCE, ORDERS_AUDIENCE, ORDERS_AUDIENCE_B2C};

/// The application of a kind.
pub(super) fn built_in(kind: Kind, options: &Options) -> Client {
    let of_kind = |urls: &[(Kind, String)]| {
        urls.iter()
            .filter(|(of, _)| *of == kind)
            .map(|(_, url)| url.clone())
            .collect()
    };
    Client {
        id: kind.client_id().to_owned(),
        kind: Some(kind),
        credential: Credential::Secrets(vec![CLIENT_SECRET.to_owned()]),
        redirect_uris: options.redirect_uris.clone(),
        post_logout_redirect_uris: options.post_logout_redirect_uris.clone(),
        front_channel_logout: of_kind(&options.front_channel_urls),
        back_channel_logout: of_kind(&options.back_channel_urls),
        spa_redirect_uris: Registered::default(),
        implicit: false,
        public_flows: kind.is_microsoft(),
        identifier_uris: Vec::new(),
        scopes: Vec::new(),
        own_signing_key: false,
        application_permissions: vec![
            format!("{GRAPH_AUDIENCE}/User.Read.All"),
            format!("{ORDERS_AUDIENCE}/Orders.Read.All"),
            format!("{ORDERS_AUDIENCE_B2C}/Orders.Read.All"),
        ],
    }
}
