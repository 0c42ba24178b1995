//! How gatehouse authenticates as a client: secrets, certificates, federated tokens.

mod certificate_expiry;
mod credentials;
mod federation;
