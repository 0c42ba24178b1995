//! Why an upstream gives no answer, or no complete one.

use std::error::Error;

use crate::proxy::connector::ConnectError;

/// A cause of another library.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why an upstream gives no answer, or no complete one.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// No connection: the name, TCP or TLS failed.
    #[error("the upstream cannot be reached")]
    Unreachable(#[source] BoxError),
    /// No connection: the upstream's certificate is not accepted.
    #[error(
        "the upstream's certificate is not accepted (http.ca_file names certificates to trust)"
    )]
    Certificate(#[source] rustls::Error),
    /// No connection within `timeouts.connect`.
    #[error("the upstream accepted no connection within timeouts.connect")]
    ConnectTimedOut,
    /// No answer within `timeouts.first_byte`.
    #[error("the upstream did not begin its answer within timeouts.first_byte")]
    NoAnswer,
    /// Nothing of a body moved for `timeouts.idle`.
    #[error("nothing moved for timeouts.idle")]
    Idle,
    /// The client sent nothing of its body for `timeouts.idle`.
    #[error("the client sent nothing of its body for timeouts.idle")]
    ClientStalled,
    /// The client's body ended before its end.
    #[error("the client went away in the middle of its body")]
    ClientLeft,
    /// The connection closed before an answer began.
    #[error("the upstream closed the connection without an answer")]
    Closed,
    /// What came is not HTTP, or broke off.
    #[error("the upstream's answer is not valid HTTP, or it broke off")]
    Broken(#[source] BoxError),
}

impl UpstreamError {
    /// What an error of the client library means.
    pub(super) fn of(error: hyper_util::client::legacy::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        let mut closed = false;
        while let Some(one) = cause {
            match one.downcast_ref() {
                Some(ConnectError::TimedOut) => return Self::ConnectTimedOut,
                Some(ConnectError::Failed(failed)) => {
                    if let Some(refused @ rustls::Error::InvalidCertificate(_)) = tls_error(failed)
                    {
                        return Self::Certificate(refused.clone());
                    }
                }
                None => {}
            }
            if let Some(sent) = one.downcast_ref::<hyper::Error>() {
                if sent.is_user() {
                    return Self::ClientLeft;
                }
                closed |= sent.is_incomplete_message() || sent.is_canceled() || sent.is_closed();
            }
            if let Some(io) = one.downcast_ref::<std::io::Error>() {
                use std::io::ErrorKind::{BrokenPipe, ConnectionReset};
                closed |= !error.is_connect() && matches!(io.kind(), BrokenPipe | ConnectionReset);
            }
            cause = one.source();
        }
        if error.is_connect() {
            Self::Unreachable(error.into())
        } else if closed {
            Self::Closed
        } else {
            Self::Broken(error.into())
        }
    }
}

/// The error of TLS within errors of input and output, which do not name it as their source.
fn tls_error(failed: &BoxError) -> Option<&rustls::Error> {
    let mut error: &(dyn Error + Send + Sync + 'static) = &**failed;
    while let Some(io) = error.downcast_ref::<std::io::Error>() {
        error = io.get_ref()?;
    }
    error.downcast_ref()
}
