//! Functions on points in time, as RFC 3339 writes them.
//!
//! Source: Terraform Language, "Built-in Functions", "Date and Time Functions".

use std::cmp::Ordering;
use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use jiff::SignedDuration;
use jiff::civil::DateTime;

use super::{Call, Error, Function, Parameter, ParameterType, ResultType, text};
use crate::hcl::types::Type;
use crate::hcl::value::Value;

const STRING: Parameter = Parameter::new(ParameterType::String);

pub(super) const FUNCTIONS: &[Function] = &[
    text("formatdate", &[STRING, STRING], formatdate),
    text("plantimestamp", &[], now),
    text("timeadd", &[STRING, STRING], timeadd),
    Function {
        result: ResultType::Number,
        ..text("timecmp", &[STRING, STRING], timecmp)
    },
    text("timestamp", &[], now),
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// What is another time on each run.
fn now(call: Call<'_, '_>) -> Result<Value, Error> {
    Ok(call.not_evaluated(Type::String))
}

/// A point in time, as a clock in a place shows it.
#[derive(Clone, Copy)]
struct Time {
    clock: DateTime,
    /// How far the clock is ahead of UTC, in minutes.
    ahead: i64,
}

impl Time {
    fn read(call: &Call<'_, '_>, text: &str) -> Result<Self, Error> {
        let wrong = || call.error(format!("{text:?} is no time in the form of RFC 3339"));
        Self::parse(text).ok_or_else(wrong)
    }

    fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        let mut date = date.splitn(3, '-');
        let (year, month, day) = (date.next()?, date.next()?, date.next()?);
        let (hour, time) = time.split_once(':')?;
        let (minute, time) = time.split_once(':')?;
        let (second, mut zone) = time.split_at_checked(2)?;
        let mut nanoseconds = 0;
        if let Some(fraction) = zone.strip_prefix('.') {
            let end = fraction.find(|one: char| !one.is_ascii_digit())?;
            let (fraction, rest) = fraction.split_at_checked(end)?;
            let digits: String = fraction
                .chars()
                .chain("000000000".chars())
                .take(9)
                .collect();
            nanoseconds = digits.parse().ok().filter(|_| !fraction.is_empty())?;
            zone = rest;
        }
        let ahead = if zone == "Z" {
            0
        } else {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let hours = i64::from(two(hours)?);
            let minutes = i64::from(two(minutes)?);
            let ahead = (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)?;
            match zone.chars().next()? {
                '+' => ahead,
                '-' => -ahead,
                _ => return None,
            }
        };
        let year = (year.len() == 4).then(|| digits(year))??;
        let year = i16::try_from(year).ok()?;
        let second = two(second).filter(|second| *second < 60)?;
        let clock = DateTime::new(
            year,
            two(month)?,
            two(day)?,
            two(hour)?,
            two(minute)?,
            second,
            nanoseconds,
        );
        let clock = clock.ok()?;
        Some(Self { clock, ahead })
    }

    /// The same as a clock in UTC shows it.
    fn universal(self) -> Option<DateTime> {
        let ahead = SignedDuration::from_mins(self.ahead);
        self.clock.checked_sub(ahead).ok()
    }

    /// `+02:00`, with this between hours and minutes.
    fn offset(self, between: &str) -> String {
        let sign = if self.ahead < 0 { '-' } else { '+' };
        let ahead = self.ahead.abs();
        format!("{sign}{:02}{between}{:02}", ahead / 60, ahead % 60)
    }

    fn name_of_zone(self, universal: &str, between: &str) -> String {
        match self.ahead {
            0 => universal.to_owned(),
            _ => self.offset(between),
        }
    }

    fn verb(self, letter: char, count: usize) -> Option<String> {
        let clock = self.clock;
        let number = |number: i8| match count {
            1 => Some(number.to_string()),
            2 => Some(format!("{number:02}")),
            _ => None,
        };
        let name = |names: &[&str], number: i8, long: usize| {
            let at = usize::try_from(number).ok()?.checked_sub(1)?;
            let name = *names.get(at)?;
            let short = name.get(..3)?;
            Some(if count == long { name } else { short }.to_owned())
        };
        let half = || if clock.hour() < 12 { "AM" } else { "PM" };
        match (letter, count) {
            ('Y', 4) => Some(format!("{:04}", clock.year())),
            ('Y', 2) => Some(format!("{:02}", clock.year() % 100)),
            ('M', 3 | 4) => name(&MONTHS, clock.month(), 4),
            ('M', _) => number(clock.month()),
            ('D', _) => number(clock.day()),
            ('E', 3 | 4) => name(&WEEKDAYS, clock.weekday().to_monday_one_offset(), 4),
            ('h', _) => number(clock.hour()),
            ('H', _) => number(match clock.hour() % 12 {
                0 => 12,
                hour => hour,
            }),
            ('A', 2) => Some(half().to_owned()),
            ('a', 2) => Some(half().to_lowercase()),
            ('m', _) => number(clock.minute()),
            ('s', _) => number(clock.second()),
            ('Z', 1) => Some(self.name_of_zone("Z", ":")),
            ('Z', 3) => Some(self.name_of_zone("UTC", "")),
            ('Z', 4) => Some(self.offset("")),
            ('Z', 5) => Some(self.offset(":")),
            _ => None,
        }
    }
}

fn digits(text: &str) -> Option<u32> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// A number of exactly two digits.
fn two(text: &str) -> Option<i8> {
    (text.len() == 2).then(|| i8::try_from(digits(text)?).ok())?
}

