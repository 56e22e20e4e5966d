//! `flowtoll plan`: the files of the sample, what others' words can do in them, what is in the way, and the scripts against an EC2
//! stand-in.
//!
//! The tools that files are held against are fetched by `.ci/plan-tools`. Without them those tests are skipped, and say so; with
//! `FLOWTOLL_REQUIRE_PLAN_TOOLS=1` that is a failure.

mod forms;
mod goldens;
mod hostile;
#[cfg(unix)]
mod stand_in;
mod storing;
#[cfg(unix)]
mod tools;
mod world;

#[cfg(unix)]
pub use tools::tools;
