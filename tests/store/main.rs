//! The acceptance suite of the store: every test runs against SQLite in a temporary file and against Postgres at
//! `TEST_DATABASE_URL`, where each makes a database of its own and drops it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod harness;

mod ending;
mod ending_many;
mod failover;
mod faults;
mod names;
mod nobody_named;
mod outages;
mod pooler;
mod refresh;
mod replicas;
mod secrecy;
mod sessions;
mod upkeep;
mod used_once;

/// Runs each test on both stores.
macro_rules! on_both {
    ($($module:ident: $($name:ident),+;)+) => {
        mod sqlite {$($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::harness::on_sqlite(crate::$module::$name).await;
            }
        )+)+}
        mod postgres {$($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::harness::on_postgres(crate::$module::$name).await;
            }
        )+)+}
    };
}

on_both! {
    sessions:
        a_session_is_read_back_with_everything_it_was_given,
        a_session_survives_a_restart,
        a_new_sign_in_ends_the_session_it_takes_the_place_of,
        an_idle_session_is_none,
        a_session_used_through_another_replica_is_not_idle_here,
        a_session_past_its_lifetime_is_none_however_much_it_is_used,
        a_hundred_uses_in_a_minute_are_one_write,
        two_replicas_together_write_once_a_minute,
        a_use_does_not_revive_an_ended_session,
        a_late_use_does_not_revive_an_idle_session,
        a_cached_session_makes_no_database_call,
        many_first_requests_of_one_session_are_one_reading,
        a_trouble_of_the_database_is_never_no_session,
        a_sign_in_that_cannot_be_written_leaves_nothing,
        large_claims_do_not_take_the_memory_of_all,
        the_name_of_a_browser_is_cut_and_printable;
    secrecy:
        a_stolen_database_shows_no_claim_and_no_token,
        a_stolen_database_with_the_servers_keys_opens_nothing,
        a_wrong_key_opens_nothing_and_is_no_error,
        rows_that_were_swapped_do_not_open,
        a_row_copied_to_another_profile_does_not_open,
        a_rotated_key_signs_nobody_out_and_rows_are_sealed_anew,
        after_the_old_key_is_gone_only_unused_sessions_end,
        a_row_of_a_newer_format_is_none,
        a_row_that_no_gateway_wrote_is_inconsistent;
    nobody_named:
        a_dump_of_the_database_after_a_whole_journey_names_nobody,
        a_person_is_found_under_every_key_and_sealed_with_the_newest,
        rows_of_an_earlier_release_are_found_and_sealed,
        many_rows_of_an_earlier_release_end_by_a_cutoff;
    names:
        a_name_is_shown_in_lists_and_goes_again,
        a_session_of_another_person_or_profile_keeps_its_name,
        a_name_and_a_network_are_sealed_and_outlive_a_change_of_keys;
    refresh:
        tokens_are_read_back_for_each_api,
        of_many_that_want_the_lease_one_gets_it,
        a_lease_that_is_over_is_taken_over,
        a_lease_let_go_can_be_taken_at_once,
        a_lease_is_renewed_by_its_owner_only,
        new_tokens_are_seen_by_every_replica,
        a_new_identity_is_seen_by_every_replica,
        tokens_that_arrive_after_the_end_are_not_kept,
        tokens_of_a_holder_that_lost_the_lease_are_not_kept,
        a_waiter_gets_the_result_of_the_holder,
        a_waiter_learns_that_the_holder_let_go,
        a_failed_exchange_rests_on_every_replica_until_its_time,
        a_waiter_learns_that_the_session_ended,
        a_waiter_without_patience_learns_that_it_is_held,
        three_hundred_requests_on_three_replicas_ask_the_authority_once;
    ending:
        an_end_gives_the_tokens_exactly_once,
        a_handle_of_another_profile_ends_nothing,
        an_end_by_sid_leaves_other_sids_and_other_profiles_alone,
        a_sid_of_another_person_ends_nothing,
        my_other_sessions_end_and_this_one_stays,
        a_session_ends_by_its_id_at_its_profile_only,
        all_sessions_of_a_profile_end_and_no_other,
        of_many_equal_notices_at_once_one_ends_and_later_ones_are_replays,
        a_notice_whose_end_failed_still_counts,
        a_list_shows_what_is_asked_for_and_nothing_that_is_over;
    ending_many:
        very_many_sessions_end_at_once_and_are_swept_later,
        very_many_other_sessions_of_a_person_end_and_this_one_stays,
        a_logout_token_ends_very_many_sessions_once,
        the_oldest_session_of_a_person_ends_when_there_are_too_many;
    used_once:
        of_many_that_use_a_state_at_once_one_is_the_first,
        a_use_is_remembered_across_restarts_and_told_apart_by_purpose,
        a_tenant_is_pinned_at_first_sight_for_every_replica;
    replicas:
        an_end_on_one_replica_holds_on_the_other,
        a_bulk_end_reaches_every_session,
        without_notices_nothing_older_than_two_seconds_is_believed;
    upkeep:
        replicas_that_migrate_at_once_agree,
        a_replica_works_on_the_schema_of_the_next_version,
        before_the_migration_the_store_is_not_ready,
        two_replicas_sweep_what_is_over_and_nothing_else,
        closing_writes_the_uses_that_wait;
    faults:
        a_database_of_an_earlier_release_is_taken_over,
        the_migrations_table_of_another_application_does_not_count,
        a_step_that_was_edited_after_its_release_is_refused,
        a_store_without_a_table_is_not_ready,
        a_store_that_cannot_write_is_not_ready,
        after_a_write_that_failed_the_next_one_succeeds,
        an_operator_sees_when_the_old_key_may_go;
}
