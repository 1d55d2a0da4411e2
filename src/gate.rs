//! What a report means for the build: the exit code.

use crate::diff::{Difference, Effect};
use crate::finding::{FindingVerdict, Report, Severity};

/// What a gate lets through.
#[derive(Debug, Clone, Copy)]
pub struct Gate {
    /// Broken findings at or above this fail.
    pub fail_on: Severity,
    /// Unsure findings at or above this fail too, and so does every problem.
    pub strict: Option<Severity>,
}

/// How the program ends. The format of the output never changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: nothing that counts.
    Clean,
    /// 1: something is broken at or above the threshold.
    Findings,
    /// 2: it could not run: usage, an input that cannot be read.
    CouldNotRun,
    /// 3: it ran, but under `--strict` something is unsure or was not understood.
    Unsure,
}

impl Exit {
    /// The process's exit code.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::CouldNotRun => 2,
            Self::Unsure => 3,
        }
    }
}

impl Gate {
    /// Decides. An input that could not be read wins over findings, findings over what is unsure.
    #[must_use]
    pub fn decide(&self, report: &Report) -> Exit {
        let at_or_above = |verdict, threshold| {
            report
                .findings
                .iter()
                .any(|finding| finding.verdict == verdict && finding.severity >= threshold)
        };
        if report.problems.iter().any(|problem| problem.fatal) {
            return Exit::CouldNotRun;
        }
        if at_or_above(FindingVerdict::Broken, self.fail_on) {
            return Exit::Findings;
        }
        match self.strict {
            Some(threshold)
                if at_or_above(FindingVerdict::Unsure, threshold)
                    || !report.problems.is_empty() =>
            {
                Exit::Unsure
            }
            _ => Exit::Clean,
        }
    }

    /// Decides about a change: what it makes worse counts as broken, what cannot be told as unsure. A proof that is
    /// lost is made worse.
    #[must_use]
    pub fn decide_change(&self, difference: &Difference) -> Exit {
        let at_or_above = |wanted, threshold| {
            let mut effects = difference.effects();
            effects.any(|(effect, severity)| effect == wanted && severity >= threshold)
        };
        if difference.problems.iter().any(|problem| problem.fatal) {
            return Exit::CouldNotRun;
        }
        if at_or_above(Effect::Worse, self.fail_on) {
            return Exit::Findings;
        }
        match self.strict {
            Some(threshold)
                if at_or_above(Effect::Undecidable, threshold)
                    || !difference.problems.is_empty() =>
            {
                Exit::Unsure
            }
            _ => Exit::Clean,
        }
    }
}
