//! The pages of signing out: the question, the goodbye, and the empty page in an authority's iframe.

use serde::Serialize;

use super::Page;
use super::frame::Frame;
use super::shown::{Href, Sentence};

/// Asks whether to sign out, because the request came from another site.
#[derive(Debug, Clone, Serialize)]
pub struct SignOut {
    /// The surroundings.
    pub frame: Frame,
    /// The value of the hidden field `csrf`.
    pub csrf: String,
}

/// Says that the person is signed out here.
#[derive(Debug, Clone, Serialize)]
pub struct SignedOut {
    /// The surroundings.
    pub frame: Frame,
    /// What is still to be known, for instance that the authority could not be told.
    pub remark: Option<Sentence>,
    /// Where to sign in again.
    pub sign_in_href: Href,
}

/// The page that an authority loads in an iframe (OpenID Connect Front-Channel Logout 1.0 §2).
/// It says nothing: whether there was a session is nobody's business there.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct FrontChannel {}

impl Page for SignOut {
    const TEMPLATE: &'static str = "sign_out.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![(
            "asks",
            Self {
                frame: Frame::sample_signed_in(),
                csrf: "c2FtcGxl".to_owned(),
            },
        )]
    }
}

impl Page for SignedOut {
    const TEMPLATE: &'static str = "signed_out.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let frame = Frame::sample_signed_out();
        let sign_in_href = frame.base.join("/auth/sign_in");
        let plain = Self {
            frame,
            remark: None,
            sign_in_href,
        };
        let remark = "The sign-in service could not be reached, so you may still be signed in there. \
                      On a shared computer, close all browser windows.";
        let untold = Self {
            remark: Some(remark.into()),
            ..plain.clone()
        };
        vec![("plain", plain), ("authority_not_told", untold)]
    }
}

impl Page for FrontChannel {
    const TEMPLATE: &'static str = "front_channel.html";

    fn samples() -> Vec<(&'static str, Self)> {
        vec![("empty", Self {})]
    }
}
