//! The list that every proxy goes through: one test for each case.

/// Whether another family of headers, sent by a client, reaches gatehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    Yes,
    No,
}

macro_rules! through_the_list {
    ($guide:expr) => {
        $crate::behind::the_list::through_the_list!(
            $guide;
            people::a_stranger_signs_in_and_comes_back_to_the_address_with_its_query,
            people::a_script_gets_401_and_nobody_else_a_redirect,
            people::a_rule_refuses_with_403_and_says_why,
            people::a_session_that_ended_elsewhere_opens_nothing_any_more,
            people::roles_and_groups_of_any_number_pass_or_are_named_as_left_out,
            forgeries::a_forged_identity_arrives_in_no_spelling,
            forgeries::a_client_cannot_name_another_request_or_another_origin,
            forgeries::the_cookies_of_gatehouse_stay_away_from_the_application,
            forgeries::checks_are_not_for_clients,
            targets::no_spelling_of_a_path_opens_what_is_not_public,
            traffic::methods_and_bodies_pass_and_cross_site_ones_do_not,
            traffic::a_websocket_opens_with_a_session_and_from_here_only,
            upgrades::no_client_leaves_http_but_for_a_websocket,
        );
    };
    ($guide:expr; $($file:ident::$case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let plan = $crate::harness::Plan::default();
                let started = $crate::behind::guarded::Guarded::start(&$guide, plan).await;
                let Some(guarded) = started else { return };
                $crate::behind::cases::$file::$case(&guarded).await;
            }
        )*

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_client_that_tells_another_request_is_not_heard() {
            let plan = $crate::harness::Plan::default();
            let plan = plan.settings("trusted_proxies = [\"127.0.0.1\"]\n");
            let started = $crate::behind::guarded::Guarded::start(&$guide, plan).await;
            let Some(guarded) = started else { return };
            $crate::behind::cases::forgeries::another_family(&guarded, $crate::behind::the_list::Heard::No).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn the_same_holds_over_tls_and_http2() {
            let variant = $crate::behind::guide::Variant { tls: true, ..Default::default() };
            let routes = $crate::behind::guarded::ROUTES;
            let plan = $crate::harness::Plan::default();
            let started = $crate::behind::guarded::Guarded::start_as(&$guide, plan, variant, routes);
            let Some(guarded) = started.await else { return };
            $crate::behind::cases::encrypted::the_same_holds_over_tls_and_http2(&guarded).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn features_of_routes_work_with_the_lines_that_the_guide_has_for_them() {
            let variant = $crate::behind::guide::Variant { features: true, ..Default::default() };
            let routes = $crate::behind::cases::features::ROUTES;
            let plan = $crate::harness::Plan::default();
            let started = $crate::behind::guarded::Guarded::start_as(&$guide, plan, variant, routes);
            let Some(guarded) = started.await else { return };
            $crate::behind::cases::features::features_of_routes_work(&guarded).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_gatehouse_that_hangs_opens_nothing() {
            let plan = $crate::harness::Plan::default();
            let started = $crate::behind::guarded::Guarded::start(&$guide, plan).await;
            let Some(guarded) = started else { return };
            $crate::behind::cases::outages::a_gatehouse_that_hangs_opens_nothing(guarded).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn without_gatehouse_nothing_opens() {
            let plan = $crate::harness::Plan::default();
            let started = $crate::behind::guarded::Guarded::start(&$guide, plan).await;
            let Some(guarded) = started else { return };
            $crate::behind::cases::outages::without_gatehouse_nothing_opens(guarded).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn a_store_that_is_away_is_503_and_no_sign_in_on_postgres() {
            if !$crate::harness::postgres_is_there() {
                return;
            }
            let plan = $crate::harness::Plan::wired();
            let started = $crate::behind::guarded::Guarded::start(&$guide, plan).await;
            let Some(guarded) = started else { return };
            $crate::behind::cases::outages::a_store_that_is_away_is_503_and_no_sign_in(guarded)
                .await;
        }
    };
}

pub(super) use through_the_list;
