//! Logos, long names and colours of profiles in Chromium, on a desk, a phone and a screen of 320 px (WCAG 2.2 §1.4.10).

use super::chromium::{Driver, Look, Window};
use crate::harness::{Kind, Plan, TestGatehouse};

const KIND: Kind = Kind::B2c;
const WIDE: &str = include_str!("../../data/branding/wide.svg");
const WIDE_DARK: &str = include_str!("../../data/branding/wide-dark.svg");
const SQUARE: &str = include_str!("../../data/branding/square.svg");
const LONG: &str = "Donaudampfschifffahrtsgesellschaft Kundenzentrum für Österreich";

async fn fits(window: &Window, name: &str) {
    let script = "return document.documentElement.scrollWidth - window.innerWidth";
    let overflow = window.client.execute(script, vec![]).await.unwrap();
    assert!(
        overflow.as_i64().unwrap() <= 0,
        "{name} is too wide by {overflow}"
    );
    let loaded = "return [...document.images].every(it => it.complete && it.naturalWidth > 0)";
    let loaded = window.client.execute(loaded, vec![]).await.unwrap();
    assert_eq!(loaded, true, "{name}: a picture is not shown");
}

/// The button beside the brand is whole, and nothing of the head lies upon anything else.
async fn nothing_overlaps(window: &Window, name: &str) {
    let script = "const box = it => it.getBoundingClientRect(); \
                  const parts = [...document.querySelectorAll('.top .brand-logo, .top .brand-name, .top .button')].map(box); \
                  return parts.every((a, i) => parts.every((b, j) => i === j || a.right <= b.left + 0.5 || b.right <= a.left + 0.5 \
                  || a.bottom <= b.top + 0.5 || b.bottom <= a.top + 0.5))";
    let apart = window.client.execute(script, vec![]).await.unwrap();
    assert_eq!(apart, true, "{name}: parts of the head overlap");
}

fn branded(gate: &TestGatehouse, title: &str, table: &str) {
    gate.edit(KIND, |text| {
        let text = text.split("\n[branding]").next().unwrap().to_owned();
        let lines = text.lines().map(|line| {
            if line.starts_with("title = ") {
                format!("title = {title:?}")
            } else {
                line.to_owned()
            }
        });
        format!(
            "{}\n[branding]\n{table}\n",
            lines.collect::<Vec<_>>().join("\n")
        )
    });
}

/// `make screenshots`, then look at them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wide_logos_and_long_names_fit_a_phone() {
    let driver = Driver::start().await;
    let gate = Plan::default().start().await;
    for (name, text) in [
        ("wide.svg", WIDE),
        ("wide-dark.svg", WIDE_DARK),
        ("square.svg", SQUARE),
    ] {
        std::fs::write(gate.profiles_folder().join(name), text).unwrap();
    }
    let wide = "logo = \"wide.svg\"\nlogo_dark = \"wide-dark.svg\"";
    let brands = [
        (
            "wide",
            "Contoso",
            format!("{wide}\naccent = \"#0a5fb4\"\nfavicon = \"square.svg\""),
        ),
        (
            "wide-long",
            LONG,
            format!(
                "{wide}\naccent = \"#ffd400\"\nnotice = \"Wartung am Sonntag von 8 bis 10 Uhr.\""
            ),
        ),
        (
            "square-long",
            LONG,
            "logo = \"square.svg\"\naccent = \"#e30613\"".to_owned(),
        ),
    ];
    for (name, title, table) in brands {
        branded(&gate, title, &table);
        for look in Look::ALL.into_iter().chain([Look::Narrow]) {
            let window = driver.window(look).await;
            for (page, signs_in) in [("signed-out", false), ("signed-in", true)] {
                window.open(&gate.url(KIND, "/")).await;
                if signs_in {
                    window.open(&gate.url(KIND, "/auth/sign_in")).await;
                    window.click("button[value=ada]").await;
                    window.reads("Welcome").await;
                }
                let name = format!("brand-{name}-{page}");
                window.photograph(&name).await;
                fits(&window, &name).await;
                nothing_overlaps(&window, &name).await;
            }
            window.close().await;
        }
    }
}

/// The policy of the page lets the profile's own sheet in: a button has the colour that `check` names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_has_the_readable_shade_of_the_profiles_colour() {
    let driver = Driver::start().await;
    let gate = Plan::default().start().await;
    branded(&gate, "Contoso", "accent = \"#0a5fb4\"");
    let window = driver.window(Look::Desktop).await;
    window.open(&gate.url(KIND, "/")).await;
    let script =
        "return getComputedStyle(document.querySelector('.button.primary')).backgroundColor";
    let colour = window.client.execute(script, vec![]).await.unwrap();
    assert_eq!(colour, "rgb(10, 95, 180)");
    window.close().await;
}

// Attack: a tenant's logo is an SVG with a script, and a person opens its address.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_runs_no_script_of_a_logo() {
    let driver = Driver::start().await;
    let gate = Plan::default().start().await;
    let script = "document.documentElement.setAttribute('data-ran', 'yes')";
    let evil = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\" onload=\"{script}\"><script>{script}</script></svg>"
    );
    std::fs::write(gate.profiles_folder().join("evil.svg"), evil).unwrap();
    branded(&gate, "Contoso", "logo = \"evil.svg\"");
    let window = driver.window(Look::Desktop).await;
    window.open(&gate.url(KIND, "/")).await;
    let address = window
        .client
        .execute("return document.images[0].src", vec![]);
    let address = address.await.unwrap().as_str().unwrap().to_owned();
    window.open(&address).await;
    let ran = "return document.documentElement.getAttribute('data-ran')";
    let ran = window.client.execute(ran, vec![]).await.unwrap();
    assert!(ran.is_null(), "{ran}");
    window.close().await;
}
