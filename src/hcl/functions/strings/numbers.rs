//! Numbers in the texts that `format` makes: as Go writes large integers and floats.
//!
//! Source: Terraform Language, "format Function"; Go, "Package fmt", "Package math/big".

use std::str::FromStr as _;

use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;
use dashu_int::{IBig, UBig};

use super::format::Verb;
use crate::hcl::number::Number;

/// The bits of a number's mantissa.
const BITS: usize = 512;

/// Digits that `%g` gives at most before it writes an exponent.
const PLAIN: isize = 6;

/// More digits are refused.
const MOST: usize = 20_000;

/// `0.DIGITS` times ten to a power; no digits for zero.
struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: isize,
}

/// A number as `%v` writes it.
pub(super) fn shortest(number: &Number) -> String {
    let decimal = Decimal::shortest(number);
    let text = decimal.general('e', None);
    if decimal.is_negative {
        format!("-{text}")
    } else {
        text
    }
}

/// A number as a verb writes it.
pub(super) fn formatted(verb: &Verb, number: &Number) -> Result<String, String> {
    if matches!(verb.mode, 'b' | 'd' | 'o' | 'x' | 'X') {
        return integer(verb, number);
    }
    if verb.precision.is_some_and(|precision| precision > MOST) {
        return Err("so many digits are not worked out".to_owned());
    }
    let decimal = Decimal::shortest(number);
    let text = match (verb.mode, verb.precision) {
        ('e' | 'E', precision) => {
            let after = precision.unwrap_or(6);
            decimal
                .rounded(number, after + 1)?
                .with_exponent(verb.mode, after)
        }
        ('f', precision) => Decimal::fixed(number, precision.unwrap_or(6))?,
        (mode, None) => decimal.general(if mode == 'g' { 'e' } else { 'E' }, None),
        (mode, Some(precision)) => {
            let precision = precision.max(1);
            let rounded = decimal.rounded(number, precision)?;
            rounded.general(if mode == 'g' { 'e' } else { 'E' }, Some(precision))
        }
    };
    let sign = sign(verb, decimal.is_negative);
    let missing = verb.width.saturating_sub(sign.len() + text.len());
    Ok(if verb.minus {
        format!("{sign}{text}{}", " ".repeat(missing))
    } else if verb.zero {
        format!("{sign}{}{text}", "0".repeat(missing))
    } else {
        format!("{}{sign}{text}", " ".repeat(missing))
    })
}

fn sign(verb: &Verb, is_negative: bool) -> &'static str {
    match (is_negative, verb.plus, verb.space) {
        (true, ..) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    }
}

