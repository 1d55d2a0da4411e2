//! Arithmetic on blocks of IP addresses.
//!
//! Source: Terraform Language, "Built-in Functions", "IP Network Functions".

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Call, Error, Function, Parameter, ParameterType, ResultType, text};
use crate::hcl::number::Number;
use crate::hcl::types::Type;
use crate::hcl::value::{Data, Value};

const STRING: Parameter = Parameter::new(ParameterType::String);
const NUMBER: Parameter = Parameter::new(ParameterType::Number);

pub(super) const FUNCTIONS: &[Function] = &[
    text("cidrhost", &[STRING, NUMBER], cidrhost),
    text("cidrnetmask", &[STRING], cidrnetmask),
    text("cidrsubnet", &[STRING, NUMBER, NUMBER], cidrsubnet),
    Function {
        variadic: Some(NUMBER),
        result: ResultType::Strings,
        ..text("cidrsubnets", &[STRING], cidrsubnets)
    },
];

/// A block: its first address as a number, the bits of its prefix, and those of a whole address.
#[derive(Clone, Copy)]
struct Block {
    first: u128,
    prefix: u32,
    bits: u32,
}

impl Block {
    /// A block as it is written. Zeros in front of a number mean nothing, as long ago.
    fn read(call: &Call<'_, '_>, text: &str) -> Result<Self, Error> {
        let wrong = || call.error(format!("{text:?} is no block of addresses"));
        let (address, prefix) = text.split_once('/').ok_or_else(wrong)?;
        let (address, bits) = address_of(address).ok_or_else(wrong)?;
        let is_number = !prefix.is_empty() && prefix.bytes().all(|byte| byte.is_ascii_digit());
        let prefix = prefix.parse::<u32>().ok().filter(|_| is_number);
        let prefix = prefix.filter(|prefix| *prefix <= bits).ok_or_else(wrong)?;
        let host = ones(bits - prefix);
        Ok(Self {
            first: address & !host,
            prefix,
            bits,
        })
    }

    fn address(&self, number: u128) -> String {
        if self.bits == 32 {
            let number = u32::try_from(number & ones(32)).unwrap_or(u32::MAX);
            return Ipv4Addr::from(number).to_string();
        }
        let address = Ipv6Addr::from(number);
        // An address of the fourth version in the sixth one is written as the former.
        match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => address.to_string(),
        }
    }

    /// The addresses of the block.
    fn hosts(&self) -> u32 {
        self.bits - self.prefix
    }

    /// Whether it is a part of the sixth version that holds addresses of the fourth one, which Terraform
    /// takes apart in its own way.
    fn is_mapped(&self) -> bool {
        self.bits == 128 && self.prefix > 0 && self.first >> 32 == 0xffff
    }
}

/// So many bits that are set.
fn ones(bits: u32) -> u128 {
    match bits {
        0 => 0,
        bits => u128::MAX >> (128 - bits),
    }
}

/// An address as a number, and how many bits it has.
fn address_of(text: &str) -> Option<(u128, u32)> {
    let plain = |text: &str| {
        let octets = text.split('.').map(|octet| {
            let is_number = !octet.is_empty() && octet.bytes().all(|byte| byte.is_ascii_digit());
            let value = octet.trim_start_matches('0');
            let value = if value.is_empty() { "0" } else { value };
            is_number.then(|| value.parse::<u8>().ok())?
        });
        let octets: [u8; 4] = octets.collect::<Option<Vec<_>>>()?.try_into().ok()?;
        Some(Ipv4Addr::from(octets))
    };
    if !text.contains(':') {
        return Some((u32::from(plain(text)?).into(), 32));
    }
    let text = match text.rsplit_once(':') {
        Some((before, last)) if last.contains('.') => {
            format!("{before}:{}", plain(last)?)
        }
        _ => text.to_owned(),
    };
    match text.parse::<IpAddr>().ok()? {
        IpAddr::V6(address) => Some((u128::from(address), 128)),
        IpAddr::V4(_) => None,
    }
}

