//! `flowtoll report s3://...` and `flowtoll rollup s3://...` against a real S3 server, straight and through a proxy that breaks things.
//!
//! Two laws: a run that says it is complete gives the report that the same objects on disk give, to the byte; and a run that
//! lost anything names it and exits with 1 or 2. There is no third way, and no smaller total.

mod access;
mod dry_run;
mod estate;
mod faults;
mod gone;
mod harness;
mod keys;
mod layouts;
mod proxy;
mod ranges;
mod rolled;
mod server;
mod soak;
mod wire;
