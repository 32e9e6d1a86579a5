//! The statements of a random program.

use super::{
    generate::Generator,
    program::{Part, Statement},
    types::Type,
};

fn text(text: impl Into<String>) -> Part {
    Part::Text(text.into())
}

impl Generator {
    /// Statements, with what they declare left in scope where they are the body itself.
    pub(super) fn block(&mut self, count: usize, depth: usize, is_body: bool) -> Vec<Statement> {
        let kept = self.scope.len();
        let mut block = Vec::new();
        for _ in 0..count {
            block.extend(self.statement(depth, is_body));
        }
        if !is_body {
            self.scope.truncate(kept);
        }
        block
    }

    fn inner(&mut self, depth: usize) -> Vec<Statement> {
        let count = self.rng.usize(1..4);
        self.block(count, depth - 1, false)
    }

    fn bind(&mut self, ty: &Type, mutable: bool) -> (String, String, String) {
        let name = self.fresh("v");
        let head = format!("let {}{name}: {}", if mutable { "mut " } else { "" }, self.world.name(ty));
        let keep = format!("{head} = {};", self.world.plain(ty));
        (name, head, keep)
    }

    /// A call, its result, and whether it fails in ways of its own.
    fn call(&mut self) -> (String, Type, bool) {
        self.calls -= 1;
        let place = self.rng.usize(..self.world.tasks.len());
        let task = &self.world.tasks[place];
        let (name, parameters, result, fails) =
            (task.name.clone(), task.parameters.clone(), task.result.clone(), task.fails);
        let arguments: Vec<String> = parameters.iter().map(|ty| self.expression(ty, 1)).collect();
        let mut call = format!("{name}({})", arguments.join(", "));
        if self.chance(15) {
            self.used("policy: retry of a call");
            let errors = match (fails, self.rng.u8(..3)) {
                (true, 0) => "[Fault::SOLD_OUT]",
                (true, 1) => "[Fault::DECLINED, Fault::SHORT]",
                (_, 2) => "[PlatformError::ALL]",
                _ => "[PlatformError::TIMEOUT]",
            };
            call += &format!(".retry(Retry::on({errors}).max_attempts({}))", self.rng.u32(1..3));
            // Behind one of `States.ALL` there is none.
            if fails && self.chance(30) && !errors.contains("ALL") {
                call += ".retry(Retry::on([PlatformError::TASK_FAILED]).max_attempts(1))";
            }
        }
        if self.chance(10) {
            self.used("policy: timeout of a call");
            call += &format!(".timeout(std::time::Duration::from_secs({}))", self.rng.u32(3..20));
        }
        (call, result, fails)
    }

    fn returned(&mut self) -> String {
        let ty = self.returns.clone();
        match self.rng.u8(..4) {
            0 => {
                self.used("return Err");
                "return Err(Outer::Refused);".to_owned()
            }
            1 => {
                self.used("return Err with fields");
                let (count, what) = (self.expression(&Type::U32, 1), self.expression(&Type::Text, 1));
                format!("return Err(Outer::Odd {{ count: {count}, what: {what} }});")
            }
            _ => {
                self.used("return Ok");
                format!("return Ok({});", self.expression(&ty, 1))
            }
        }
    }

    fn statement(&mut self, depth: usize, is_body: bool) -> Vec<Statement> {
        if depth > 0 && self.chance(55) {
            return self.nested(depth, is_body);
        }
        if self.calls > 0 && self.chance(50) {
            return vec![self.awaited()];
        }
        match self.rng.u8(..8) {
            0 | 1 => {
                self.used("let");
                let ty = self.some_type();
                let value = self.expression(&ty, 2);
                let (name, head, keep) = self.bind(&ty, false);
                self.declare(&name, ty, false, 0);
                vec![Statement::line(format!("{head} = {value};")).or(keep)]
            }
            2 if is_body => vec![self.mutable()],
            // A block that awaits nothing is one value, in which no variable is set again: this one awaits.
            2 if self.calls > 0 => {
                self.used("let mut in a block");
                vec![self.awaited(), self.mutable()]
            }
            7 => {
                self.used("sleep");
                let seconds = self.rng.u32(1..50);
                vec![Statement::line(format!("sleep(std::time::Duration::from_secs({seconds})).await;"))]
            }
            _ => self.assignment().into_iter().collect(),
        }
    }

