//! What a run has to say, in the words and forms of those who read it. One file per format. A reporter
//! decides nothing, and cannot tell what format an input had.

pub mod diff;
pub mod human;
pub mod json;
pub mod manual;
pub mod model;
pub mod paths;
pub mod picture;
pub mod sarif;
pub mod seals;

use std::io::{self, Write};

use crate::finding::Report;

/// A form in which a report can be printed.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The name on the command line.
    pub name: &'static str,
    /// Who reads it.
    pub summary: &'static str,
    write: fn(&Report, Style, &mut dyn Write) -> io::Result<()>,
}

/// How a report for people is printed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// With everything that is otherwise summed up.
    pub verbose: bool,
}

/// Every format.
pub static FORMATS: &[Format] = &[
    Format {
        name: "human",
        summary: "for people at a terminal",
        write: human::write,
    },
    Format {
        name: "json",
        summary: "for machines; `plangate debug schema` prints its JSON Schema",
        write: |report, _, out| json::write(report, out),
    },
    Format {
        name: "sarif",
        summary: "SARIF 2.1.0, for code scanning",
        write: |report, _, out| sarif::write(report, out),
    },
];

impl Format {
    /// Finds a format by its name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// Prints a report.
    pub fn write(&self, report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
        (self.write)(report, style, out)
    }
}
