//! Which provider configuration manages a resource, and in which account and region it works.
//!
//! Source: Terraform Language, "Provider Configuration", "Providers Within Modules".

use std::rc::Rc;

use super::World;
use super::expansion::{Declared, labels};
use super::instance::{ModuleInstance, Repeat};
use crate::hcl::syntax::{Block, Expr, ExprKind};
use crate::hcl::{Locals, Value};
use crate::load::plan::partition_of;
use crate::model::graph::Provider;
use crate::model::resource::inside;
use crate::model::value::ProviderId;

impl<'r> World<'r> {
    /// The provider configuration of a resource; none for providers that are not Amazon's.
    pub(super) fn provider_of(&self, declared: &Declared<'r>) -> Option<Provider<'static>> {
        let id = self.provider_id(declared)?;
        let providers = self.providers.borrow();
        let (_, provider) = providers.get(usize::try_from(id.0).ok()?)?;
        Some(provider.clone())
    }

    /// Which one it is.
    pub(super) fn provider_id(&self, declared: &Declared<'r>) -> Option<ProviderId> {
        let (of, _) = labels(declared.block);
        let local = of.split('_').next().unwrap_or(of);
        let written = declared.block.body.argument("provider");
        let name = written
            .and_then(|argument| name_of(&argument.value))
            .unwrap_or_else(|| local.to_owned());
        ["aws", "awscc"]
            .contains(&local)
            .then(|| self.provider_named(&declared.instance, &name))
    }

    /// The configuration that a name stands for in a module, which may be its caller's.
    fn provider_named(&self, instance: &Rc<ModuleInstance<'r>>, name: &str) -> ProviderId {
        let (of, alias) = match name.split_once('.') {
            Some((of, alias)) => (of, Some(alias)),
            None => (name, None),
        };
        let own = instance.providers().find(|block| {
            let own = block.body.argument("alias");
            let own = own.and_then(|argument| match &argument.value.kind {
                ExprKind::Text(text) => Some(text.as_str()),
                _ => None,
            });
            block.labels.first().is_some_and(|label| label == of) && own == alias
        });
        if own.is_none()
            && let Some((parent, call, _)) = &instance.parent
        {
            let passed = passed_to(call, name);
            return match (passed, alias) {
                (Some(outer), _) => self.provider_named(parent, &outer),
                // Without an alias, it is handed down as it is.
                (None, None) => self.provider_named(parent, name),
                (None, Some(_)) => self.configured(instance, name, None),
            };
        }
        self.configured(instance, name, own)
    }

    /// The place of a configuration in the list of all.
    fn configured(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        name: &str,
        block: Option<&'r Block>,
    ) -> ProviderId {
        let key = inside(&instance.address, name);
        let known = self
            .providers
            .borrow()
            .iter()
            .position(|(known, _)| *known == key);
        let at = known.unwrap_or_else(|| {
            // Taken in first: its arguments may ask for it again.
            let at = self.providers.borrow().len();
            let place = Provider {
                name: name.to_owned().into(),
                account: self.beside.account.map(|text| text.to_owned().into()),
                region: self.beside.region.map(|text| text.to_owned().into()),
                partition: None,
            };
            self.providers.borrow_mut().push((key, place));
            let told = block.map(|block| self.place_of(instance, block));
            if let Some((_, provider)) = self.providers.borrow_mut().get_mut(at) {
                if let Some((region, account)) = told {
                    provider.region = region.map(Into::into).or(provider.region.take());
                    provider.account = account.map(Into::into).or(provider.account.take());
                }
                provider.partition = provider.region.as_deref().map(partition_of);
            }
            at
        });
        ProviderId(u32::try_from(at).unwrap_or(0))
    }

    /// The region and account that a configuration names.
    fn place_of(
        &self,
        instance: &Rc<ModuleInstance<'r>>,
        block: &'r Block,
    ) -> (Option<String>, Option<String>) {
        let nothing = Repeat::default();
        let value = |expr: &Expr| {
            self.evaluate(expr, instance, &nothing, &Locals::default())
                .ok()
        };
        let region = block.body.argument("region");
        let region = region.and_then(|argument| value(&argument.value));
        let region = region.and_then(|value| value.as_str().map(str::to_owned));
        let allowed = block.body.argument("allowed_account_ids");
        let allowed = allowed.and_then(|argument| value(&argument.value));
        let allowed = allowed.and_then(|value| match value.elements() {
            Some([one]) => one.as_str().map(str::to_owned),
            _ => None,
        });
        let assumed = block.body.blocks_named("assume_role").next();
        let assumed = assumed.and_then(|block| block.body.argument("role_arn"));
        let assumed = assumed.and_then(|argument| value(&argument.value));
        let assumed = assumed
            .as_ref()
            .and_then(Value::as_str)
            .and_then(account_of);
        (region, allowed.or(assumed))
    }
}

/// The account of the ARN of a role.
fn account_of(arn: &str) -> Option<String> {
    let account = arn.split(':').nth(4)?;
    let is_id = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| account.to_owned())
}

/// `aws.replica`, also in quotes.
fn name_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Variable(name) | ExprKind::Text(name) => Some(name.clone()),
        ExprKind::Attribute(base, alias) => Some(format!("{}.{alias}", name_of(base)?)),
        _ => None,
    }
}

/// What a call hands to its module under a provider's name.
fn passed_to(call: &Block, name: &str) -> Option<String> {
    let argument = call.body.argument("providers")?;
    let ExprKind::Object(entries) = &argument.value.kind else {
        return None;
    };
    let mut entries = entries.iter();
    let found = entries.find(|(key, _)| name_of(key).is_some_and(|key| key == name));
    name_of(&found?.1)
}