    fn mutable(&mut self) -> Statement {
        self.used("let mut");
        let ty = self.some_type();
        let value = self.expression(&ty, 1);
        let (name, head, keep) = self.bind(&ty, true);
        self.declare(&name, ty, true, 0);
        Statement::line(format!("{head} = {value};")).or(keep)
    }

    fn assignment(&mut self) -> Option<Statement> {
        let region = self.region;
        let settable: Vec<_> = self
            .scope
            .iter()
            .filter(|variable| variable.mutable && variable.region == region)
            .cloned()
            .collect();
        if settable.is_empty() {
            return None;
        }
        let variable = self.pick(&settable).clone();
        let name = &variable.name;
        Some(Statement::line(match &variable.ty {
            Type::U32 | Type::I64 | Type::F64 if self.rng.bool() => {
                self.used("+=");
                format!("{name} += {};", self.expression(&variable.ty, 1))
            }
            Type::List(held) if self.rng.bool() => {
                self.used("push");
                format!("{name}.push({});", self.expression(held, 1))
            }
            Type::Text if self.rng.bool() => {
                self.used("push_str");
                format!("{name} += &{};", self.expression(&Type::Text, 1))
            }
            Type::Named(0) if self.rng.bool() => {
                self.used("assignment to a field");
                format!("{name}.unit_count = {};", self.expression(&Type::U32, 1))
            }
            ty => {
                self.used("assignment");
                format!("{name} = {};", self.expression(ty, 2))
            }
        }))
    }

    /// A statement that awaits one call.
    fn awaited(&mut self) -> Statement {
        let (call, ty, fails) = self.call();
        match self.rng.u8(..8) {
            0..=2 => {
                self.used("call with ?");
                let (name, head, keep) = self.bind(&ty, false);
                self.declare(&name, ty, false, 0);
                Statement::line(format!("{head} = {call}.await?;")).or(keep)
            }
            3 => {
                self.used("let _ = call");
                Statement::line(format!("let _ = {call}.await;"))
            }
            4 => {
                self.used("call with unwrap_or");
                let other = self.expression(&ty, 1);
                let (name, head, keep) = self.bind(&ty, false);
                self.declare(&name, ty, false, 0);
                Statement::line(format!("{head} = {call}.await.unwrap_or({other});")).or(keep)
            }
            5 => {
                self.used("Result in a variable");
                let result = self.fresh("result");
                let (ok, head, keep) = self.bind(&Type::Bool, false);
                self.declare(&ok, Type::Bool, false, 0);
                let method = *self.pick(&["is_ok", "is_err"]);
                Statement::line(format!("let {result} = {call}.await; {head} = {result}.{method}();"))
                    .or(keep)
            }
            6 => {
                self.used("let else on a call");
                let gone = self.returned();
                let name = self.fresh("v");
                let keep = format!("let {name}: {} = {};", self.world.name(&ty), self.world.plain(&ty));
                self.declare(&name, ty, false, 0);
                Statement::line(format!("let Ok({name}) = {call}.await else {{ {gone} }};")).or(keep)
            }
            _ => {
                self.used("call && call in a test");
                let test = self.test(1);
                let (name, head, keep) = self.bind(&Type::Bool, false);
                self.declare(&name, Type::Bool, false, 0);
                let asked = match (&ty, fails) {
                    (Type::U32, _) => format!("{call}.await? > 3u32"),
                    (Type::Bool, _) => format!("{call}.await?"),
                    _ => format!("{call}.await.is_ok()"),
                };
                let op = *self.pick(&["&&", "||"]);
                Statement::line(format!("{head} = {test} {op} {asked};")).or(keep)
            }
        }
    }

