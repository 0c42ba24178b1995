//! Looks at a page as different people do: axe-core on a desk and on a phone, by day and by night; a narrow window, large
//! text, forced colours, less motion.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::chromium::{Driver, Look, Window};

/// Rules of axe-core that our pages do not keep, and why.
const NOT_KEPT: [(&str, &str); 3] = [
    (
        "color-contrast-enhanced",
        "AAA: the pages keep 4.5 to 1, and 7 to 1 with prefers-contrast",
    ),
    (
        "meta-refresh",
        "a page about an outage loads itself again, as asked for; it holds nothing that a person could lose, and says so",
    ),
    ("meta-refresh-no-exceptions", "AAA: the same"),
];

/// Runs every rule that is not experimental, and calls back with a line for each violation.
const JUDGE: &str = r#"
const [without, done] = arguments;
const rules = axe.getRules().filter((rule) => !rule.tags.includes("experimental") && !rule.tags.includes("deprecated"));
const values = rules.map((rule) => rule.ruleId).filter((id) => !without.includes(id));
axe.run(document, { runOnly: { type: "rule", values } }).then(
  (judged) => done([values.length, judged.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`))]),
  (error) => done([0, [String(error)]]),
);
"#;

/// Width and height of windows, in CSS pixels.
const DESKTOP: (u32, u32) = (1280, 900);
const PHONE: (u32, u32) = (390, 844);
/// WCAG 2.2 §1.4.10: 320 CSS pixels.
const NARROW: (u32, u32) = (320, 640);

/// A window, and where pages are written to for it.
pub struct Examiner {
    window: Window,
    axe: String,
    folder: tempfile::TempDir,
    /// Every fault that was found, with its page.
    faults: Vec<String>,
    pages: usize,
}

impl Examiner {
    pub async fn new(driver: &Driver) -> Self {
        let tools = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target"),
            PathBuf::from,
        );
        let path = tools.join("tools/axe.min.js");
        let axe = std::fs::read_to_string(&path)
            .expect("axe-core is not there: `scripts/axe` fetches it, as `make test` does");
        Self {
            window: driver.window(Look::Desktop).await,
            axe,
            folder: tempfile::TempDir::new().unwrap(),
            faults: Vec::new(),
            pages: 0,
        }
    }

    /// A file beside the pages, such as a style sheet.
    pub fn beside(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Looks at a page in every way. Its scripts and its own reloading are left out: they would take it away.
    pub async fn page(&mut self, name: &str, html: &str) {
        let path = self.folder.path().join("page.html");
        std::fs::write(&path, standing(html)).unwrap();
        self.window
            .open(&format!("file://{}", path.display()))
            .await;
        self.window.run(&self.axe, vec![]).await;
        self.pages += 1;
        for scheme in ["light", "dark"] {
            for size in [DESKTOP, PHONE] {
                // Without motion the new colours are there at once.
                let still = ("prefers-reduced-motion", "reduce");
                self.show(size, &[("prefers-color-scheme", scheme), still])
                    .await;
                self.judge(name, scheme, size).await;
                self.look(name, size, &["fits", "targets"]).await;
            }
        }
        self.show(NARROW, &[]).await;
        self.look(name, NARROW, &["fits", "whole", "targets"]).await;
        // Every size of ours is in `rem`, so this is text of 200 % (WCAG 2.2 §1.4.4).
        let large = "document.documentElement.style.fontSize = '200%'";
        self.window.run(large, vec![]).await;
        for size in [DESKTOP, PHONE] {
            self.show(size, &[]).await;
            self.look(name, size, &["fits", "whole"]).await;
        }
        self.window
            .run("document.documentElement.style.fontSize = ''", vec![])
            .await;
        let calm = [
            ("forced-colors", "active"),
            ("prefers-reduced-motion", "reduce"),
        ];
        self.show(DESKTOP, &calm).await;
        self.look(name, DESKTOP, &["forced colours", "stillness"])
            .await;
    }

    async fn show(&self, (width, height): (u32, u32), media: &[(&str, &str)]) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.window
            .devtools("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        let features: Vec<Value> = media
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": value }))
            .collect();
        self.window
            .devtools(
                "Emulation.setEmulatedMedia",
                json!({ "features": features }),
            )
            .await;
    }

    async fn judge(&mut self, name: &str, scheme: &str, (width, _): (u32, u32)) {
        let without: Vec<&str> = NOT_KEPT.iter().map(|(rule, _)| *rule).collect();
        let judged = self
            .window
            .client
            .execute_async(JUDGE, vec![json!(without)]);
        let judged = judged.await.unwrap();
        assert!(judged[0].as_u64().unwrap() > 80, "{name}: {judged}");
        let found = judged[1].as_array().unwrap().iter();
        let told =
            found.map(|fault| format!("{name}, {scheme}, {width}: {}", fault.as_str().unwrap()));
        self.faults.extend(told);
    }

    async fn look(&mut self, name: &str, (width, _): (u32, u32), wanted: &[&str]) {
        let script = include_str!("look.js");
        let found = self.window.run(script, vec![json!(wanted)]).await;
        let found = found.as_array().unwrap().iter();
        let told = found.map(|fault| format!("{name}, {width}: {}", fault.as_str().unwrap()));
        self.faults.extend(told);
    }

    /// Closes the window, and gives what was found.
    pub async fn found(self) -> Vec<String> {
        self.window.close().await;
        self.faults
    }

    /// Closes the window. At least `pages` pages were looked at, and nothing is wrong with any of them.
    pub async fn finds_nothing(self, pages: usize) {
        assert!(self.pages >= pages, "{} pages", self.pages);
        let faults = self.found().await;
        assert!(
            faults.is_empty(),
            "{} faults:\n{}",
            faults.len(),
            faults.join("\n")
        );
    }
}

/// The page without what takes it away: scripts go, and it is loaded again after hours instead of seconds.
fn standing(html: &str) -> String {
    let mut parts = html.split("<script");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once("</script>").map_or("", |(_, after)| after));
    }
    match text.split_once("http-equiv=\"refresh\" content=\"") {
        Some((before, after)) => {
            let (_, after) = after.split_once('"').unwrap();
            format!("{before}http-equiv=\"refresh\" content=\"3600\"{after}")
        }
        None => text,
    }
}
