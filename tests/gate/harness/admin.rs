//! The admin listener: sessions that an operator lists and ends.

use serde_json::Value;

use super::TestGatehouse;
use super::browser::{Browser, client};

impl TestGatehouse {
    /// The sessions that an operator sees.
    pub async fn listed(&self, query: &str) -> Vec<Value> {
        let url = self.admin_url(&format!("/sessions{query}"));
        let page = Browser::new().get(url).await;
        assert_eq!(page.status, 200, "{}", page.text);
        page.json()["sessions"].as_array().unwrap().clone()
    }

    /// What an operator ends: the status, and what came of it.
    pub async fn end_sessions(&self, what: Value) -> (u16, Value) {
        let request = client().post(self.admin_url("/sessions/end"));
        let answer = request.body(what.to_string()).send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap())
    }
}
