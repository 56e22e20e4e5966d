//! What a report says to people, in every language: one row for each text, with both wordings side by side.
//!
//! The compiler holds the catalogue together: a text has all languages or does not build, and a wording that forgets one of
//! the parameters, or names one that does not exist, does not build either. Identifiers, service names and error texts
//! are the same in every language, and JSON is always in English.

pub mod advice;
pub(super) mod diff;
pub(super) mod explain;
pub(super) mod findings;
pub mod notes;
pub(super) mod page;
pub mod plan;
pub(super) mod table;

pub use crate::model::wording::Lang;
pub(crate) use table::grade;

#[cfg(test)]
mod tests;

/// Makes a function of each text: the language first, then its parameters.
macro_rules! texts {
    ($( $name:ident ( $($parameter:ident),* ) { $en:literal, $ja:literal } )+) => {
        $(
            pub(crate) fn $name(lang: $crate::render::text::Lang $(, $parameter: impl std::fmt::Display)*) -> String {
                match lang {
                    $crate::render::text::Lang::En => format!($en $(, $parameter = $parameter)*),
                    $crate::render::text::Lang::Ja => format!($ja $(, $parameter = $parameter)*),
                }
            }
        )+

        /// Name and wordings of every text here, for tests.
        #[cfg(test)]
        pub(in crate::render) const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $en, $ja)),+];
    };
}
use texts;
