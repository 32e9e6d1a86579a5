//! What stands for a thing of a service: a topic, a queue, a table, ..

/// Makes a handle of a type with type parameters: it is copied as a name is, whatever its parameters are, and
/// JSON of it is that of the given value.
macro_rules! handle {
    ($name:ident<$($parameter:ident),+>, |$this:ident| $value:expr) => {
        impl<$($parameter),+> Clone for $name<$($parameter),+> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$($parameter),+> Copy for $name<$($parameter),+> {}

        impl<$($parameter),+> ::std::fmt::Debug for $name<$($parameter),+> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let $this = self;
                f.debug_tuple(stringify!($name)).field(&$value).finish()
            }
        }

        impl<$($parameter),+> ::serde::Serialize for $name<$($parameter),+> {
            fn serialize<Writer: ::serde::Serializer>(&self, to: Writer) -> Result<Writer::Ok, Writer::Error> {
                let $this = self;
                ::serde::Serialize::serialize(&$value, to)
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($parameter),+> crate::data::Data for $name<$($parameter),+> {
            type Owned = Self;
            fn shape() -> crate::data::Shape {
                crate::data::Shape::Any
            }
        }
    };
}

pub(crate) use handle;
