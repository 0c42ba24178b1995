//! Secrets and tokens as types that print `[redacted]`.
//!
//! To read one is a visible call, `expose`; the few places that call it are where it is sent or sealed.

use secrecy::{ExposeSecret, SecretString};

macro_rules! secret_text {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(SecretString);

        impl $name {
            /// Wraps the text.
            pub fn new(text: impl Into<String>) -> Self {
                Self(SecretString::from(text.into()))
            }

            /// The text itself: call this only where it is sent or sealed.
            pub fn expose(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("[redacted]")
            }
        }
    )+};
}

secret_text! {
    /// The password that proves the gateway to an authority's token endpoint.
    ClientSecret;
    /// What an API asks for to answer on a person's behalf.
    AccessToken;
    /// What the authority asks for to give new tokens.
    RefreshToken;
    /// The signed statement about a person, as it was received.
    IdToken;
    /// The authorization code of a callback (RFC 6749 §4.1.2).
    AuthorizationCode;
    /// The `code_verifier` of one attempt (RFC 7636 §4.1).
    CodeVerifier;
    /// The `nonce` of one attempt (OIDC Core §3.1.2.1).
    Nonce;
    /// The `state` of one attempt as it travels (RFC 6749 §4.1.1).
    State;
    /// A JWT that proves the gateway instead of a secret (RFC 7523 §2.2).
    ClientAssertion;
    /// A private key in PEM form.
    PrivateKeyPem;
    /// An address that holds a password, such as a database's.
    SecretUrl;
}
