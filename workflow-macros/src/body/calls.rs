//! What is awaited: calls of tasks, `async` blocks and waits.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, ExprAwait, spanned::Spanned, visit::Visit};

use crate::attributes::plain;

use super::{
    await_::{Awaited, CHILD_METHODS, Call, OPTION_METHODS, POLICY_METHODS, awaited},
    distributed::Leaving,
    expression::impure,
    site,
    statement::called,
    symbolic::{Symbolic, has_effect},
    unparenthesized,
};

impl Symbolic<'_> {
    /// `call.await?`
    pub(super) fn await_try(&mut self, await_: &ExprAwait) -> TokenStream {
        let (b, scope) = (self.b.clone(), self.scope.clone());
        let block = match awaited(&await_.base) {
            Awaited::Block(block) => Some(block.clone()),
            Awaited::Local(name) => self.take_block(name),
            _ => None,
        };
        if let Some(block) = block {
            return self.try_block(&block);
        }
        if let Awaited::Distributed(children) = awaited(&await_.base) {
            let fallible = self.fallible;
            return self.distributed(await_, &children, &Leaving { scope, fallible, last: false });
        }
        if let Some(forked) = self.forked(await_) {
            return forked;
        }
        let note = self.take_note(None);
        let Some(call) = self.symbolic_call(await_) else { return quote!(#b.never()) };
        let site = site(await_);
        let span = await_.await_token.span();
        quote_spanned!(span=> #b.try_call(#scope, #call, #site, #note))
    }

    /// `async { .. }.await?`: its errors leave the scope around it.
    fn try_block(&mut self, block: &syn::ExprAsync) -> TokenStream {
        let (b, scope) = (self.b.clone(), self.scope.clone());
        let inner = self.fresh("scope");
        let outer = std::mem::replace(&mut self.scope, inner.clone());
        let fallible = std::mem::replace(&mut self.fallible, true);
        let body = self.result_block(&block.block);
        self.scope = outer;
        self.fallible = fallible;
        let no_note = self.no_note();
        quote! {{
            let #inner = #b.open();
            #body
            let __success = #b.succeeded(#inner);
            let mut __join = #b.choice(#no_note);
            #b.otherwise(&mut __join);
            #b.arm(&mut __join, __success);
            let (__found, (__error,)) = #b.bind_error(
                #inner,
                &::workflow_core::__private::Pat::Bind,
                |__value| ::core::option::Option::Some((::workflow_core::__private::witness(__value),)),
            );
            #b.when_error(#inner, __found, #b.test(#b.literal(true)));
            let __error = #b.error_of(#inner, __error);
            #b.err_into(#scope, __error, #no_note);
            #b.arm(&mut __join, #b.never());
            #b.join(__join)
        }}
    }

    /// `call.await` where its `Result` is a value.
    pub(super) fn result_of_await(&mut self, await_: &ExprAwait) -> TokenStream {
        let b = self.b.clone();
        let (inner, success, join) = (self.fresh("scope"), self.fresh("success"), self.fresh("join"));
        let attempt = self.attempt(await_, &inner);
        let no_note = self.no_note();
        quote! {{
            let #inner = #b.open();
            #attempt
            let #success = #b.succeeded(#inner);
            let mut #join = #b.choice(#no_note);
            #b.otherwise(&mut #join);
            #b.arm(&mut #join, #b.ok_value(#success));
            let (__found, (__error,)) = #b.bind_error(
                #inner,
                &::workflow_core::__private::Pat::Bind,
                |__value| ::core::option::Option::Some((::workflow_core::__private::witness(__value),)),
            );
            #b.when_error(#inner, __found, #b.test(#b.literal(true)));
            let __error = #b.error_of(#inner, __error);
            #b.arm(&mut #join, #b.err_value(__error));
            #b.join(#join)
        }}
    }

    /// `call.await` where its `Result` is the scope's own.
    pub(crate) fn await_last(&mut self, await_: &ExprAwait) -> TokenStream {
        if let Awaited::Distributed(children) = awaited(&await_.base) {
            let leaving = Leaving { scope: self.scope.clone(), fallible: self.fallible, last: true };
            return self.distributed(await_, &children, &leaving);
        }
        if let Some(forked) = self.forked(await_) {
            return forked;
        }
        let (b, scope) = (self.b.clone(), self.scope.clone());
        let note = self.take_note(None);
        let Some(call) = self.symbolic_call(await_) else { return quote!(#b.never()) };
        let site = site(await_);
        let span = await_.await_token.span();
        quote_spanned!(span=> #b.last_call(#scope, #call, #site, #note))
    }

    /// What runs at the same time, with its errors led to the scope.
    fn forked(&mut self, await_: &ExprAwait) -> Option<TokenStream> {
        match awaited(&await_.base) {
            Awaited::Join { arguments, fails: true } => Some(self.try_join(await_, arguments)),
            Awaited::Join { arguments, fails: false } => {
                let b = self.b.clone();
                self.errors.refuse(
                    await_.await_token,
                    "`join!` gives a tuple of what its branches gave, and cannot fail itself; use `try_join!` to leave with the first error",
                );
                let _ = arguments;
                Some(quote!(#b.never()))
            }
            Awaited::Map(map) => Some(self.mapped(await_, &map)),
            Awaited::Attempt(attempt) => Some(self.attempted(await_, &attempt)),
            _ => None,
        }
    }

    /// The call that is awaited, as a `SymCall`.
    fn symbolic_call(&mut self, await_: &ExprAwait) -> Option<TokenStream> {
        let b = self.b.clone();
        match awaited(&await_.base) {
            Awaited::Call(Call { call, policy }) => {
                let function = &call.func;
                if let Expr::Path(path) = &**function
                    && let Some(advice) = not_awaited_so(&path.path).or_else(|| impure(&path.path))
                {
                    self.errors.refuse(function, advice);
                    return None;
                }
                if let Expr::Path(path) = &**function
                    && let Some(name) = path.path.get_ident()
                    && self.locals.contains(&plain(name))
                {
                    if !self.refused.contains(&plain(name)) {
                        self.errors.refuse(
                            name,
                            format!("`{name}` is a variable, and a workflow has no functions in variables; await the task by its own name: `task(..).await`"),
                        );
                    }
                    return None;
                }
                let started =
                    policy.iter().any(|method| method.method == "start" || method.method == "start_sync");
                if let Expr::Path(path) = &**function
                    && path.path.get_ident().is_some_and(|ident| plain(ident) == self.function)
                    && !started
                {
                    let name = &self.function;
                    self.errors.refuse(
                        function,
                        format!("`{name}` awaits itself, so it would be written out without end; start it as an execution of its own: `{name}(..).start_sync().await`"),
                    );
                    return None;
                }
                let arguments: Vec<TokenStream> =
                    call.args.iter().map(|argument| self.expr(argument)).collect();
                // The function is called in a closure that nobody calls: rustc then says what is
                // wrong with it in the words that it has for the native reading.
                let places: Vec<_> =
                    (0..arguments.len()).map(|place| quote::format_ident!("__argument{place}")).collect();
                let mut called = quote!(#function);
                call.paren_token
                    .surround(&mut called, |places_of_call| places_of_call.extend(quote!(#(#places),*)));
                let mut written = quote_spanned! {function.span()=> {
                    let __task = |#(#places),*| #called;
                    #b.call(__task, (#(#arguments,)*))
                }};
                for method in policy {
                    let name = method.method.to_string();
                    if name == "wait_for_token" && method.args.is_empty() {
                        let (method, of) = (&method.method, &method.turbofish);
                        written = quote_spanned!(method.span()=> #written.#method #of(&#b));
                        continue;
                    }
                    if CHILD_METHODS.contains(&name.as_str()) {
                        let arguments: Vec<TokenStream> =
                            method.args.iter().map(|argument| self.expr(argument)).collect();
                        let method = &method.method;
                        written = quote_spanned!(method.span()=> #written.#method(#(#arguments),*));
                        continue;
                    }
                    if OPTION_METHODS.contains(&name.as_str()) {
                        let arguments: Vec<TokenStream> =
                            method.args.iter().map(|argument| self.expr(argument)).collect();
                        written = quote_spanned! {method.method.span()=>
                            #written.option(&#b, #name, ::std::vec![#(#b.option_argument(#arguments)),*])
                        };
                        continue;
                    }
                    if !POLICY_METHODS.contains(&name.as_str()) {
                        let known = POLICY_METHODS.into_iter().chain(OPTION_METHODS).chain(CHILD_METHODS);
                        let message = match crate::aws::nearest(&name, known) {
                            Some(known) => format!(
                                "a call that is awaited has no method `{name}`; did you mean `{known}`?"
                            ),
                            None => format!(
                                "a call that is awaited has no method `{name}`; known are `retry`, `timeout`, `heartbeat` and `no_transient_retries`, and of another workflow `start_sync`, `start` and `name`"
                            ),
                        };
                        self.errors.refuse(&method.method, message);
                        return None;
                    }
                    for argument in &method.args {
                        if name == "retry" && !is_retry(argument) {
                            self.errors.refuse(
                                argument,
                                "a retrier names the errors that it is about, and how often each is tried again; write `Retry::on([PlatformError::TIMEOUT]).max_attempts(3)`",
                            );
                            return None;
                        }
                        if name == "retry" || name == "no_transient_retries" {
                            self.policy_is_fixed(argument);
                        }
                    }
                    // How long it may take may be known only when it runs.
                    if matches!(name.as_str(), "timeout" | "heartbeat")
                        && let Some(argument) = method.args.first()
                        && self.local_in(argument).is_some()
                    {
                        let b = self.b.clone();
                        let length = self.expr(argument);
                        let to = quote::format_ident!("{name}_of", span = method.method.span());
                        written = quote_spanned!(method.method.span()=> #written.#to(#b, #length));
                        continue;
                    }
                    self.policy_holds(method);
                    let (method, arguments) = (&method.method, &method.args);
                    written = quote_spanned!(method.span()=> #written.#method(#arguments));
                }
                Some(written)
            }
            Awaited::Local(name) if self.refused.contains(&plain(name)) => None,
            Awaited::Local(name) if self.awaited_blocks.contains(&plain(name)) => {
                self.errors.refuse(
                    name,
                    format!("`{name}` was awaited before, and a future gives its value once; keep the value in a variable"),
                );
                None
            }
            Awaited::Local(name) => {
                self.errors.refuse(
                    name,
                    format!("`{name}` is awaited, but it is no `async` block; await a call where it is written: `task(..).await`"),
                );
                // Said once, however often it is awaited.
                self.refused.insert(plain(name));
                None
            }
            Awaited::Block(_)
            | Awaited::Join { .. }
            | Awaited::Map(_)
            | Awaited::Distributed(_)
            | Awaited::Attempt(_) => None,
            Awaited::Draw(call) => {
                let name = called(call);
                self.errors.refuse(
                    call,
                    format!("`{name}()` cannot fail, so there is nothing to take apart; write `let value = {name}().await;`"),
                );
                None
            }
            Awaited::RandomRange(range) => {
                self.errors.refuse(
                    range,
                    "a random number cannot fail to be drawn, so there is nothing to take apart; write `let value = random_range(..).await;`",
                );
                None
            }
            Awaited::Sleep(duration) | Awaited::SleepUntil(duration) => {
                self.errors.refuse(
                    duration,
                    "a wait cannot fail, so there is nothing to take apart; write `sleep(..).await;`",
                );
                None
            }
            Awaited::Other(other) => {
                const ADVICE: &str = "only a call of a task or an `async` block can be awaited in a workflow; await anything else inside a task";
                match other {
                    // An `async` block around what is awaited here stands for a branch of `join!`.
                    Expr::Await(twice) => self.errors.refuse(
                        twice.await_token,
                        "this is awaited already: `join!` awaits its branches itself; write the call without `.await`",
                    ),
                    Expr::Try(try_) if matches!(*try_.expr, Expr::Await(_)) => self.errors.refuse(
                        try_.question_token,
                        "this is awaited already: `try_join!` awaits its branches itself; write the call without `.await?`, and `?` after the whole",
                    ),
                    Expr::MethodCall(method) => self.errors.refuse(&method.method, ADVICE),
                    other => self.errors.refuse(other, ADVICE),
                }
                None
            }
        }
    }

    /// A policy is written into the state machine, so it may read no variable.
    pub(super) fn policy_is_fixed(&mut self, argument: &Expr) {
        if let Some(local) = self.local_in(argument) {
            self.errors.refuse(
                &local,
                format!("the policy of a call is fixed when the state machine is written, and `{local}` is known only when it runs; use a constant"),
            );
        }
    }

    /// The first variable that an expression reads.
    fn local_in(&self, expr: &Expr) -> Option<syn::Ident> {
        struct Reads<'a> {
            locals: &'a std::collections::HashSet<String>,
            found: Option<syn::Ident>,
        }
        impl<'ast> Visit<'ast> for Reads<'_> {
            fn visit_expr_path(&mut self, path: &'ast syn::ExprPath) {
                if let Some(ident) = path.path.get_ident()
                    && self.locals.contains(&plain(ident))
                {
                    self.found.get_or_insert_with(|| ident.clone());
                }
            }
        }
        let mut reads = Reads { locals: &self.locals, found: None };
        reads.visit_expr(expr);
        reads.found
    }

    /// `sleep_until(time).await`
    pub(super) fn sleep_until(&mut self, await_: &ExprAwait, time: &Expr) -> TokenStream {
        let b = self.b.clone();
        let note = self.take_note(None);
        let site = site(await_);
        let time = self.expr(time);
        quote_spanned!(await_.base.span()=> #b.sleep_until(#time, #site, #note))
    }

    /// `now().await`, `uuid().await`, `random().await`
    pub(super) fn draw(&mut self, call: &syn::ExprCall) -> TokenStream {
        let b = self.b.clone();
        let draw = quote::format_ident!("{}", called(call), span = call.span());
        quote_spanned!(call.span()=> #b.#draw())
    }

    /// `random_range(low..high).await`
    pub(super) fn random_range(&mut self, range: &Expr) -> TokenStream {
        let b = self.b.clone();
        let Expr::Range(syn::ExprRange { start: Some(low), limits, end: Some(high), .. }) =
            unparenthesized(range)
        else {
            return self.refuse(range, "write the range out, with both ends: `random_range(1..=6).await`");
        };
        let inclusive = matches!(limits, syn::RangeLimits::Closed(_));
        let (low, high) = (self.expr(low), self.expr(high));
        quote_spanned!(range.span()=> {
            let __low = #low;
            let __high = #high;
            #b.random_range(__low, __high, #inclusive)
        })
    }

    /// `sleep(duration).await`
    pub(super) fn sleep(&mut self, await_: &ExprAwait, duration: &Expr) -> TokenStream {
        let b = self.b.clone();
        let note = self.take_note(None);
        let site = site(await_);
        if self.local_in(duration).is_none() && !has_effect(duration) {
            return quote_spanned!(duration.span()=> #b.sleep_fixed(#duration, #site, #note));
        }
        match unparenthesized(duration) {
            Expr::Call(call) if called(call) == "from_secs" && call.args.len() == 1 => {
                let seconds = self.expr(&call.args[0]);
                quote_spanned!(duration.span()=> #b.sleep_seconds(#seconds, #site, #note))
            }
            other => {
                let span = self.expr(other);
                quote_spanned!(duration.span()=> #b.sleep_span(#span, #site, #note))
            }
        }
    }
}

/// Whether an argument of `.retry(..)` may be a `Retry`.
fn is_retry(argument: &Expr) -> bool {
    match unparenthesized(argument) {
        Expr::Lit(_) => false,
        Expr::Call(call) => {
            !(called(call) == "new"
                && matches!(&*call.func, Expr::Path(path)
            if path.path.segments.iter().rev().nth(1).is_some_and(|owner| owner.ident == "Retry")))
        }
        _ => true,
    }
}

/// What is said of a call that is awaited and is none of a task, by its name.
fn not_awaited_so(path: &syn::Path) -> Option<&'static str> {
    let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    match segments.last()?.as_str() {
        "map" => Some(
            "`map` runs an `async` closure for each element of a list: `map(items, async |item| task(&item).await).await?`; a function of your own takes another name",
        ),
        "attempt" => Some(
            "`attempt` runs an `async` closure again: `attempt(async || { .. }).retry(..).await?`; a function of your own takes another name",
        ),
        "distributed_map" | "distributed_map_batches" => Some(
            "`distributed_map` runs an `async` closure for each element of a source: `distributed_map(items, async |item| { .. }).await?`",
        ),
        _ => None,
    }
}
