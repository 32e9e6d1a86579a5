//! How the errors of a service's actions are declared.

/// Declares an error type whose names are those of a service, each with its cause as text, and a
/// place for what the platform itself may answer.
macro_rules! service_errors {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $constant:ident, $variant:ident, $error:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$about])*
                #[doc = concat!("(`", $error, "`)")]
                #[error("{0}")]
                $variant(String),
            )*
            /// What the platform answers, and every other error of the service.
            #[error(transparent)]
            Platform(#[from] $crate::error::PlatformError),
        }

        impl $name {
            $(
                #[doc = concat!("The error name `", $error, "`.")]
                pub const $constant: $crate::error::ErrorName = $crate::error::ErrorName::new($error);
            )*
        }

        #[diagnostic::do_not_recommend]
        impl $crate::error::WorkflowError for $name {
            fn to_failure(&self) -> $crate::error::Failure {
                match self {
                    $(Self::$variant(cause) => $crate::error::Failure::new($error, cause.clone()),)*
                    Self::Platform(error) => error.to_failure(),
                }
            }

            fn from_failure(
                failure: $crate::error::Failure,
            ) -> Result<Self, $crate::error::Failure> {
                match failure.error.as_str() {
                    $($error => Ok(Self::$variant(failure.cause)),)*
                    _ => $crate::error::PlatformError::from_failure(failure).map(Self::Platform),
                }
            }

            fn variants() -> Vec<$crate::error::ErrorVariant> {
                use $crate::error::{ErrorKind, ErrorVariant, MessagePart, PlatformError};
                vec![
                    $(ErrorVariant {
                        rust: stringify!($variant),
                        kind: ErrorKind::Named {
                            name: $error,
                            message: vec![MessagePart::Field("0")],
                            fields: Vec::new(),
                        },
                        around: Vec::new(),
                    },)*
                    ErrorVariant {
                        rust: "Platform",
                        kind: ErrorKind::From(PlatformError::variants),
                        around: vec![MessagePart::Field("0")],
                    },
                ]
            }

            fn passes_on(&self) -> bool {
                matches!(self, Self::Platform(_))
            }

            fn platform(self) -> Result<$crate::error::PlatformError, Self> {
                match self {
                    Self::Platform(error) => Ok(error),
                    other => Err(other),
                }
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::error::Propagates<Self> for $name {
            fn pass_on(error: Self) -> Self {
                error
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::error::Propagates<$crate::error::PlatformError> for $name {
            fn pass_on(error: $crate::error::PlatformError) -> Self {
                Self::Platform(error)
            }
        }

        #[diagnostic::do_not_recommend]
        impl $crate::symbolic::Converted<$name> for $crate::error::PlatformError {}

        #[diagnostic::do_not_recommend]
        impl $crate::data::Data for $name {
            type Owned = Self;
            fn shape() -> $crate::data::Shape {
                $crate::data::Shape::Error(<Self as $crate::error::WorkflowError>::variants)
            }
        }
    };
}
pub(crate) use service_errors;