    fn nested(&mut self, depth: usize, is_body: bool) -> Vec<Statement> {
        match self.rng.u8(..20) {
            0..=2 => {
                self.used("if");
                let test = self.test(2);
                let then = self.inner(depth);
                let other = self.inner(depth);
                vec![Statement::of(vec![
                    text(format!("if {test} {{")),
                    Part::Block(then),
                    text("} else {"),
                    Part::Block(other),
                    text("}"),
                ])]
            }
            3 => {
                self.used("early return");
                let test = self.test(1);
                let gone = self.returned();
                vec![Statement::line(format!("if {test} {{ {gone} }}"))]
            }
            4 => self.if_let(depth).into_iter().collect(),
            5 | 6 => self.match_enum(depth).into_iter().collect(),
            7 | 8 if self.calls > 0 => vec![self.match_call(depth)],
            9 | 10 => self.for_list(depth).into_iter().collect(),
            11 => vec![self.for_range(depth)],
            12 => self.counted(depth),
            13 => vec![self.try_block(depth)],
            14 | 15 if self.calls > 1 => vec![self.joined(depth)],
            16 | 17 if self.calls > 0 => self.mapped(depth).into_iter().collect(),
            18 if self.calls > 0 => vec![self.attempted(depth)],
            19 if self.calls > 0 && is_body && self.region == 0 => vec![self.cleanup()],
            _ => self.let_else().into_iter().collect(),
        }
    }

    fn if_let(&mut self, depth: usize) -> Option<Statement> {
        let (path, ty) = self.steady_path(|ty| matches!(ty, Type::Option(_)))?;
        let Type::Option(held) = ty else { return None };
        self.used("if let Some");
        let (name, kept) = (self.fresh("some"), self.scope.len());
        self.declare(&name, *held, false, 1);
        let then = self.inner(depth);
        self.scope.truncate(kept);
        let other = self.inner(depth);
        Some(Statement::of(vec![
            text(format!("if let Some({name}) = &{path} {{")),
            Part::Block(then),
            text("} else {"),
            Part::Block(other),
            text("}"),
        ]))
    }

    fn let_else(&mut self) -> Option<Statement> {
        let (path, ty) = self.steady_path(|ty| matches!(ty, Type::Option(_)))?;
        let Type::Option(held) = ty else { return None };
        self.used("let Some else");
        let gone = self.returned();
        let name = self.fresh("v");
        let keep = format!("let {name}: {} = {};", self.world.name(&held), self.world.plain(&held));
        self.declare(&name, *held, false, 0);
        Some(Statement::line(format!("let Some({name}) = {path}.clone() else {{ {gone} }};")).or(keep))
    }

    fn match_enum(&mut self, depth: usize) -> Option<Statement> {
        let (path, _) = self.steady_path(|ty| *ty == Type::Named(1))?;
        self.used("match on an enum");
        let (number, year, kept) = (self.fresh("number"), self.fresh("year"), self.scope.len());
        self.declare(&number, Type::Text, false, 1);
        self.declare(&year, Type::U32, false, 1);
        let guard = if self.chance(50) {
            self.used("guard");
            format!(" if *{year} > {}", self.expression(&Type::U32, 0))
        } else {
            String::new()
        };
        let card = self.inner(depth);
        self.scope.truncate(kept);
        let cash = self.inner(depth);
        let other = self.inner(depth);
        Some(Statement::of(vec![
            text(format!(
                "match &{path} {{ Kind::Card {{ number: {number}, year_due: {year} }}{guard} => {{"
            )),
            Part::Block(card),
            text("} Kind::Cash => {"),
            Part::Block(cash),
            text("} _ => {"),
            Part::Block(other),
            text("} }"),
        ]))
    }

