//! The pages of the demo, as different people meet them.

use super::running::Demo;
use crate::harness::browser::Browser;
use crate::scenarios::chromium::Driver;
use crate::scenarios::examiner::Examiner;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_landing_page_and_the_sample_application_serve_everybody() {
    let demo = Demo::start().await;
    let ada = demo.ada().await;
    let whole = Browser::new().get(demo.landing()).await;
    for person in ["Ada", "Grace", "Gus", "Carla", "Chad", "Guest", "Mallory"] {
        let told = format!("<strong>{person}</strong> ");
        assert_eq!(whole.text.matches(&told).count(), 1, "{person}");
    }
    demo.press("break", "authority").await;
    let broken = Browser::new().get(demo.landing()).await;
    let sample = ada.get(demo.first("/app")).await;
    assert_eq!(sample.status, 200, "{}", sample.text);
    let driver = Driver::start().await;
    let mut examiner = Examiner::new(&driver).await;
    examiner.page("landing", &whole.text).await;
    examiner.page("landing, broken", &broken.text).await;
    examiner.page("sample application", &sample.text).await;
    examiner.finds_nothing(3).await;
}
