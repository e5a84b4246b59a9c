//! One spelling per state: the word in code, database, API and CSS class is the same word.

/// A word that is not one of the allowed ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{found}\" is no {what}; known: {known}")]
pub struct UnknownSpelling {
    /// What was being read, as a person would name it ("size", "job state").
    pub what: &'static str,
    /// The word that was found.
    pub found: String,
    /// The allowed words, separated by commas.
    pub known: String,
}

/// Declares an enum whose variants are spelled in exactly one way everywhere.
///
/// Gives `ALL`, `as_str`, `Display`, `FromStr` and serde through the same spelling.
macro_rules! spelled_enum {
    (
        $(#[$meta:meta])*
        $name:ident ($what:literal) { $( $(#[$variant_meta:meta])* $variant:ident = $word:literal ),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $( $(#[$variant_meta])* #[serde(rename = $word)] $variant ),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];

            /// The one spelling: in rows, JSON and CSS classes.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word ),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::spelling::UnknownSpelling;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word).ok_or_else(|| {
                    $crate::spelling::UnknownSpelling {
                        what: $what,
                        found: word.to_owned(),
                        known: Self::ALL.iter().map(|value| value.as_str()).collect::<Vec<_>>().join(", "),
                    }
                })
            }
        }
    };
}
pub(crate) use spelled_enum;
