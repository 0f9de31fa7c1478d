//! Options as builder methods: a struct of settings with PyTorch's defaults.

/// `options! { /// docs Name { /// docs a: f64 = 1.0, /// docs b: ?i64, /// docs c: &Tensor } }` writes the
/// struct with `new()` and one builder method for each field. A field with `?` and a tensor are absent
/// at first.
macro_rules! options {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$field_doc:meta])* $field:ident: $(&$tensor:ident)? $(?$maybe:ident)? $($type:ident = $default:expr)?,)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            $(pub(crate) $field: $(Option<$tensor>)? $(Option<$maybe>)? $($type)?,)*
        }

        impl $name {
            /// With PyTorch's defaults.
            pub fn new() -> $name {
                $name { $($field: $(None::<$tensor>)? $(None::<$maybe>)? $($default)?,)* }
            }

            $($(#[$field_doc])*
            #[must_use]
            pub fn $field(mut self, $field: $(&$tensor)? $($maybe)? $($type)?) -> $name {
                self.$field = $($crate::options::given::<$tensor>($field))?
                    $(Some::<$maybe>($field))?
                    $({ let given: $type = $field; given })?;
                self
            })*
        }

        impl Default for $name {
            fn default() -> $name {
                $name::new()
            }
        }
    };
}

/// `names! { Type { "name" => Variant, } }`: reading a setting from a file, and writing it.
macro_rules! names {
    ($type:ident { $($name:literal => $variant:ident,)* }) => {
        /// PyTorch's names, for settings that come from a file.
        impl std::str::FromStr for $type {
            type Err = $crate::Error;
            fn from_str(name: &str) -> $crate::Result<$type> {
                match name {
                    $($name => Ok($type::$variant),)*
                    _ => {
                        let why = format!("`{name}` is none of {}", [$($name),*].join(", "));
                        Err($crate::Error::new(stringify!($type), $crate::ErrorKind::Value, why))
                    }
                }
            }
        }

        /// PyTorch's name.
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    $($type::$variant => $name,)*
                })
            }
        }
    };
}
pub(crate) use {names, options};

/// Another handle, as an option that is set.
pub(crate) fn given<T: Clone>(value: &T) -> Option<T> {
    Some(value.clone())
}
