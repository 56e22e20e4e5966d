//! The `flowtoll` program: see `flowtoll --help` and the crate's documentation.

fn main() -> std::process::ExitCode {
    flowtoll::cli::run()
}