fn integer(verb: &Verb, number: &Number) -> Result<String, String> {
    if !number.is_integer() {
        return Err("an integer is required".to_owned());
    }
    let whole = IBig::from_str(&number.to_string());
    let whole = whole.map_err(|_| "an integer is required".to_owned())?;
    let (is_negative, magnitude) = (number.is_negative(), whole.into_parts().1);
    let (radix, prefix) = match verb.mode {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let mut digits = magnitude.in_radix(radix).to_string();
    if verb.mode == 'X' {
        digits.make_ascii_uppercase();
    }
    if verb.precision == Some(0) && digits == "0" {
        return Ok(String::new());
    }
    let (sign, prefix) = (
        sign(verb, is_negative),
        if verb.sharp { prefix } else { "" },
    );
    let mut zeros = verb.precision.unwrap_or(0).saturating_sub(digits.len());
    let length = sign.len() + prefix.len() + zeros + digits.len();
    let missing = verb.width.saturating_sub(length);
    let (mut left, mut right) = (0, 0);
    if verb.minus {
        right = missing;
    } else if verb.zero && verb.precision.is_none() {
        zeros = missing;
    } else {
        left = missing;
    }
    let blanks = |count: usize| " ".repeat(count);
    Ok(format!(
        "{}{sign}{prefix}{}{digits}{}",
        blanks(left),
        "0".repeat(zeros),
        blanks(right)
    ))
}

impl Decimal {
    /// The fewest digits that read back as the same number.
    fn shortest(number: &Number) -> Self {
        let written = number.to_string();
        let unsigned = written.strip_prefix('-').unwrap_or(&written);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let leading = all.len() - digits.len();
        let exponent = isize::try_from(whole.len()).unwrap_or(isize::MAX)
            - isize::try_from(leading).unwrap_or(isize::MAX);
        let digits = digits.trim_end_matches('0').to_owned();
        Self {
            is_negative: number.is_negative(),
            exponent: if digits.is_empty() { 0 } else { exponent },
            digits,
        }
    }

    /// The exact number rounded to so many digits.
    fn rounded(&self, number: &Number, count: usize) -> Result<Self, String> {
        let signed = isize::try_from(count).map_err(|error| error.to_string())?;
        if self.digits.is_empty() {
            return Ok(self.of(String::new(), 0));
        }
        let mut all = scaled(number, signed - self.exponent)?.to_string();
        let carried = all.len() > count;
        all.truncate(all.trim_end_matches('0').len());
        Ok(self.of(all, self.exponent + isize::from(carried)))
    }

    fn of(&self, digits: String, exponent: isize) -> Self {
        let is_negative = self.is_negative;
        Self {
            is_negative,
            digits,
            exponent,
        }
    }

    /// `1.50`, with so many digits behind the point.
    fn fixed(number: &Number, after: usize) -> Result<String, String> {
        let power = isize::try_from(after).map_err(|error| error.to_string())?;
        let mut all = scaled(number, power)?.to_string();
        if all.len() <= after {
            all.insert_str(0, &"0".repeat(after + 1 - all.len()));
        }
        if after > 0 {
            all.insert(all.len() - after, '.');
        }
        Ok(all)
    }

    /// `1.5e+07`, with so many digits behind the point.
    fn with_exponent(&self, letter: char, after: usize) -> String {
        let mut digits = self.digits.chars();
        let first = digits.next().unwrap_or('0');
        let rest: String = digits.chain(std::iter::repeat('0')).take(after).collect();
        let point = if after > 0 { "." } else { "" };
        let exponent = if self.digits.is_empty() {
            0
        } else {
            self.exponent - 1
        };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{first}{point}{rest}{letter}{sign}{:02}", exponent.abs())
    }

    /// With an exponent where that is large, and without zeros at the end.
    fn general(&self, letter: char, precision: Option<usize>) -> String {
        let has = isize::try_from(self.digits.len()).unwrap_or(isize::MAX);
        let limit = match precision {
            None => PLAIN,
            Some(precision) => {
                let precision = isize::try_from(precision).unwrap_or(isize::MAX);
                if precision > has && has >= self.exponent {
                    has
                } else {
                    precision
                }
            }
        };
        let exponent = self.exponent - 1;
        if exponent < -4 || exponent >= limit {
            return self.with_exponent(letter, self.digits.len().saturating_sub(1));
        }
        match usize::try_from(self.exponent) {
            Err(_) | Ok(0) => {
                let zeros = "0".repeat(self.exponent.unsigned_abs());
                let point = if self.digits.is_empty() { "" } else { "." };
                format!("0{point}{zeros}{}", self.digits)
            }
            Ok(whole) => {
                let mut digits = self.digits.clone();
                if digits.len() <= whole {
                    digits.push_str(&"0".repeat(whole - digits.len()));
                } else {
                    digits.insert(whole, '.');
                }
                digits
            }
        }
    }
}

/// The magnitude of a number times ten to a power, exactly, rounded to the nearest integer; a half goes
/// to the even one.
fn scaled(number: &Number, power: isize) -> Result<UBig, String> {
    let too_large = || "so large a number is not written out".to_owned();
    let decimal = FBig::<HalfEven, 10>::from_str(&number.to_string()).map_err(|_| too_large())?;
    let binary = decimal.with_base_and_precision::<2>(BITS).value();
    let (mantissa, twos) = binary.into_repr().into_parts();
    let limit = 1_000_000;
    if twos.unsigned_abs() > limit || power.unsigned_abs() > limit {
        return Err(too_large());
    }
    let (mut above, mut below) = (mantissa.into_parts().1, UBig::ONE);
    let tens = UBig::from(10_u8).pow(power.unsigned_abs());
    let side = if power < 0 { &mut below } else { &mut above };
    *side *= tens;
    let side = if twos < 0 { &mut below } else { &mut above };
    *side <<= twos.unsigned_abs();
    let whole = &above / &below;
    let twice = (above - &whole * &below) << 1_usize;
    let is_odd = &whole % 2_u8 == 1;
    let up = twice > below || (twice == below && is_odd);
    Ok(if up { whole + UBig::ONE } else { whole })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn writes_floats_as_terraform_does() {
        let shown = |text: &str| shortest(&number(text));
        assert_eq!(shown("1000000"), "1e+06");
        assert_eq!(shown("100000"), "100000");
        assert_eq!(shown("123456789.5"), "1.234567895e+08");
        assert_eq!(shown("0"), "0");
        assert_eq!(shown("-0.00012"), "-0.00012");
        assert_eq!(shown("0.000012"), "1.2e-05");
        assert_eq!(shown("120"), "120");
    }

    #[test]
    fn rounds_the_exact_number() {
        let shown = |text: &str, mode, precision| {
            let verb = Verb {
                mode,
                precision: Some(precision),
                ..Verb::default()
            };
            formatted(&verb, &number(text)).unwrap()
        };
        assert_eq!(shown("0.145", 'f', 2), "0.15");
        assert_eq!(shown("0.25", 'f', 1), "0.2");
        assert_eq!(shown("9.99", 'f', 1), "10.0");
        assert_eq!(shown("9.99", 'e', 1), "1.0e+01");
        assert_eq!(shown("0", 'e', 2), "0.00e+00");
        assert_eq!(shown("99999", 'g', 2), "1e+05");
        assert_eq!(shown("12345", 'g', 10), "12345");
        assert_eq!(shown("0.05", 'f', 0), "0");
    }
}
