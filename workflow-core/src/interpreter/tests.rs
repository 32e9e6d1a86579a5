//! What the interpreter does, seen from outside.
