//! `docs/behind/nginx.conf` with a real nginx.

use super::guarded::Guarded;
use super::guide::{Guide, HOST, ProxyAddresses};
use super::the_list::through_the_list;
use crate::harness::Plan;

const FILE: &str = include_str!("../../../docs/behind/nginx.conf");

const GUIDE: Guide = Guide {
    program: "nginx",
    family: "original",
    arguments,
};

fn arguments(place: &ProxyAddresses<'_>) -> Vec<String> {
    let at = place.folder.display();
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {at}/{name};\n"))
        .concat();
    let server: String = FILE
        .lines()
        .filter(|line| !line.trim_start().starts_with("ssl_certificate"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let whole = format!(
        "daemon off;\nmaster_process off;\npid {at}/pid;\nerror_log {at}/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n{paths}{server}}}\n"
    );
    let config = place.write(
        "nginx.conf",
        &whole,
        &[
            (
                "listen 443 ssl;",
                format!("listen 127.0.0.1:{};", place.port),
            ),
            ("127.0.0.1:8080", place.gatehouse()),
            ("127.0.0.1:3000", place.application()),
            (
                "server_name staff.contoso.example;",
                format!("server_name {HOST};"),
            ),
        ],
    );
    let errors = format!("{at}/error.log");
    ["-c", &config, "-p", &at.to_string(), "-e", &errors]
        .map(str::to_owned)
        .to_vec()
}

through_the_list!(GUIDE);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_cookies_than_nginx_can_take_away_are_all_kept_back() {
    let Some(guarded) = Guarded::start(&GUIDE, Plan::default()).await else {
        return;
    };
    let browser = guarded.browser_of("ada").await;
    for tab in 0..20 {
        browser.set_cookie(HOST, &format!("gatehouse-attempt-{tab}"), "sealed");
    }
    let page = guarded.fetch(&browser, "/reports").await;
    assert_eq!((page.status.as_u16(), page.text.as_str()), (200, "hi"));
    let text = guarded.application.last().text();
    assert!(!text.contains("gatehouse"), "not even of many: {text}");
}
