//! An enum whose variants have one spelling each: in the log, in a fault sent over HTTP and in the error that lists
//! what is known. What is written above a variant is also told to people.

macro_rules! named_enum {
    ($(#[$about:meta])* pub enum $enum:ident { $($(#[doc = $doc:literal])* $variant:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $enum {
            $($(#[doc = $doc])* $variant,)+
        }

        impl $enum {
            pub const ALL: &[$enum] = &[$($enum::$variant,)+];

            pub fn name(self) -> &'static str {
                match self {
                    $($enum::$variant => $name,)+
                }
            }

            /// What its documentation says, in one line.
            pub fn about(self) -> &'static str {
                match self {
                    $($enum::$variant => concat!($($doc),*).trim_ascii(),)+
                }
            }

            pub fn named(name: &str) -> Option<$enum> {
                $enum::ALL.iter().copied().find(|variant| variant.name() == name)
            }
        }

        impl serde::Serialize for $enum {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}

pub(crate) use named_enum;
