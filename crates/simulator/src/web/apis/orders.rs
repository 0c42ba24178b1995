//! The sample API.

use actix_web::HttpResponse;
use serde_json::json;

use crate::scopes::{ORDERS_AUDIENCE, ORDERS_AUDIENCE_B2C};
use crate::web::apis::checks::{
    Outcome, STEP_UP, bearer, carry_out_faults, challenge, error, forbidden,
};
use crate::web::incoming::Incoming;
use crate::web::response;

/// `GET /orders` needs the scope `Orders.Read`, `POST` needs `Orders.Write`.
pub(crate) async fn answer(incoming: &Incoming<'_>) -> HttpResponse {
    let challenging = match carry_out_faults(incoming).await {
        Outcome::Answered(response) => return response,
        outcome => matches!(outcome, Outcome::Challenging),
    };
    if incoming.path != "/orders" {
        return response::json(
            404,
            &error(incoming, "NotFound", "There are only orders here."),
        );
    }
    let ours = |audience: &str| audience == ORDERS_AUDIENCE || audience == ORDERS_AUDIENCE_B2C;
    let bearer = match bearer(incoming, ours) {
        Ok(bearer) => bearer,
        Err(response) => return *response,
    };
    if challenging && !bearer.has_context("c1") {
        return challenge(incoming, STEP_UP);
    }
    let needed = if incoming.method == "POST" {
        "Orders.Write"
    } else {
        "Orders.Read"
    };
    // An application on its own behalf may read every order.
    let by_role = incoming.method != "POST" && bearer.has_role("Orders.Read.All");
    if !bearer.has_scope(needed) && !by_role {
        return forbidden(incoming);
    }
    response::json(
        200,
        &json!({
            "for": bearer.person.as_ref().map(|person| &person.id),
            "orders": [
                {"id": 1001, "item": "Difference engine, brass", "pieces": 1},
                {"id": 1002, "item": "Punched cards, box of 500", "pieces": 4},
            ],
        }),
    )
}
