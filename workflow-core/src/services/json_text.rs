//! A value that is written as JSON text.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};

use crate::data::{Data, Shape};

use super::reading::json_text;

/// A value whose JSON form is a string that holds its JSON text.
///
/// For an attribute or a message that others read as text:
///
/// ```
/// use workflow_core::services::JsonText;
///
/// assert_eq!(serde_json::to_string(&JsonText(vec![1, 2])).unwrap(), r#""[1,2]""#);
/// ```
///
/// Numbers stand in it as JSONata writes them: with at most 15 digits, `2` for `2.0`.
///
/// In a workflow `JsonText(order.items)` is JSONata's `$string`, and `.0` its `$parse`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JsonText<T>(pub T);

impl<T: Serialize> Serialize for JsonText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = serde_json::to_value(&self.0).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(&json_text(&value))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for JsonText<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Data<Owned: Sized>> Data for JsonText<T> {
    type Owned = JsonText<T::Owned>;
    fn shape() -> Shape {
        Shape::JsonText(T::shape)
    }
}
