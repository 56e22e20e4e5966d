//! The atlas against a plain reading of the rules.