    /// A `match` on a call, with some of its errors by name.
    fn match_call(&mut self, depth: usize) -> Statement {
        self.used("match on a call");
        let (call, ty, fails) = self.call();
        let (name, head, keep) = self.bind(&ty, false);
        let ok = self.fresh("ok");
        let mut parts = vec![text(format!("{head} = match {call}.await {{ Ok({ok}) => {ok},"))];
        let mut arm = |generator: &mut Self, pattern: &str, bound: &[(&str, Type)]| {
            let kept = generator.scope.len();
            for (name, ty) in bound {
                generator.declare(name, ty.clone(), false, 0);
            }
            let block = generator.inner(depth);
            let end = if generator.chance(70) {
                generator.expression(&ty, 1)
            } else {
                generator.returned().trim_end_matches(';').to_owned()
            };
            generator.scope.truncate(kept);
            parts.extend([
                text(format!(" Err({pattern}) => {{")),
                Part::Block(block),
                text(format!("{end} }}")),
            ]);
        };
        if fails {
            if self.chance(60) {
                self.used("error by name");
                arm(self, "Fault::SoldOut", &[]);
            }
            if self.chance(60) {
                self.used("error with fields");
                let (reason, code) = (self.fresh("reason"), self.fresh("code"));
                let pattern = format!("Fault::Declined {{ reason: {reason}, code: {code} }}");
                arm(self, &pattern, &[(&reason, Type::Text), (&code, Type::U32)]);
            }
            if self.chance(40) {
                self.used("error with a guard");
                let left = self.fresh("left");
                let pattern = format!("Fault::Short({left})) if {left} > (2u32");
                arm(self, &pattern, &[]);
            }
            if self.chance(40) {
                self.used("error of the platform");
                arm(self, "Fault::Platform(PlatformError::Timeout(_))", &[]);
            }
        } else if self.chance(50) {
            self.used("error of the platform");
            arm(self, "PlatformError::Timeout(_)", &[]);
        }
        let error = self.fresh("error");
        if self.chance(50) {
            self.used("error passed on");
            parts.push(text(format!(" Err({error}) => return Err({error}.into()) }};")));
        } else {
            self.used("any error");
            let end = self.expression(&ty, 1);
            parts.push(text(format!(" Err(_) => {end} }};")));
        }
        self.declare(&name, ty, false, 0);
        Statement::of(parts).or(keep)
    }

    /// What may leave or go on in the innermost loop.
    fn leaving(&mut self) -> Statement {
        let test = self.test(1);
        let labels: Vec<String> = self.loops.iter().flatten().cloned().collect();
        let label = if !labels.is_empty() && self.chance(30) {
            self.used("label");
            format!(" {}", self.pick(&labels))
        } else {
            String::new()
        };
        let word = if self.chance(50) { "break" } else { "continue" };
        self.used(if word == "break" { "break" } else { "continue" });
        Statement::line(format!("if {test} {{ {word}{label}; }}"))
    }

    fn turns(&mut self, depth: usize, label: bool) -> (String, Vec<Statement>) {
        let label = (label && self.chance(30)).then(|| self.fresh("'turns"));
        self.loops.push(label.clone());
        let mut block = self.inner(depth);
        if self.chance(40) {
            let place = self.rng.usize(..=block.len());
            // What is declared before it is out of scope here, which is no harm.
            let leaving = self.leaving();
            block.insert(place, leaving);
        }
        self.loops.pop();
        (label.map(|label| format!("{label}: ")).unwrap_or_default(), block)
    }

    fn for_list(&mut self, depth: usize) -> Option<Statement> {
        let (path, ty) = self.borrowed_path(|ty| matches!(ty, Type::List(_)))?;
        let Type::List(held) = ty else { return None };
        let plain = path.trim_start_matches('&').to_owned();
        let (item, kept) = (self.fresh("item"), self.scope.len());
        self.declare(&item, *held, false, 1);
        let (label, block) = self.turns(depth, true);
        self.scope.truncate(kept);
        let head = match self.rng.u8(..4) {
            0 => {
                self.used("for with enumerate");
                format!("{label}for (_place, {item}) in {plain}.iter().enumerate() {{")
            }
            1 => {
                self.used("for with rev");
                format!("{label}for {item} in {plain}.iter().rev() {{")
            }
            _ => {
                self.used("for over a list");
                format!("{label}for {item} in {path} {{")
            }
        };
        Some(Statement::of(vec![text(head), Part::Block(block), text("}")]))
    }

