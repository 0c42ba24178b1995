//! The pages of signing out: the question and the goodbye.

use serde::Serialize;

use super::Page;
use super::frame::Frame;
use super::shown::Sentence;

/// Asks whether to sign out, because the request did not come from a page of this site.
#[derive(Debug, Clone, Serialize)]
pub struct SignOut {
    /// The surroundings.
    pub frame: Frame,
    /// The value of the hidden field `csrf`.
    pub csrf: String,
}

/// Says that nobody is signed in here any more.
#[derive(Debug, Clone, Serialize)]
pub struct SignedOut {
    /// The surroundings.
    pub frame: Frame,
    /// What ended, and what may not have.
    pub sentence: Sentence,
}

impl Page for SignOut {
    const TEMPLATE: &'static str = "sign_out.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let frame = Frame::sample_signed_in();
        vec![(
            "asks",
            Self {
                frame,
                csrf: "c2FtcGxl".to_owned(),
            },
        )]
    }
}

impl Page for SignedOut {
    const TEMPLATE: &'static str = "signed_out.html";

    fn samples() -> Vec<(&'static str, Self)> {
        let sentence = "Your session here has ended. The sign-in service may still know you; \
                        close the browser on a shared computer.";
        let frame = Frame::sample_signed_out();
        vec![(
            "here_only",
            Self {
                frame,
                sentence: sentence.into(),
            },
        )]
    }
}
