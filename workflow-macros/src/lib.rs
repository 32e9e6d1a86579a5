//! The macros of workflow-core, which re-exports and documents them.
//!
//! This crate is a translator: it reads the author's function, refuses what has no meaning in a
//! state machine, and writes the function down twice. What the second writing means is decided in
//! workflow-core, whose items are named only through `::workflow_core::__private`.

mod attributes;
mod aws;
mod body;
mod derive;
mod errors;
mod foreign;
mod jsonata;
mod pure;
mod resource;
mod task;
mod workflow;

use proc_macro::TokenStream;

#[allow(missing_docs, reason = "documented where workflow-core re-exports it")]
#[proc_macro_attribute]
pub fn workflow(arguments: TokenStream, item: TokenStream) -> TokenStream {
    workflow::expand(arguments.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where workflow-core re-exports it")]
#[proc_macro_attribute]
pub fn task(arguments: TokenStream, item: TokenStream) -> TokenStream {
    task::expand(arguments.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where workflow-core re-exports it")]
#[proc_macro_attribute]
pub fn pure(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pure::expand(arguments.into(), item.into()).into()
}

#[allow(missing_docs, reason = "documented where workflow-core re-exports it")]
#[proc_macro]
pub fn jsonata(arguments: TokenStream) -> TokenStream {
    jsonata::expand(arguments.into()).into()
}

#[allow(missing_docs, reason = "documented where workflow-core re-exports it")]
#[proc_macro_derive(Data, attributes(serde))]
pub fn data(item: TokenStream) -> TokenStream {
    derive::data(item.into()).into()
}

#[allow(missing_docs, reason = "documented where workflow-core re-exports it")]
#[proc_macro_derive(WorkflowError, attributes(error, from, workflow))]
pub fn workflow_error(item: TokenStream) -> TokenStream {
    derive::workflow_error(item.into()).into()
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    use super::{derive, pure, task, workflow};

    fn tokens(text: &str) -> TokenStream {
        text.parse().unwrap()
    }

    /// What all macros write, none of which panics.
    fn written(arguments: &str, item: &str) -> [String; 5] {
        [
            workflow::expand(tokens(arguments), tokens(item)),
            task::expand(tokens(arguments), tokens(item)),
            pure::expand(tokens(arguments), tokens(item)),
            derive::data(tokens(item)),
            derive::workflow_error(tokens(item)),
        ]
        .map(|written| written.to_string())
    }

    const ITEMS: [&str; 27] = [
        "",
        ";",
        "1 + 1",
        "\"text\"",
        "'a",
        "fn",
        "async fn a",
        "async fn a(..) {}",
        "async fn a(b: u8, [c]: d) -> Result<e, f>;",
        "async fn a(self: Box<Self>, _: u8, [b]: [u8; 1]) -> ! {}",
        "async fn r#async(r#type: r#struct) -> Result {}",
        "async fn a<'a, T: 'a, const N: usize>(a: &'a mut [T; N], b: impl Fn(&T) -> &T) -> &T where T: Copy {}",
        "unsafe extern \"C\" fn a(a: *mut u8, ...) {}",
        "#[state] #[state(1)] #[doc] #[doc = 1] async fn a() {}",
        "struct A;",
        "struct A(u8, #[serde(skip, alias = 1)] u8);",
        "#[serde(transparent)] struct A {}",
        "#[serde] #[serde(tag)] #[serde(tag = \"a\", untagged)] enum A<T> { B { c: T } = 1 }",
        "union A { a: u8 }",
        "enum A {}",
        "enum A { #[error] B, #[error()] C, #[error(\"{\")] D, #[error(\"{0}\")] E }",
        "#[error(\"{} {}\", 1)] #[workflow] enum A { #[workflow = 1] B, #[workflow(name)] C(#[from] A, #[from] B) }",
        "impl A for B {}",
        "impl<T> From<&T> for B<T> { const C: u8 = 1; fn from(a: &T) -> Self { Self { a }? } }",
        "impl A { async fn b(&mut self) {} fn c(self: Box<Self>, (d, mut e): (u8, impl F)) -> impl G { self.c(d)?; return } }",
        "mod a { }",
        "macro_rules! a { () => {} }",
    ];

    const ARGUMENTS: [&str; 18] = [
        "",
        ",",
        "=",
        "\"a\"",
        "a::b",
        "name",
        "name =",
        "name = 1, kind = 2, timeout_seconds = \"3\"",
        "timeout_seconds = 99999999999999999999999999",
        "function = \"\"",
        "retry",
        "retry()",
        "retry(errors = 1)",
        "retry(errors = [], jitter = 1)",
        "retry(errors = [1 + 1, a::B, C, d!()], max_attempts = -1)",
        "lambda_transients = 1",
        "resource = \"\"",
        "resource = \"arn:aws:states:::aws-sdk:sfn:describeExecution\", function = \"a\"",
    ];

    const STATEMENTS: [&str; 29] = [
        "let a;",
        "let _: _ = _;",
        "let a: _ = a else { return };",
        "let Ok(a) = b.await else { };",
        "let (.., a) = [b, ..c];",
        "let r#type = async {}; r#type.await; r#type.await?;",
        "async { async { a().await? }.await? }.await;",
        "a.await.await?.await;",
        "(a)(b)(c).await?;",
        "a::<B>::c(d).e(f).retry().await?;",
        "Ok()? ; Err() ; Ok(1, 2) ; return Err(); return Err(a.into());",
        "Err(from(a)); Err(<A as From<B>>::from(b)); Err(A::from(b, c));",
        "if let A = b && c.await? || d {} else if let E = f.await {}",
        "match a.await {} match b {} match c { _ if d.await? => {} }",
        "match a { 1..=2 | -3.. | b'c' | \"d\" | e!() | &mut f | g @ (h, ..) | I { j: k, .. } | [l, ..] | ..=M => {} }",
        "'a: loop { break 'a 1; continue; } while let b = c {} for d in e {}",
        "unsafe {} const {} ; || a; |b: u8| -> u8 { c };",
        "a[b]; a..; ..; a as u8; &raw const a; *a; -a; !a; a = b; a += b; _ = a;",
        "A { b: c, ..d }; A { 0: b }; A {}; A; A(); [a; b]; [a, b]; (); (a,); (a, b).0.1;",
        "format!(); format!(1); format!(\"{\"); format!(\"}\"); format!(\"{}{0}{a}{1 + 1}{:?}\", b = c);",
        "vec![]; vec![1; 2]; vec![;]; a::b!{}; println!(); panic!(\"{\");",
        "1_u8; 1.5_f32; 340282366920938463463374607431768211456; 'a'; b\"b\"; c\"c\"; true;",
        "#[state = \"A\"] let a = b; #[state] c; #[state = \"\"] d().await?;",
        "#[site(9)] a().await?; #[site] b().await; #[site(c)] d.await;",
        "fn a() {} use b::c; const D: u8 = e; struct F; macro_rules! g { () => {} }",
        "jsonata!(); jsonata!(1); jsonata!(\"$a\", a); jsonata!(\"\", b = ); jsonata!(\"$loop + $self + $_\"); jsonata!(\"$b[\\n$.c]\", b = d,);",
        "return; return return; break; break 'a b;",
        "SystemTime::now(); now(); fastrand::u8(); a?; a?.b?.c()?;",
        "a.clone().to_string().as_str().is_some().unwrap_or().expect().unwrap(1).name(2).retry(3);",
    ];

    #[test]
    fn no_item_makes_a_macro_panic() {
        for item in ITEMS {
            for arguments in ARGUMENTS {
                for written in written(arguments, item) {
                    // What is written is Rust, whatever was read.
                    tokens(&written);
                }
            }
        }
    }

    #[test]
    fn no_body_makes_a_macro_panic() {
        for statement in STATEMENTS {
            for returned in ["", "-> u8", "-> Result<u8, A>"] {
                written("", &format!("async fn a(b: u8) {returned} {{ {statement} }}"));
                written("", &format!("fn a<T>(b: &[T]) {returned} {{ {statement} }}"));
                written("", &format!("impl A {{ fn a(&self) {returned} {{ {statement} }} }}"));
                written("", &format!("async fn a(b: u8) {returned} {{ a().await?; {{ {statement} }} }}"));
            }
        }
    }

    #[test]
    fn what_is_no_function_is_refused_and_left_in_place() {
        let [workflow, task, ..] = written("", "struct A;");
        assert!(
            workflow.contains("compile_error") && workflow.contains("`#[workflow]` stands on an `async fn`")
        );
        assert!(task.contains("compile_error") && task.ends_with("struct A ;"));
    }

    #[test]
    fn all_mistakes_of_a_function_are_reported_together() {
        let [workflow, ..] = written("name = \"a b\"", "fn a(b: &u8, mut c: u8) -> u8 { c ^ 1; c.unwrap() }");
        assert_eq!(workflow.matches("compile_error").count(), 5, "{workflow}");
    }
}
