//! What is said to people, in every language at once.
//!
//! A stage that has something to say makes a [`Wording`] with a function of its own catalogue (`wordings!`), where both
//! wordings stand side by side. Programs get the English one: it is what is serialized, and so what JSON, CSV, Parquet and SARIF have.
//! Views choose by [`Lang`]. A wording is no text by itself (it does not implement `Display`), so that none can slip into a view
//! without its language having been asked for.

use serde::{Serialize, Serializer};

/// A language that reports are written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Japanese, with the terms of AWS's Japanese documentation.
    Ja,
}

/// One text in every language. Ordered by the English one.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wording {
    en: String,
    ja: String,
}

impl Wording {
    /// The same text in both languages: ids, commands, figures, or what others wrote.
    pub fn same(text: impl Into<String>) -> Self {
        let en = text.into();
        Self { ja: en.clone(), en }
    }

    /// Made by saying it in each language.
    pub fn of(say: impl Fn(Lang) -> String) -> Self {
        Self { en: say(Lang::En), ja: say(Lang::Ja) }
    }

    /// Several, one after the other.
    pub fn join<'w>(parts: impl IntoIterator<Item = &'w Self>, separator: &str) -> Self {
        let parts: Vec<&Self> = parts.into_iter().collect();
        Self::of(|lang| parts.iter().map(|part| part.text(lang)).collect::<Vec<_>>().join(separator))
    }

    /// The text in a language.
    pub fn text(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Ja => &self.ja,
        }
    }

    /// The English text: what programs get.
    pub fn en(&self) -> &str {
        &self.en
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.en.is_empty()
    }

    /// The text of every language, to be changed in place.
    pub fn texts_mut(&mut self) -> [&mut String; 2] {
        [&mut self.en, &mut self.ja]
    }
}

impl Serialize for Wording {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.en)
    }
}

/// What can stand in a wording: another wording, or what is the same in every language.
pub trait Say {
    /// The text in a language.
    fn say(&self, lang: Lang) -> String;
}

impl<T: std::fmt::Display + ?Sized> Say for T {
    fn say(&self, _: Lang) -> String {
        self.to_string()
    }
}

impl Say for Wording {
    fn say(&self, lang: Lang) -> String {
        self.text(lang).to_owned()
    }
}

impl Say for &Wording {
    fn say(&self, lang: Lang) -> String {
        self.text(lang).to_owned()
    }
}

/// Makes a function of each text, which takes its parameters and gives a [`Wording`]. A wording that forgets a parameter, or
/// names one that does not exist, does not build.
macro_rules! wordings {
    ($( $(#[$doc:meta])* $name:ident ( $($parameter:ident),* ) { $en:literal, $ja:literal } )+) => {
        $(
            $(#[$doc])*
            pub(crate) fn $name($($parameter: impl $crate::model::wording::Say),*) -> $crate::model::wording::Wording {
                $crate::model::wording::Wording::of(|lang| match lang {
                    $crate::model::wording::Lang::En => format!($en $(, $parameter = $parameter.say(lang))*),
                    $crate::model::wording::Lang::Ja => format!($ja $(, $parameter = $parameter.say(lang))*),
                })
            }
        )+

        /// Name and wordings of every text here, for tests.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str, &str)] = &[$((stringify!($name), $en, $ja)),+];
    };
}
pub(crate) use wordings;
