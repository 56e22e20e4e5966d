//! Tests of advice.
