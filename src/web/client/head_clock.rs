//! What a connection knows of its requests, so that each head has a time limit and not only the first.
//!
//! actix-http times the first head of a connection only. The listener's connection counts here: bytes that arrive while no
//! request is under way belong to a head.

use std::cell::Cell;
use std::rc::Rc;

use actix_web::dev::ServiceRequest;

/// Requests of one connection.
#[derive(Debug, Clone, Default)]
pub struct HeadClock(Rc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    begun: Cell<u64>,
    under_way: Cell<u32>,
}

impl HeadClock {
    /// How many heads have arrived.
    pub fn heads(&self) -> u64 {
        self.0.begun.get()
    }

    /// Whether a request is under way, so that what arrives may be its body.
    pub fn is_busy(&self) -> bool {
        self.0.under_way.get() > 0
    }

    /// Notes that the head of this request has arrived. `None` on a connection that counts nothing.
    pub fn note(request: &ServiceRequest) -> Option<UnderWay> {
        let clock = request.conn_data::<Self>()?;
        let counts = &clock.0;
        counts.begun.set(counts.begun.get().wrapping_add(1));
        counts
            .under_way
            .set(counts.under_way.get().saturating_add(1));
        Some(UnderWay(clock.clone()))
    }
}

/// One request under way, until this is dropped.
#[derive(Debug)]
pub struct UnderWay(HeadClock);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let under_way = &self.0.0.under_way;
        under_way.set(under_way.get().saturating_sub(1));
    }
}
