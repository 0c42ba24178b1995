//! The table and the JSON file.

use std::path::Path;

use serde::Serialize;

/// What a figure must be.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case", tag = "is", content = "than")]
pub enum Limit {
    AtLeast(f64),
    AtMost(f64),
    /// Measured to be known.
    None,
}

/// One measured figure.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: &'static str,
    pub limit: Limit,
    pub met: bool,
    /// The absolute values behind it, on this machine.
    pub detail: String,
}

/// All figures of a run.
#[derive(Debug, Default)]
pub struct Report {
    figures: Vec<Figure>,
}

impl Report {
    pub fn add(
        &mut self,
        name: &str,
        value: f64,
        unit: &'static str,
        limit: Limit,
        detail: String,
    ) {
        let met = match limit {
            Limit::AtLeast(least) => value >= least,
            Limit::AtMost(most) => value <= most,
            Limit::None => true,
        };
        eprintln!("  {name}: {value:.3} {unit} ({detail})");
        self.figures.push(Figure {
            name: name.to_owned(),
            value,
            unit,
            limit,
            met,
            detail,
        });
    }

    /// Prints the table.
    pub fn print(&self) {
        println!(
            "\n{:<62} {:>10} {:<8} {:>10}  met",
            "figure", "measured", "unit", "limit"
        );
        for figure in &self.figures {
            let limit = match figure.limit {
                Limit::AtLeast(least) => format!("≥ {least}"),
                Limit::AtMost(most) => format!("≤ {most}"),
                Limit::None => "—".to_owned(),
            };
            let met = match figure.limit {
                Limit::None => "",
                _ if figure.met => "yes",
                _ => "NO",
            };
            println!(
                "{:<62} {:>10.3} {:<8} {:>10}  {met}",
                figure.name, figure.value, figure.unit, limit
            );
        }
    }

    /// Writes the figures beside those of earlier runs.
    pub fn write(&self, folder: &Path, stamp: &str) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let machine = serde_json::json!({
            "processors": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
            "pinned": super::process::pins(),
        });
        let text = serde_json::to_string_pretty(
            &serde_json::json!({ "at": stamp, "machine": machine, "figures": self.figures }),
        )?;
        let path = folder.join(format!("{}.json", stamp.replace(':', "")));
        std::fs::write(&path, text)?;
        println!("\nwritten to {}", path.display());
        Ok(())
    }
}
