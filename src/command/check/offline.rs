//! `check`: shows every problem of settings and profiles, and what to register for each profile.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::app::page_compiler::page_compiler;
use crate::command::check::answer::Answer;
use crate::command::check::look::look;
use crate::command::check::online;
use crate::command::check::registration::{Registration, credential_state, registration};
use crate::command::cli;
use crate::command::cli::{Cli, Format};
use crate::command::local_port::port_of_a_browser;
use crate::command::sources;
use crate::command::terminal::{Failed, Terminal};
use crate::config::profile::profile_reader::ReadContext;
use crate::config::report::problem::{in_order, source_name};
use crate::config::report::rendering;
use crate::config::report::rendering::Looks;
use crate::config::{Problem, Settings, Sources, load_files, load_folder};
use crate::domain::clock::Timestamp;
use crate::domain::profile::{Profile, ProfileId};

/// A profile without errors in its file, and what is known about it.
struct Known {
    profile: Arc<Profile>,
    /// Whether neither the offline nor the online checks found an error.
    good: bool,
    file: String,
    registration: Registration,
    credential: Vec<String>,
    answers: Vec<Answer>,
}

pub(in crate::command) fn check(
    cli: &Cli,
    check: &cli::CheckArgs,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    check_sources(&sources::sources(cli, terminal)?, check, terminal)
}

/// The same with settings from these sources.
pub(in crate::command) fn check_sources(
    sources: &Sources,
    check: &cli::CheckArgs,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    let settings = Settings::read(sources);
    let of_profiles = Settings::offline(sources).map_err(Failed::Problems)?;
    let folder = &of_profiles.profiles;
    let variables = terminal.variables.clone();
    let variable = |name: &str| variables.get(name).cloned();
    let templates = page_compiler(of_profiles.templates.as_deref()).map_err(Failed::Said)?;
    let context = ReadContext {
        variable: &variable,
        session: of_profiles.session,
        boundary: &of_profiles.boundary,
        templates: &templates,
    };
    let loaded = if check.files.is_empty() {
        load_folder(folder, context)?
    } else {
        load_files(&check.files, context)
    };
    let mut problems = loaded.problems();
    // With files on the command line, the check is about these files only.
    if check.files.is_empty() {
        if loaded.profile_files.is_empty() {
            problems.push(empty_folder(folder));
        }
        problems.extend(settings.as_ref().err().into_iter().flatten().cloned());
    }
    let now = terminal.clock.now();
    let files: Vec<PathBuf> = loaded.profile_files.keys().cloned().collect();
    let mut known: Vec<Known> = loaded
        .profiles
        .iter()
        .map(|profile| describe(profile, &files, now, &mut problems))
        .collect();
    problems.extend(
        known
            .iter()
            .filter_map(|known| port_problem(known, of_profiles.boundary.listen)),
    );
    if check.online {
        let settings = settings.map_err(Failed::Problems)?;
        let answers = online::ask_all(&settings, terminal, &loaded.profiles)?;
        problems.extend(add_answers(&mut known, answers));
    }
    in_order(&mut problems);
    match check.format {
        Format::Text => write_text(&known, &problems, terminal)?,
        Format::Json => write_json(&known, &problems, terminal)?,
    }
    let bad = problems.iter().any(Problem::is_error);
    if bad { Err(Failed::Told) } else { Ok(()) }
}

fn empty_folder(folder: &Path) -> Problem {
    let remedy = "make the first profile with `gatehouse init KIND PROFILE-ID`";
    Problem::of(
        source_name(folder),
        "the folder contains no profile",
        remedy,
    )
}

/// The warning that browsers of this machine come to another port than the listener's.
fn port_problem(known: &Known, listen: Option<SocketAddr>) -> Option<Problem> {
    let port = port_of_a_browser(&known.profile.public_url, listen)?;
    let listening = listen?.port();
    let what = format!("browsers come to port {port}, and gatehouse listens on port {listening}");
    let right = format!(
        "`gatehouse serve --listen 127.0.0.1:{port}`, unless a proxy of this machine has port {port}"
    );
    Some(
        Problem::of(&known.file, what, right)
            .about("public_url")
            .as_warning(),
    )
}

/// The problem that an authority's bad answer becomes in the report.
/// Adds the authorities' answers to what is known, and returns the problems that they show.
fn add_answers(known: &mut [Known], answers: Vec<(ProfileId, Vec<Answer>)>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (id, answers) in answers {
        if let Some(known) = known.iter_mut().find(|known| known.profile.id == id) {
            let found = answers
                .iter()
                .filter_map(|answer| problem_of(known, answer));
            problems.extend(found);
            known.good &= answers.iter().all(|answer| answer.good);
            known.answers = answers;
        }
    }
    problems
}