/// A whole number of any size that an address can have: whether it is below zero, and its magnitude.
fn number_at(call: &Call<'_, '_>, at: usize) -> Result<Option<(bool, u128)>, Error> {
    let Data::Number(number) = &call.argument(at).data else {
        return Ok(None);
    };
    if !number.is_integer() {
        return Err(call.error(format!("{number} is no whole number")));
    }
    let limit = Number::parse(&u128::MAX.to_string());
    let magnitude = if number.is_negative() {
        number.negated()
    } else {
        number.clone()
    };
    if limit.is_none_or(|limit| magnitude > limit) {
        return Err(call.error("no block of addresses is so large"));
    }
    let magnitude = magnitude.to_string().parse();
    let magnitude = magnitude.map_err(|_| call.error("no block of addresses is so large"))?;
    Ok(Some((number.is_negative(), magnitude)))
}

fn cidrhost(call: Call<'_, '_>) -> Result<Value, Error> {
    let (Some([block]), Some((is_negative, number))) = (call.texts(), number_at(&call, 1)?) else {
        return Ok(call.undecided(Type::String));
    };
    let block = Block::read(&call, block)?;
    if block.is_mapped() {
        return Ok(call.not_evaluated(Type::String));
    }
    let most = ones(block.hosts());
    let host = if is_negative && number > 0 {
        most.checked_sub(number - 1)
    } else {
        Some(number).filter(|number| *number <= most)
    };
    let host = host.ok_or_else(|| {
        let prefix = block.prefix;
        call.error(format!(
            "a prefix of {prefix} bits leaves no room for this host"
        ))
    })?;
    call.known(block.address(block.first | host))
}

fn cidrnetmask(call: Call<'_, '_>) -> Result<Value, Error> {
    let Some([block]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    let block = Block::read(&call, block)?;
    if block.bits != 32 {
        return Err(call.error("blocks of IPv6 have no mask"));
    }
    call.known(block.address(ones(32) & !ones(block.hosts())))
}

fn cidrsubnet(call: Call<'_, '_>) -> Result<Value, Error> {
    let (Some([block]), Some(more), Some((is_negative, number))) =
        (call.texts(), call.whole_at(1)?, number_at(&call, 2)?)
    else {
        return Ok(call.undecided(Type::String));
    };
    let block = Block::read(&call, block)?;
    // Terraform takes numbers below zero, and makes blocks of them that are elsewhere.
    if more < 0 || (is_negative && number > 0) || block.is_mapped() {
        return Ok(call.not_evaluated(Type::String));
    }
    let more = u32::try_from(more).unwrap_or(u32::MAX);
    if more > block.hosts() {
        let (prefix, bits) = (block.prefix, block.bits);
        let message =
            format!("a prefix of {prefix} bits cannot be {more} bits longer: {bits} are all");
        return Err(call.error(message));
    }
    if number > ones(more) {
        let message = format!("{more} more bits leave no room for a block numbered {number}");
        return Err(call.error(message));
    }
    let prefix = block.prefix + more;
    let number = number.checked_shl(block.bits - prefix).unwrap_or(0);
    call.known(format!("{}/{prefix}", block.address(block.first | number)))
}

fn cidrsubnets(call: Call<'_, '_>) -> Result<Value, Error> {
    let Some([block]) = call.texts() else {
        return Ok(call.undecided(Type::list(Type::String)));
    };
    let block = Block::read(&call, block)?;
    if block.is_mapped() {
        return Ok(call.not_evaluated(Type::list(Type::String)));
    }
    // The first address that is left; none once the last one is taken.
    let mut next = Some(block.first);
    let last = block.first | ones(block.hosts());
    let mut all = Vec::new();
    for at in 1..call.arguments.len() {
        let Some(more) = call.whole_at(at)? else {
            return Ok(call.undecided(Type::list(Type::String)));
        };
        let more = u32::try_from(more)
            .ok()
            .filter(|more| (1..=32).contains(more));
        let more = more.ok_or_else(|| {
            call.error("a prefix must become longer by at least 1 and at most 32 bits")
        })?;
        if more > block.hosts() {
            let message = format!("a prefix of {} bits is too long", block.prefix + more);
            return Err(call.error(message));
        }
        let prefix = block.prefix + more;
        let host = ones(block.bits - prefix);
        // A block begins at a multiple of its own size.
        let first = next.and_then(|next| Some(next.checked_add(host)? & !host));
        let first = first.filter(|first| first | host <= last);
        let first = first.ok_or_else(|| call.error("there is no room left for another block"))?;
        all.push(format!("{}/{prefix}", block.address(first)));
        next = (first | host).checked_add(1);
    }
    call.strings(all.into_iter())
}