    fn for_range(&mut self, depth: usize) -> Statement {
        self.used("for over a range");
        let (item, kept) = (self.fresh("number"), self.scope.len());
        self.declare(&item, Type::U32, false, 0);
        let (label, block) = self.turns(depth, true);
        self.scope.truncate(kept);
        let range = match self.rng.u8(..3) {
            0 => "0u32..2u32",
            1 => "1u32..=3u32",
            _ => "(0u32..3u32).rev()",
        };
        Statement::of(vec![text(format!("{label}for {item} in {range} {{")), Part::Block(block), text("}")])
    }

    /// `while` and `loop`, with a variable that counts the turns.
    fn counted(&mut self, depth: usize) -> Vec<Statement> {
        let count = self.fresh("count");
        let head = format!("let mut {count}: u32 = 0;");
        let most = self.rng.u32(1..4);
        self.declare(&count, Type::U32, false, 0);
        let first = Statement::line(head.clone()).or(head);
        if self.rng.bool() {
            self.used("while");
            let test = self.test(1);
            let (label, block) = self.turns(depth, true);
            let turns = Statement::of(vec![
                text(format!("{label}while {count} < {most} && {test} {{ {count} += 1;")),
                Part::Block(block),
                text("}"),
            ]);
            return vec![first, turns];
        }
        self.used("loop with a value");
        let ty = self.some_type();
        let value = self.expression(&ty, 1);
        // A `break` of its own would have to have a value as well.
        let loops = std::mem::take(&mut self.loops);
        let block = self.inner(depth);
        self.loops = loops;
        let (name, head, keep) = self.bind(&ty, false);
        self.declare(&name, ty, false, 0);
        let turns = Statement::of(vec![
            text(format!("{head} = loop {{ {count} += 1; if {count} > {most} {{ break {value}; }}")),
            Part::Block(block),
            text("};"),
        ]);
        vec![first, turns.or(keep)]
    }

    /// The statements of something with an end of its own: an `async` block, a branch, an iteration.
    fn own(&mut self, returns: &Type, depth: usize, is_region: bool) -> (Vec<Statement>, String) {
        let outer = std::mem::replace(&mut self.returns, returns.clone());
        let loops = std::mem::take(&mut self.loops);
        let kept = self.scope.len();
        self.region += usize::from(is_region);
        let mut block = Vec::new();
        if self.calls > 0 {
            let (call, ty, _) = self.call();
            let (name, head, keep) = self.bind(&ty, false);
            self.declare(&name, ty, false, 0);
            block.push(Statement::line(format!("{head} = {call}.await?;")).or(keep));
        }
        for _ in 0..self.rng.usize(..3) {
            block.extend(self.statement(depth - 1, is_region));
        }
        let end = self.expression(returns, 1);
        // A `None` alone would not say what it is of.
        let value = self.fresh("end");
        let (name, plain) = (self.world.name(returns), self.world.plain(returns));
        let value_is = Statement::line(format!("let {value}: {name} = {end};"));
        block.push(value_is.or(format!("let {value}: {name} = {plain};")));
        self.region -= usize::from(is_region);
        self.scope.truncate(kept);
        self.loops = loops;
        self.returns = outer;
        (block, format!("Ok::<{name}, Outer>({value})"))
    }

    fn try_block(&mut self, depth: usize) -> Statement {
        self.used("async block");
        let ty = self.some_type();
        let (block, end) = self.own(&ty, depth, false);
        let (name, head, keep) = self.bind(&ty, false);
        let made = self.fresh("block");
        let other = self.inner(depth);
        let value = self.expression(&ty, 1);
        self.declare(&name, ty, false, 0);
        let arm = match self.rng.u8(..3) {
            0 => "Err(Outer::Fault(Fault::SoldOut) | Outer::Refused) => {",
            1 => "Err(Outer::Platform(PlatformError::Timeout(_))) => {",
            _ => "Err(Outer::Odd { .. }) => {",
        };
        let rest = if self.chance(50) { "Err(error) => return Err(error) };" } else { "" };
        let rest = match rest {
            "" => format!("Err(_) => {} }};", self.world.plain(&self.scope[self.scope.len() - 1].ty)),
            rest => rest.to_owned(),
        };
        Statement::of(vec![
            text(format!("let {made} = async {{")),
            Part::Block(block),
            text(format!("{end} }}; {head} = match {made}.await {{ Ok(value) => value, {arm}")),
            Part::Block(other),
            text(format!("{value} }} {rest}")),
        ])
        .or(keep)
    }

