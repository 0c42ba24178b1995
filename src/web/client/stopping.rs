//! The end of the process, as an answer that goes on for ever learns of it.

use std::pin::Pin;
use std::rc::Rc;

use actix_web::HttpRequest;

/// Resolves when the process stops.
pub type End = Pin<Box<dyn Future<Output = ()>>>;

/// Tells the requests of a connection that the process stops. The listener knows it first.
#[derive(Clone)]
pub struct Stopping(Rc<dyn Fn() -> End>);

impl Stopping {
    /// `signal` makes a future that resolves when the process stops, at once if it does so already.
    pub fn new<F>(signal: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = ()> + 'static,
    {
        Self(Rc::new(move || Box::pin(signal())))
    }

    /// When the process stops that serves this request. Where nobody tells, never.
    pub fn of(request: &HttpRequest) -> End {
        match request.conn_data::<Self>() {
            Some(Self(signal)) => signal(),
            None => Box::pin(std::future::pending()),
        }
    }
}
