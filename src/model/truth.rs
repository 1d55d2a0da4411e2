//! Three-valued truth, combined by Kleene's tables.

/// Whether something holds in every completion of what is unknown, in none, or in some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Truth {
    /// Holds, whatever the unknown parts turn out to be.
    Yes,
    /// Does not hold, whatever the unknown parts turn out to be.
    No,
    /// Depends on what is unknown.
    Unknown,
}

impl Truth {
    /// `No` wins over `Unknown`, `Unknown` over `Yes`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }

    /// `Yes` wins over `Unknown`, `Unknown` over `No`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, Self::No) => Self::No,
            _ => Self::Unknown,
        }
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, No, Unknown, Yes};

    #[test]
    fn follows_kleenes_tables() {
        let all = [Yes, No, Unknown];
        // A truth stands for the set of its completions; the tables must agree with the sets.
        let completions = |truth: Truth| match truth {
            Yes => vec![true],
            No => vec![false],
            Unknown => vec![true, false],
        };
        let judged = |results: Vec<bool>| match (results.contains(&true), results.contains(&false))
        {
            (true, false) => Yes,
            (false, true) => No,
            _ => Unknown,
        };
        for a in all {
            assert_eq!(!a, judged(completions(a).into_iter().map(|a| !a).collect()));
            for b in all {
                let pairs = |combine: fn(bool, bool) -> bool| {
                    let results = completions(a)
                        .into_iter()
                        .flat_map(|a| completions(b).into_iter().map(move |b| combine(a, b)));
                    judged(results.collect())
                };
                assert_eq!(a.and(b), pairs(|a, b| a && b), "{a:?} and {b:?}");
                assert_eq!(a.or(b), pairs(|a, b| a || b), "{a:?} or {b:?}");
            }
        }
    }
}
