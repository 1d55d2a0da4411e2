//! What condition operators compare: numbers, dates, addresses.

use std::cmp::Ordering;

use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A decimal number, compared exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    negative: bool,
    /// Without zeros at either end: `0.d₁d₂d₃… × 10^exponent`. None at all is zero.
    digits: Vec<u8>,
    exponent: i64,
}

impl Number {
    /// Reads `-12.5`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes() {
            [b'-', ..] => (true, text.get(1..)?),
            [b'+', ..] => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (whole, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
        let is_digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let digits = whole.bytes().chain(fraction.bytes());
        let leading = digits.clone().take_while(|byte| *byte == b'0').count();
        let mut digits: Vec<u8> = digits.skip(leading).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let length = |count: usize| i64::try_from(count).ok();
        let exponent = length(whole.len())? - length(leading)?;
        Some(Self {
            negative: negative && !digits.is_empty(),
            exponent: if digits.is_empty() { 0 } else { exponent },
            digits,
        })
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        // Zero has no digits, and is less than whatever has some.
        let has_digits = |number: &Self| !number.digits.is_empty();
        let magnitude = has_digits(self)
            .cmp(&has_digits(other))
            .then(self.exponent.cmp(&other.exponent))
            .then_with(|| self.digits.cmp(&other.digits));
        match (self.negative, other.negative) {
            (false, false) => magnitude,
            (true, true) => magnitude.reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Reads a date in one of the W3C forms (year to fraction of a second, with a zone), or as seconds since
/// the epoch.
pub(crate) fn date(text: &str) -> Option<Timestamp> {
    let utc = |date: Date| Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp());
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return match text.len() {
            4 => utc(format!("{text}-01-01").parse().ok()?),
            _ => Timestamp::from_second(text.parse().ok()?).ok(),
        };
    }
    match text.len() {
        7 => utc(format!("{text}-01").parse().ok()?),
        10 => utc(text.parse().ok()?),
        _ => text.parse().ok(),
    }
}

/// Reads a block of addresses; a bare address is a block of one.
pub(crate) fn network(text: &str) -> Option<IpNet> {
    let single = || Some(IpNet::from(text.parse::<std::net::IpAddr>().ok()?));
    text.parse().ok().or_else(single)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_numbers_exactly() {
        let number = |text: &str| Number::parse(text).unwrap();
        let ascending = [
            "-100000000000000000000",
            "-10",
            "-9.5",
            "-0.001",
            "0",
            "0.0999",
            "0.1",
            "0.10000000000000000001",
            "9",
            "10",
            "99999999999999999999",
        ];
        for pair in ascending.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
        }
        for (one, other) in [("1.0", "1"), ("-0", "0"), ("100", "100.0"), ("+5", "05")] {
            assert_eq!(number(one), number(other));
        }
        for wrong in ["", "x", "1.2.3", "1e2", ".", ".5", "5.", "-"] {
            assert_eq!(Number::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn reads_dates_in_all_their_forms() {
        for same in [
            "2026",
            "2026-01",
            "2026-01-01",
            "2026-01-01T00:00Z",
            "2026-01-01T00:00:00Z",
            "2026-01-01T01:00:00.000+01:00",
            "1767225600",
        ] {
            assert_eq!(
                date(same).map(jiff::Timestamp::as_second),
                Some(1_767_225_600),
                "{same}"
            );
        }
        assert_eq!(date("yesterday"), None);
    }
}