fn problem_of(known: &Known, answer: &Answer) -> Option<Problem> {
    let what = format!("online: {}: {}", answer.question, answer.sentence);
    (!answer.good).then(|| Problem::of(&known.file, what, &answer.help))
}

fn describe(
    profile: &Arc<Profile>,
    files: &[PathBuf],
    now: Timestamp,
    problems: &mut Vec<Problem>,
) -> Known {
    let named = |file: &&PathBuf| {
        file.file_stem()
            .is_some_and(|stem| stem.to_string_lossy() == profile.id.as_str())
    };
    let file = files
        .iter()
        .find(named)
        .map(|file| source_name(file))
        .unwrap_or_default();
    let (credential, found) = credential_state(profile, &file, now);
    let good = !found.iter().any(Problem::is_error);
    problems.extend(found);
    Known {
        good,
        profile: Arc::clone(profile),
        registration: registration(profile),
        file,
        credential,
        answers: Vec::new(),
    }
}

fn write_text(
    known: &[Known],
    problems: &[Problem],
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    for item in known {
        write_known(item, terminal)?;
    }
    let text = rendering::text(problems, terminal.err_looks);
    terminal.err.write_all(text.as_bytes())?;
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let warnings = problems.len() - errors;
    writeln!(
        terminal.out,
        "{} good, {errors} {}, {warnings} {}",
        counted(known.iter().filter(|item| item.good).count(), "profile"),
        if errors == 1 { "error" } else { "errors" },
        if warnings == 1 { "warning" } else { "warnings" },
    )?;
    Ok(())
}

fn write_known(item: &Known, terminal: &mut Terminal<'_>) -> Result<(), Failed> {
    let (green, red, plain) = match terminal.out_looks {
        Looks::Terminal { color: true } => ("\u{1b}[32m", "\u{1b}[31m", "\u{1b}[0m"),
        _ => ("", "", ""),
    };
    let profile = &item.profile;
    let mark = |good| if good { (green, "✓") } else { (red, "✗") };
    let (color, sign) = mark(item.good);
    writeln!(
        terminal.out,
        "{color}{sign}{plain} {} ({}) {}",
        profile.id,
        profile.authority.kind(),
        profile.public_url
    )?;
    let registration = &item.registration;
    let back_channel = registration.back_channel_logout_uri.as_ref();
    let rows = [
        ("redirect URI", Some(&registration.redirect_uri)),
        (
            "post-logout redirect URI",
            Some(&registration.post_logout_redirect_uri),
        ),
        (
            "front-channel logout URL",
            Some(&registration.front_channel_logout_uri),
        ),
        ("back-channel logout URL", back_channel),
    ];
    writeln!(
        terminal.out,
        "  register at {}:",
        profile.authority.as_str()
    )?;
    for (name, address) in rows {
        if let Some(address) = address {
            writeln!(terminal.out, "    {name:<25} {address}")?;
        }
    }
    for note in &registration.notes {
        writeln!(terminal.out, "    note: {note}")?;
    }
    for line in item.credential.iter().chain(&look(profile)) {
        writeln!(terminal.out, "  {line}")?;
    }
    for answer in &item.answers {
        let (color, sign) = mark(answer.good);
        let (question, sentence) = (&answer.question, &answer.sentence);
        let help = match answer.help.as_str() {
            "" => String::new(),
            help => format!("; {help}"),
        };
        writeln!(
            terminal.out,
            "  {color}{sign}{plain} {question}: {sentence}{help}"
        )?;
    }
    Ok(())
}

fn write_json(
    known: &[Known],
    problems: &[Problem],
    terminal: &mut Terminal<'_>,
) -> Result<(), Failed> {
    let profiles: Vec<Value> = known
        .iter()
        .map(|item| {
            json!({
                "id": item.profile.id.as_str(),
                "good": item.good,
                "file": item.file,
                "kind": item.profile.authority.kind().as_str(),
                "public_url": item.profile.public_url.to_string(),
                "register": item.registration,
                "credential": item.credential,
                "look": look(&item.profile),
                "online": item.answers,
            })
        })
        .collect();
    let document = json!({ "profiles": profiles, "problems": rendering::json(problems) });
    writeln!(terminal.out, "{document:#}")?;
    Ok(())
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
