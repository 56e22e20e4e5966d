//! Tests of advice: the search for the cheapest plan against brute force, and laws that any plan keeps.

mod brute;
mod dearly;
mod laws;
mod worlds;
