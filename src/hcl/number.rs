//! Numbers as Terraform has them: binary floats with 512 bits, printed in the fewest decimal digits that
//! read back as the same number.
//!
//! Source: Terraform Language, "Types and Values"; `cty`'s numbers are Go's `big.Float` at precision 512.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr as _;

use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;

/// The bits of the mantissa of a number that is written somewhere.
const BITS: usize = 512;

/// Those of a number that Terraform counts: a length, an index. What is worked out of two numbers has the
/// bits of the one with more.
const COUNTED_BITS: usize = 64;

/// Those of a number that a function of 53 bits gives: a power, a logarithm.
const APPROXIMATE_BITS: usize = 53;

/// Larger binary exponents are refused, so that what is multiplied again and again stays bounded.
const LARGEST_BINARY_EXPONENT: isize = 200_000;

/// Enough decimal digits to tell any two numbers apart.
const DIGITS: usize = 160;

/// Larger powers of ten are refused, so that no number costs much to print.
const LARGEST_EXPONENT: i64 = 10_000;

type Binary = FBig<HalfEven, 2>;
type Decimal = FBig<HalfEven, 10>;

/// A number.
#[derive(Debug, Clone, PartialEq)]
pub struct Number(Binary);

impl Number {
    /// Reads a decimal number, as HCL, JSON and Terraform's conversions write it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let is_plain = mantissa.bytes().any(|byte| byte.is_ascii_digit())
            && mantissa
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.');
        let exponent: i64 = exponent.parse().ok()?;
        if !is_plain || exponent.abs() > LARGEST_EXPONENT || mantissa.len() > 5000 {
            return None;
        }
        let decimal = Decimal::from_str(text).ok()?;
        Some(Self::from_decimal(decimal))
    }

    /// The whole number with these digits, the largest first.
    #[must_use]
    pub fn from_digits(is_negative: bool, digits: &[u8], base: usize) -> Self {
        // Each digit has less than eight bits.
        let with_bits = |number: usize| {
            let bits = 8 * digits.len() + COUNTED_BITS;
            Binary::from(number).with_precision(bits).value()
        };
        let mut whole = with_bits(0);
        for digit in digits {
            whole = whole * with_bits(base) + with_bits(usize::from(*digit));
        }
        let exponent = usize::try_from(whole.repr().exponent()).unwrap_or_default();
        let bits = COUNTED_BITS.max(whole.digits() + exponent);
        let whole = if is_negative { -whole } else { whole };
        Self(whole.with_precision(bits).value())
    }

    fn from_decimal(decimal: Decimal) -> Self {
        Self(decimal.with_base_and_precision::<2>(BITS).value())
    }

    /// As an integer, if it is one that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        let integer = self.is_integer().then(|| self.0.to_int().value())?;
        i64::try_from(integer).ok()
    }

    /// As an index or a count, if it can be one.
    #[must_use]
    pub fn as_usize(&self) -> Option<usize> {
        usize::try_from(self.as_i64()?).ok()
    }

    /// The nearest number with 53 bits.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        self.0.to_f64().value()
    }

    /// The nearest number to one with 53 bits; none for what is no number.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        let exact = Binary::try_from(value).ok()?;
        value
            .is_finite()
            .then(|| Self(exact.with_precision(APPROXIMATE_BITS).value()))
    }

    /// Whether it has no fraction.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.0 == self.0.trunc()
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == Binary::ZERO
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.0 < Binary::ZERO
    }

    /// The sum.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self(&self.0 + &other.0)
    }

    /// The difference.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        Self(&self.0 - &other.0)
    }

    /// The product.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        Self(&self.0 * &other.0)
    }

    /// The quotient; none by zero.
    #[must_use]
    pub fn divided_by(&self, other: &Self) -> Option<Self> {
        (!other.is_zero()).then(|| Self(&self.0 / &other.0))
    }

    /// What an integer division leaves, with the sign of the number itself: all of it by zero.
    #[must_use]
    pub fn remainder(&self, other: &Self) -> Self {
        match self.divided_by(other) {
            Some(quotient) => self.minus(&quotient.truncated().times(other)),
            None => self.clone(),
        }
    }

    /// Whether it is so large, or so near to zero, that nothing more may be worked out with it.
    #[must_use]
    pub fn is_out_of_bounds(&self) -> bool {
        let exponent = self.0.repr().exponent();
        self.0.repr().is_infinite() || exponent.abs() > LARGEST_BINARY_EXPONENT
    }

    /// The same without its fraction.
    #[must_use]
    pub fn truncated(&self) -> Self {
        self.whole(self.0.trunc())
    }

    /// The largest integer that is no larger.
    #[must_use]
    pub fn floor(&self) -> Self {
        self.whole(self.0.floor())
    }

    /// The smallest integer that is no smaller.
    #[must_use]
    pub fn ceil(&self) -> Self {
        self.whole(self.0.ceil())
    }

    /// A whole number with the bits of this one, which a rounding takes away.
    fn whole(&self, rounded: Binary) -> Self {
        Self(rounded.with_precision(self.0.precision()).value())
    }

    /// With the other sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self(-self.0.clone())
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Binary::from(value).with_precision(COUNTED_BITS).value())
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self(Binary::from(value).with_precision(COUNTED_BITS).value())
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0.precision();
        // A whole number that has all its bits.
        let length = usize::try_from(self.0.repr().exponent()).map(|more| more + self.0.digits());
        if self.is_integer() && length.is_ok_and(|length| length <= bits) {
            return write!(f, "{}", self.0.to_int().value());
        }
        let with_digits = |digits: usize| -> Decimal {
            let decimal = self.0.clone().with_base_and_precision::<10>(digits);
            decimal.value()
        };
        // The fewest digits that read back as the same number.
        let (mut few, mut enough) = (1, DIGITS);
        while few < enough {
            let middle = usize::midpoint(few, enough);
            let read = with_digits(middle).with_base_and_precision::<2>(bits);
            if read.value() == self.0 {
                enough = middle;
            } else {
                few = middle + 1;
            }
        }
        write!(f, "{}", with_digits(enough))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn prints_what_terraform_prints() {
        let third = number("1").divided_by(&number("3")).unwrap();
        assert_eq!(third.to_string(), format!("0.{}5", "3".repeat(154)));
        assert_eq!(number("0.1").plus(&number("0.2")).to_string(), "0.3");
        assert_eq!(number("2.50").to_string(), "2.5");
        assert_eq!(number("1e3").to_string(), "1000");
        let large = "100000000000000000000000001";
        assert_eq!(number(large).to_string(), large);
        assert_eq!(number("1e-7").to_string(), "0.0000001");
        assert_eq!(number("-7").remainder(&number("3")), number("-1"));
        assert_eq!(number("7").remainder(&number("-3")), number("1"));
        assert_eq!(number("5").remainder(&number("0")), number("5"));
    }

    #[test]
    fn keeps_the_bits_that_terraform_keeps() {
        let counted = Number::from(1_usize).divided_by(&Number::from(3_usize));
        assert_eq!(counted.unwrap().to_string(), "0.33333333333333333334");
        let power = Number::from_f64(2_f64.powi(60)).unwrap();
        assert_eq!(power.to_string(), "1152921504606847000");
        assert_eq!(power, number("1152921504606846976"));
        assert_eq!(power.plus(&number("0")).to_string(), "1152921504606846976");
        let floor = number("7.5").floor();
        let third = floor.divided_by(&number("3.5").floor()).unwrap();
        assert_eq!(third.to_string(), format!("2.{}2", "3".repeat(153)));
        assert_eq!(number("-0.5").ceil().to_string(), "0");
    }

    #[test]
    fn refuses_what_is_no_decimal_number() {
        for text in ["", "-", "0x10", "1_000", "inf", "nan", "1e99999999", "."] {
            assert!(Number::parse(text).is_none(), "{text}");
        }
    }
}
