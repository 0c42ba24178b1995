//! The commented templates: complete but for their placeholders, and what `init` writes.

use gatehouse::command::init::template;
use gatehouse::config::report::rendering::{Looks, text as report};
use gatehouse::domain::authority::Kind;

use crate::harness::text;

#[test]
fn a_template_says_of_nothing_but_its_placeholders_that_it_is_wrong() {
    for kind in Kind::ALL {
        let problems = text(template(kind)).problems();
        let shown = report(&problems, Looks::Plain);
        assert!(problems.len() >= 4, "{shown}");
        assert!(
            problems.iter().all(|it| it.what.contains("placeholder")),
            "{kind}: {shown}"
        );
    }
}

#[test]
fn a_template_with_its_placeholders_filled_in_is_a_good_profile() {
    for kind in Kind::ALL {
        let filled = template(kind)
            .replace("<your host>", "app.contoso.example")
            .replace("<tenant id>", "72f988bf-86f1-41af-91ab-2d7cd011db47")
            .replace("<subdomain>", "contoso")
            .replace("<tenant name>", "contoso")
            .replace("<your login domain>", "login.contoso.example")
            .replace("<your issuer>", "id.contoso.example")
            .replace("<client id>", "6731de76-14a6-49ae-97bc-6eba6914391e")
            .replace("<NAME_OF_THE_VARIABLE>", "CONTOSO_CLIENT_SECRET");
        let loaded = text(&filled);
        let shown = report(&loaded.problems(), Looks::Plain);
        assert!(loaded.problems().is_empty(), "{kind}: {shown}");
        assert_eq!(loaded.profiles.first().unwrap().authority.kind(), kind);
    }
}

#[test]
fn what_a_template_offers_in_comments_is_known_to_the_reader() {
    for kind in Kind::ALL {
        for line in template(kind)
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
        {
            let Some((key, _)) = line.split_once('=') else {
                continue;
            };
            let key = key.trim();
            let assignment = !key.is_empty()
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if !assignment || line.contains("NAME.toml") {
                continue;
            }
            let known = [
                "name",
                "endpoint",
                "scopes",
                "roles",
                "groups",
                "edit_profile",
                "reset_password",
            ];
            let shape = gatehouse::config::Schema::of::<gatehouse::config::ProfileFile>();
            let found = shape.keys(&[]).iter().any(|known| known == key) || known.contains(&key);
            assert!(found, "{kind}: {line}");
        }
    }
}
