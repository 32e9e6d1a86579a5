//! Numbers.

use workflow_core::prelude::*;

use crate::{pairs, rows};

const I: &[&str] = &["0", "1", "-1", "7", "-7", "2147483648", "-300", "255", "256"];
const SMALL: &[&str] = &["0", "1", "-1", "7", "-7", "100", "-128", "127"];
const U: &[&str] = &["0", "1", "7", "100", "200", "255"];
const F: &[&str] = &[
    "0.0",
    "0.5",
    "-0.5",
    "1.5",
    "2.5",
    "-2.5",
    "2.4999999999999996",
    "0.49999999999999994",
    "-7.0",
    "1e10",
    "-3.7",
    "300.9",
    "-300.9",
];

const DIGITS: &[&str] = &[
    "0.0",
    "0.5",
    "1.5",
    "2.5",
    "-0.5",
    "-1.5",
    "0.25",
    "0.35",
    "0.125",
    "0.375",
    "1.005",
    "0.615",
    "0.285",
    "2.675",
    "-1.005",
    "9.995",
    "99.95",
    "0.05",
    "0.04",
    "-0.04",
    "0.049999999999999996",
    "1234567.8949999999",
    "1e10",
    "0.1",
    "123456789.123456789",
    "4503599627370495.5",
    "9007199254740991.0",
    "1e-20",
    "33.333333333333336",
];

rows! {
    abs(x: i64) -> i64 { x.abs() } I;
    abs_float(x: f64) -> f64 { x.abs() } F;
    shown(x: f64) -> String { format!("{x:.0} {x:.1} {x:.2} {x:+.3} {x:8.2}|{x:<9.1}|{x:08.2}") } DIGITS;
    shown_sum(x: f64) -> String { let y = (x + 0.1) * 3.0 / 7.0; format!("{y:.2} {:.7} {:.11}", y / 1000.0, y) } DIGITS;
    abs_diff(x: u8, y: u8) -> u8 { x.abs_diff(y) } pairs(["x", "y"], U, U);
    unsigned_abs(x: i64) -> u64 { x.unsigned_abs() } I;
    div_ceil(x: u8, y: u8) -> (u8, bool) { (x.div_ceil(y), x.is_multiple_of(y)) } pairs(["x", "y"], U, &["1", "3", "255"]);
    multiple_of_zero(x: u8) -> bool { x.is_multiple_of(x) } U;
    shifted(x: i32) -> (i32, i32, u8) { (x << 3, x >> 1, (x as u8) << 7) } ["0", "1", "-1", "-7", "2147483647", "300"];
    of_bool(x: i64) -> (u8, i64) { (u8::from(x > 0), (x == 7).into()) } I;
    partial(x: f64, y: f64) -> (bool, bool) { (x.partial_cmp(&y).is_some_and(|o| o.is_le()), x.partial_cmp(&y).unwrap().is_ne()) } pairs(["x", "y"], F, F);
    signum(x: i64) -> i64 { x.signum() } I;
    pow(x: i64) -> i64 { x.pow(2) } I;
    pow_by(x: u8) -> u64 { 2_u64.pow(x as u32 / 8) } U;
    min(x: i64, y: i64) -> (i64, i64) { (x.min(y), x.max(y)) } pairs(["x", "y"], I, I);
    min_text(x: String, y: String) -> (String, String) { (x.clone().min(y.clone()), std::cmp::max(x, y)) } pairs(["x", "y"], &[r#""a""#, r#""\uffff""#], &[r#""b""#, r#""😀""#]);
    clamp(x: i64) -> i64 { x.clamp(-5, 5) } I;
    floor(x: f64) -> f64 { x.floor() } F;
    ceil(x: f64) -> f64 { x.ceil() } F;
    round(x: f64) -> f64 { x.round() } F;
    trunc(x: f64) -> f64 { x.trunc() } F;
    fract(x: f64) -> f64 { x.fract() } F;
    sqrt(x: f64) -> f64 { x.abs().sqrt() } F;
    rem(x: i64, y: i64) -> i64 { x % y } pairs(["x", "y"], SMALL, SMALL);
    div(x: i64, y: i64) -> i64 { x / y } pairs(["x", "y"], SMALL, SMALL);
    rem_euclid(x: i64, y: i64) -> i64 { x.rem_euclid(y) } pairs(["x", "y"], SMALL, SMALL);
    div_euclid(x: i64, y: i64) -> i64 { x.div_euclid(y) } pairs(["x", "y"], SMALL, SMALL);
    checked_add(x: i8, y: i8) -> Option<i8> { x.checked_add(y) } pairs(["x", "y"], SMALL, SMALL);
    checked_sub(x: u8, y: u8) -> Option<u8> { x.checked_sub(y) } pairs(["x", "y"], U, U);
    checked_mul(x: i8, y: i8) -> Option<i8> { x.checked_mul(y) } pairs(["x", "y"], SMALL, SMALL);
    checked_div(x: i64, y: i64) -> Option<i64> { x.checked_div(y) } pairs(["x", "y"], SMALL, SMALL);
    checked_rem(x: i64, y: i64) -> Option<i64> { x.checked_rem(y) } pairs(["x", "y"], SMALL, SMALL);
    saturating(x: u8, y: u8) -> (u8, u8, u8) { (x.saturating_sub(y), x.saturating_add(y), x.saturating_mul(y)) } pairs(["x", "y"], U, U);
    saturating_signed(x: i8, y: i8) -> (i8, i8) { (x.saturating_sub(y), x.saturating_add(y)) } pairs(["x", "y"], SMALL, SMALL);
    sign(x: i64) -> (bool, bool) { (x.is_positive(), x.is_negative()) } I;
    widen(x: u8) -> (u32, i64, f64, usize) { (x as u32, x as i64, x as f64, x as usize) } U;
    narrow(x: i64) -> (u8, i8, u32, i32) { (x as u8, x as i8, x as u32, x as i32) } I;
    from_float(x: f64) -> (u8, i8, i32, u64) { (x as u8, x as i8, x as i32, x as u64) } F;
    from_bool(x: bool) -> (u8, i64) { (x as u8, x as i64) } ["true", "false"];
    into(x: u32) -> (i64, f64) { let wide: i64 = x.into(); (wide, f64::from(x)) } ["0", "5"];
    try_from(x: i64) -> (Option<u8>, bool) { (u8::try_from(x).ok(), i8::try_from(x).is_err()) } I;
    try_into(x: i64) -> u32 { let y: u32 = x.try_into().unwrap_or(3); y } I;
    limits(x: u32) -> u32 { u32::MAX - x } ["0", "5"];
    contains(x: i64) -> (bool, bool, bool) { ((0..7).contains(&x), (-7..=7).contains(&x), (1..).contains(&x)) } I;
    float_rem(x: f64) -> f64 { x % 2.0 } F;
    in_order(x: i64) -> bool { 0 <= x && x < 10 && x != 7 } I;
}
