//! Intrinsic functions (`States.Format('{}', $.name)`), which JSONPath states may call where a value is
//! taken from a path.
