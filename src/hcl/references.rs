//! The names that expressions mention.

use super::syntax::{Body, Expr, ExprKind, Part, Step};

impl Expr {
    /// The names that an expression mentions, in the order of the source, as Terraform writes them:
    /// `aws_kms_key.data.arn`, `aws_subnet.all["a"].id`, `var.x`. Of an index, only a literal is told. What a
    /// `for` binds is left out.
    pub fn references(&self, found: &mut Vec<String>) {
        Search {
            bound: Vec::new(),
            found,
        }
        .expr(self);
    }
}

impl Body {
    /// The names that all of a body's arguments and blocks mention.
    pub fn references(&self, found: &mut Vec<String>) {
        for argument in &self.arguments {
            argument.value.references(found);
        }
        for block in &self.blocks {
            block.body.references(found);
        }
    }
}

struct Search<'e, 'f> {
    /// What the enclosing `for`s bind.
    bound: Vec<&'e str>,
    found: &'f mut Vec<String>,
}

impl<'e> Search<'e, '_> {
    fn expr(&mut self, expr: &'e Expr) {
        match &expr.kind {
            ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Text(_) => {}
            ExprKind::Variable(_)
            | ExprKind::Attribute(..)
            | ExprKind::Index(..)
            | ExprKind::Splat(..) => {
                if let Some(name) = self.name(expr) {
                    self.found.push(name);
                }
            }
            ExprKind::Template(parts) => self.parts(parts),
            ExprKind::Tuple(all) => all.iter().for_each(|one| self.expr(one)),
            ExprKind::Object(entries) => {
                for (key, value) in entries {
                    self.expr(key);
                    self.expr(value);
                }
            }
            ExprKind::Call(call) => call.arguments.iter().for_each(|one| self.expr(one)),
            ExprKind::Conditional(three) => three.iter().for_each(|one| self.expr(one)),
            ExprKind::Unary(_, one) => self.expr(one),
            ExprKind::Binary(_, two) => two.iter().for_each(|one| self.expr(one)),
            ExprKind::For(each) => {
                self.expr(&each.collection);
                let names = each.key_name.iter().chain([&each.value_name]);
                self.within(names, |search| {
                    let inner = each.key.iter().chain([&each.value]);
                    inner
                        .chain(&each.condition)
                        .for_each(|one| search.expr(one));
                });
            }
        }
    }

    fn parts(&mut self, parts: &'e [Part]) {
        for part in parts {
            match part {
                Part::Literal(_) => {}
                Part::Interpolation(expr) => self.expr(expr),
                Part::If(condition, yes, no) => {
                    self.expr(condition);
                    self.parts(yes);
                    self.parts(no);
                }
                Part::For {
                    key_name,
                    value_name,
                    collection,
                    parts,
                } => {
                    self.expr(collection);
                    let names = key_name.iter().chain([value_name]);
                    self.within(names, |search| search.parts(parts));
                }
            }
        }
    }

    fn within(&mut self, names: impl Iterator<Item = &'e String>, search: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(names.map(String::as_str));
        search(self);
        self.bound.truncate(before);
    }

    /// The name that a traversal is; none, where it begins with what is no name, or one that is bound.
    fn name(&mut self, expr: &'e Expr) -> Option<String> {
        match &expr.kind {
            ExprKind::Variable(name) => {
                (!self.bound.contains(&name.as_str())).then(|| name.clone())
            }
            ExprKind::Attribute(base, name) => Some(format!("{}.{name}", self.name(base)?)),
            ExprKind::Index(base, key) => {
                let name = self.name(base);
                let key = match &key.kind {
                    ExprKind::Text(key) => format!("[{key:?}]"),
                    ExprKind::Number(key) => format!("[{key}]"),
                    _ => {
                        self.expr(key);
                        String::new()
                    }
                };
                Some(name? + &key)
            }
            ExprKind::Splat(base, steps) => {
                let mut name = self.name(base);
                self.steps(steps, &mut name);
                name
            }
            _ => {
                self.expr(expr);
                None
            }
        }
    }

    fn steps(&mut self, steps: &'e [Step], name: &mut Option<String>) {
        for step in steps {
            match step {
                Step::Attribute(step, _) => {
                    if let Some(name) = name {
                        name.push('.');
                        name.push_str(step);
                    }
                }
                Step::Index(key) => self.expr(key),
                Step::Splat(steps) => self.steps(steps, name),
            }
        }
    }
}