fn formatdate(call: Call<'_, '_>) -> Result<Value, Error> {
    let Some([format, time]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    let time = Time::read(&call, time)?;
    let mut rest = format.chars().peekable();
    let mut text = String::new();
    while let Some(character) = rest.next() {
        match character {
            '\'' => quoted(&mut rest, &mut text)
                .ok_or_else(|| call.error("a quote in the format is not closed"))?,
            letter if letter.is_ascii_alphabetic() => {
                let mut count = 1;
                while rest.next_if_eq(&letter).is_some() {
                    count += 1;
                }
                let shown = time.verb(letter, count).ok_or_else(|| {
                    let verb: String = std::iter::repeat_n(letter, count.min(20)).collect();
                    call.error(format!("`{verb}` means nothing in the format of a date"))
                })?;
                text.push_str(&shown);
            }
            other => text.push(other),
        }
        call.check_length(text.len())?;
    }
    call.known(text)
}

/// The text up to the closing quote, where two quotes stand for one.
fn quoted(rest: &mut Peekable<Chars<'_>>, text: &mut String) -> Option<()> {
    loop {
        match rest.next()? {
            '\'' if rest.next_if_eq(&'\'').is_none() => return Some(()),
            other => text.push(other),
        }
    }
}

fn timeadd(call: Call<'_, '_>) -> Result<Value, Error> {
    let Some([text, duration]) = call.texts() else {
        return Ok(call.undecided(Type::String));
    };
    let time = Time::read(&call, text)?;
    let by = nanoseconds(duration)
        .ok_or_else(|| call.error(format!("{duration:?} is no length of time")))?;
    let moved = time.clock.checked_add(SignedDuration::from_nanos(by));
    let clock = moved.map_err(|_| call.error("the year has more than four digits"))?;
    if clock.year() < 0 {
        return Err(call.error("the year is before the first one"));
    }
    let mut text = String::new();
    let _ = write!(
        text,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}",
        clock.year(),
        clock.month(),
        clock.day(),
        clock.hour(),
        clock.minute(),
        clock.second(),
        time.name_of_zone("Z", ":")
    );
    call.known(text)
}

/// A length of time as Go writes it: `-1h30m`.
fn nanoseconds(text: &str) -> Option<i64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned == "0" {
        return Some(0);
    }
    let mut rest = unsigned;
    let mut total = 0_i128;
    loop {
        let end = rest.find(|one: char| !(one.is_ascii_digit() || one == '.'))?;
        let (number, after) = rest.split_at_checked(end)?;
        let end = after.find(|one: char| one.is_ascii_digit() || one == '.');
        let (unit, after) = after.split_at_checked(end.unwrap_or(after.len()))?;
        let scale = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000_i128,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || number.len() > 40 {
            return None;
        }
        let whole = if whole.is_empty() {
            0
        } else {
            whole.parse::<i128>().ok()?
        };
        total = total.checked_add(whole.checked_mul(scale)?)?;
        let fraction = fraction.get(..fraction.len().min(18))?;
        if !fraction.is_empty() {
            let power = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
            total = total.checked_add(fraction.parse::<i128>().ok()? * scale / power)?;
        }
        if after.is_empty() {
            break;
        }
        rest = after;
    }
    let total = i64::try_from(total).ok()?;
    Some(if text.starts_with('-') { -total } else { total })
}

fn timecmp(call: Call<'_, '_>) -> Result<Value, Error> {
    let Some([one, other]) = call.texts() else {
        return Ok(call.undecided(Type::Number));
    };
    let (one, other) = (Time::read(&call, one)?, Time::read(&call, other)?);
    let order = one.universal().cmp(&other.universal());
    let number = match order {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1_i64,
    };
    Ok(Value::number(number, call.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lengths_of_time_as_go_does() {
        let second = 1_000_000_000;
        for (text, expected) in [
            ("1h30m10.5s", Some(5_410 * second + second / 2)),
            ("-1.5h", Some(-5_400 * second)),
            ("100us", Some(100_000)),
            ("+5m", Some(300 * second)),
            (".5s", Some(second / 2)),
            ("1.h", Some(3_600 * second)),
            ("0", Some(0)),
            ("2562047h47m16.854775807s", Some(i64::MAX)),
            ("2562048h", None),
            ("10", None),
            ("", None),
            ("1d", None),
            ("1h-5m", None),
            ("1 h", None),
        ] {
            assert_eq!(nanoseconds(text), expected, "{text}");
        }
    }

    #[test]
    fn reads_times_as_rfc_3339_writes_them() {
        for text in [
            "2024-02-09T24:04:05Z",
            "2024-02-09 03:04:05Z",
            "2024-02-09t03:04:05z",
            "2024-02-30T03:04:05Z",
            "2024-02-09T03:04:60Z",
            "2024-02-09T03:04:05,5Z",
            "2024-02-09T3:04:05Z",
            "2024-02-09T03:04:05+24:00",
            "x",
            "2024-02-09T03:04:05.Z",
        ] {
            assert!(Time::parse(text).is_none(), "{text}");
        }
        let time = Time::parse("2024-02-09T03:04:05.123456789123-02:30").unwrap();
        assert_eq!(time.offset(":"), "-02:30");
        assert_eq!(time.verb('Z', 3).unwrap(), "-0230");
        assert_eq!(time.verb('H', 2).unwrap(), "03");
        assert!(time.verb('Y', 5).is_none() && time.verb('E', 2).is_none());
    }
}
