//! Profiles while the server runs: which one a request is for, edits, broken files, the watched folder.

mod broken_files;
mod folder_watch;
mod hosts;
mod lost_folder;
mod prefixes;
mod reload;
