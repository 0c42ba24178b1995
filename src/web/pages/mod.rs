//! Pages: one typed context for each template, its samples, and the assets that pages name.
//!
//! Owns what people see and the look of it. Does not know which request a page answers, nor what a handler decided.

mod account;
mod assets;
mod claim;
mod filled_text;
mod layout;
mod outcome;
mod own_pages;
mod page;
mod page_response;
mod renderer;
mod session_row;
mod shown_text;
mod template_faults;

pub use account::*;
pub use assets::Asset;
pub use claim::Claim;
pub use layout::{AssetNames, Frame, PageLanguage, SampleSite, Urls};
pub use outcome::*;
pub use own_pages::{PageCompiler, own_pages};
pub use page::{Page, Sampled};
pub use page_response::{FrameOptions, account_name};
pub use renderer::{Pages, PagesError, RenderedSample};
pub use session_row::{SessionListOptions, SessionRow};
pub use shown_text::shown;
