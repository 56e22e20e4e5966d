//! Tests of advice: the search for the cheapest plan against brute force, and laws that any plan keeps.

mod big;
mod brute;
mod dearly;
mod kinds;
mod laws;
mod worlds;