    fn joined(&mut self, depth: usize) -> Statement {
        let (one, two) = (self.some_type(), self.some_type());
        let (first, first_end) = self.own(&one, depth, true);
        let (second, second_end) = self.own(&two, depth, true);
        let (left, right) = (self.fresh("v"), self.fresh("v"));
        let both = Type::Tuple(vec![one.clone(), two.clone()]);
        let annotation = self.world.name(&both);
        let keep = format!("let ({left}, {right}): {annotation} = {};", self.world.plain(&both));
        let (open, between, close) = if self.chance(60) {
            self.used("try_join!");
            (
                format!("let ({left}, {right}): {annotation} = try_join!(async {{"),
                "}, async {",
                "})?;".to_owned(),
            )
        } else {
            self.used("join!");
            let (a, b) = (self.world.plain(&one), self.world.plain(&two));
            let (x, y) = (self.fresh("first"), self.fresh("second"));
            (
                format!("let ({x}, {y}) = join!(async {{"),
                "}, async {",
                format!("}}); let {left} = {x}.unwrap_or({a}); let {right} = {y}.unwrap_or({b});"),
            )
        };
        self.declare(&left, one, false, 0);
        self.declare(&right, two, false, 0);
        Statement::of(vec![
            text(open),
            Part::Block(first),
            text(format!("{first_end} {between}")),
            Part::Block(second),
            text(format!("{second_end} {close}")),
        ])
        .or(keep)
    }

    fn mapped(&mut self, depth: usize) -> Option<Statement> {
        let (path, ty) = self.borrowed_path(|ty| matches!(ty, Type::List(_)))?;
        let Type::List(held) = ty else { return None };
        self.used("map");
        let made = self.some_type();
        let (item, kept) = (self.fresh("item"), self.scope.len());
        self.region += 1;
        self.declare(&item, *held, false, 1);
        self.region -= 1;
        let (block, end) = self.own(&made, depth, true);
        self.scope.truncate(kept);
        let limit = if self.chance(50) {
            self.used("map: max_concurrency");
            format!(".max_concurrency({})", self.rng.u32(1..3))
        } else {
            String::new()
        };
        let ty = made.list();
        let (name, head, keep) = self.bind(&ty, false);
        self.declare(&name, ty, false, 0);
        let parts = vec![
            text(format!("{head} = map({path}, async |{item}| {{")),
            Part::Block(block),
            text(format!("{end} }}){limit}.await?;")),
        ];
        Some(Statement::of(parts).or(keep))
    }

    fn attempted(&mut self, depth: usize) -> Statement {
        self.used("attempt");
        let ty = self.some_type();
        let (block, end) = self.own(&ty, depth, true);
        let (name, head, keep) = self.bind(&ty, false);
        self.declare(&name, ty, false, 0);
        let errors = *self.pick(&[
            "[PlatformError::TIMEOUT]",
            "[Fault::SOLD_OUT, Outer::ODD]",
            "[PlatformError::ALL]",
        ]);
        Statement::of(vec![
            text(format!("{head} = attempt(async || {{")),
            Part::Block(block),
            text(format!(
                "{end} }}).retry(Retry::on({errors}).max_attempts({})).await?;",
                self.rng.u32(1..3)
            )),
        ])
        .or(keep)
    }

    fn cleanup(&mut self) -> Statement {
        let (call, _, _) = self.call();
        let word = if self.chance(50) { "defer" } else { "compensate" };
        self.used(if word == "defer" { "defer!" } else { "compensate!" });
        let test = self.test(1);
        // What follows has to say how it fails.
        Statement::line(format!("{word}! {{ {call}.await?; }} if {test} {{ return Err(Outer::Refused); }}"))
    }
}
