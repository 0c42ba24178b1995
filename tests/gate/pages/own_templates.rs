//! Templates of a profile: they take the place of ours, escape what they print, and never take a page away.

use crate::harness::browser::{Browser, Page};
use crate::harness::{Kind, Plan, TestGatehouse, eventually};

const KIND: Kind = Kind::EntraId;
const BEGIN: &str = "{% extends \"builtin/home.html\" %}{% block main %}";
const END: &str = "{% endblock main %}";

fn write(gate: &TestGatehouse, name: &str, text: &str) {
    let folder = gate.profiles_folder().join("contoso");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
}

fn with_templates(gate: &TestGatehouse) {
    gate.edit(KIND, |text| format!("templates = \"contoso\"\n{text}"));
}

async fn with_home(text: &str) -> TestGatehouse {
    let gate = Plan::default().start().await;
    write(&gate, "home.html", &format!("{BEGIN}{text}{END}"));
    with_templates(&gate);
    gate
}

async fn home(gate: &TestGatehouse, kind: Kind) -> Page {
    Browser::new().get(gate.url(kind, "/")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profiles_own_template_shows_for_that_profile_alone() {
    let gate = with_home("<h1>Ours</h1>").await;
    let own = home(&gate, KIND).await;
    assert_eq!(own.status, 200);
    assert!(own.text.contains("<h1>Ours</h1>") && own.text.contains("class=\"top\""));
    let policy = own.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"));
    let other = home(&gate, Kind::B2c).await;
    assert!(!other.text.contains("Ours"), "{}", other.text);
    let rest = Browser::new()
        .get(gate.url(KIND, "/auth/token_details"))
        .await;
    assert!(rest.text.contains("401"), "other pages stay ours");
}

// Attack: a name that is markup, where an operator's template prints it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_own_template_escapes_a_hostile_name_whatever_its_file_is_called() {
    let gate = Plan::default().start().await;
    write(&gate, "_who.html", "<p title=\"{{ name }}\">{{ name }}</p>");
    write(
        &gate,
        "home.html",
        &format!("{BEGIN}<h1>x</h1>{{% include \"_who.html\" %}}{END}"),
    );
    with_templates(&gate);
    let browser = gate.browser_of(KIND, "mallory").await;
    let page = browser.get(gate.url(KIND, "/")).await;
    assert!(
        page.text.contains("<p title=\"&lt;script&gt;"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("<script"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_template_shows_by_itself_and_a_broken_one_keeps_the_last_good() {
    let gate = with_home("<h1>First</h1>").await;
    write(&gate, "home.html", &format!("{BEGIN}<h1>Second</h1>{END}"));
    eventually("the changed template shows", async || {
        home(&gate, KIND).await.text.contains("Second")
    })
    .await;
    write(
        &gate,
        "home.html",
        &format!("{BEGIN}<h1>{{{{ frame.tilte }}}}</h1>{END}"),
    );
    eventually("the broken template is told", async || {
        !gate.problems(KIND.name()).await.is_empty()
    })
    .await;
    let problems = gate.problems(KIND.name()).await;
    assert!(
        problems.len() == 1
            && problems[0].contains("contoso/home.html:1:")
            && problems[0].contains("`title`"),
        "{problems:?}"
    );
    let last_good = home(&gate, KIND).await;
    assert!(last_good.status == 200 && last_good.text.contains("Second"));
    write(&gate, "home.html", &format!("{BEGIN}<h1>Third</h1>{END}"));
    eventually("the repaired template shows", async || {
        home(&gate, KIND).await.text.contains("Third")
            && gate.problems(KIND.name()).await.is_empty()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_file_in_the_folder_shows_by_itself() {
    let gate = with_home("<h1>Home</h1>").await;
    let body =
        "{% extends \"builtin/problem.html\" %}{% block main %}<h1>Lost</h1>{% endblock main %}";
    write(&gate, "problem.html", body);
    let begun = std::time::Instant::now();
    eventually("the new template shows", async || {
        let page = Browser::new().get(gate.url(KIND, "/nowhere")).await;
        page.text.contains("<h1>Lost</h1>")
    })
    .await;
    // Long before the folder is read for want of news.
    assert!(begun.elapsed() < std::time::Duration::from_secs(8));
}

// Attack: a template that reads a file of the machine, or a template of another profile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_cannot_include_a_file_from_elsewhere() {
    let gate = with_home("<h1>Good</h1>").await;
    let other = gate.profiles_folder().join("fabrikam");
    std::fs::create_dir_all(&other).unwrap();
    std::fs::write(other.join("_part.html"), "of another").unwrap();
    let link = gate.profiles_folder().join("contoso/_link.html");
    for named in [
        "/etc/hostname",
        "../fabrikam/_part.html",
        "fabrikam/_part.html",
        "../../gatehouse.toml",
    ] {
        write(
            &gate,
            "home.html",
            &format!("{BEGIN}{{% include \"{named}\" %}}{END}"),
        );
        gate.live.reload().unwrap();
        let problems = gate.problems(KIND.name()).await;
        assert!(
            problems[0].contains("Unknown template"),
            "{named}: {problems:?}"
        );
    }
    write(
        &gate,
        "home.html",
        &format!("{BEGIN}<h1>x</h1>{{% include \"_link.html\" %}}{END}"),
    );
    std::os::unix::fs::symlink("/etc/hostname", &link).unwrap();
    gate.live.reload().unwrap();
    let problems = gate.problems(KIND.name()).await;
    assert!(
        problems[0].contains("leads out of the profile's folder"),
        "{problems:?}"
    );
    assert!(home(&gate, KIND).await.text.contains("Good"));
}

// Attack: an operator's template sends a form without the proof, which would invite people to weaken the check.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_without_its_proof_is_told_when_the_profile_is_read() {
    let gate = Plan::default().start().await;
    let form = "{% extends \"builtin/sign_out.html\" %}{% block main %}<h1>Bye</h1>\
                <form method=\"post\" action=\"{{ frame.url.sign_out }}\"><button>Go</button></form>{% endblock main %}";
    write(&gate, "sign_out.html", form);
    gate.edit(KIND, |text| format!("templates = \"contoso\"\n{text}"));
    let problems = gate.problems(KIND.name()).await;
    assert!(problems[0].contains("field `csrf`"), "{problems:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profiles_own_style_sheet_has_an_address_of_its_own() {
    let gate = Plan::default().start().await;
    write(&gate, "style.css", "body { color: black }");
    with_templates(&gate);
    let page = home(&gate, KIND).await.text.replace("&#x2F;", "/");
    let (_, rest) = page.split_once("/auth/assets/style-").unwrap();
    let name = rest.split('"').next().unwrap();
    let path = format!("/auth/assets/style-{name}");
    let sheet = Browser::new().get(gate.url(KIND, &path)).await;
    assert_eq!(sheet.text, "body { color: black }");
    let elsewhere = Browser::new().get(gate.url(Kind::B2c, &path)).await;
    assert_eq!(elsewhere.status, 404);
}

/// The samples have no such person: the built-in page stands in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_that_fails_for_one_person_shows_that_person_our_page() {
    let gate = with_home(
        "<h1>{% if name is containing(pat=\"script\") %}{{ throw(message=\"no\") }}{% endif %}Ours</h1>",
    )
    .await;
    let ada = gate.browser_of(KIND, "ada").await;
    assert!(
        ada.get(gate.url(KIND, "/"))
            .await
            .text
            .contains("Ours</h1>")
    );
    let mallory = gate.browser_of(KIND, "mallory").await;
    let page = mallory.get(gate.url(KIND, "/")).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Welcome") && !page.text.contains("Ours</h1>"));
}
