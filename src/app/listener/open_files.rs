//! The limit of open files, which every connection counts against.

/// Files that the public listener leaves to everything else, as far as the limit allows: the admin listener, the
/// database, calls to authorities and APIs, and watched files.
const RESERVE: u64 = 1_024;

/// Raises the soft limit of open files to the hard limit, and returns how many connections the public listener may have:
/// `wanted`, or fewer when the limit of open files is too low for so many. With `forwards` each connection may need a
/// second one, to an upstream.
pub(super) fn connections(wanted: u32, forwards: bool) -> u32 {
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
        tracing::warn!(%error, "the limit of open files cannot be raised");
        // What Linux and macOS begin with at least, in the usual configuration.
        256
    });
    let allowed = allowed(wanted, files, forwards);
    if allowed < wanted {
        tracing::warn!(
            open_files = files,
            connections = allowed,
            wanted,
            forwards,
            "the limit of open files is too low for server.max_connections; raise the hard limit (ulimit -Hn, LimitNOFILE)"
        );
    }
    allowed
}

fn allowed(wanted: u32, files: u64, forwards: bool) -> u32 {
    let reserve = RESERVE.min(files / 2);
    let files_of_one = if forwards { 2 } else { 1 };
    u32::try_from((files - reserve) / files_of_one).map_or(wanted, |most| wanted.min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_limit_of_open_files_leaves_a_reserve_for_everything_else() {
        for (files, connections, forwarded) in [
            (256, 128, 64),
            (1_024, 512, 256),
            (4_096, 3_072, 1_536),
            (20_000, 10_000, 9_488),
            (1_048_576, 10_000, 10_000),
            (u64::MAX, 10_000, 10_000),
        ] {
            assert_eq!(allowed(10_000, files, false), connections, "{files}");
            assert_eq!(allowed(10_000, files, true), forwarded, "{files}");
        }
    }
}
