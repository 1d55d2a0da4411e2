//! The encodings of texts that Windows asks for, and the simplest ones.
//!
//! Source: Terraform Language, "textencodebase64 Function"; IANA, "Character Sets".

/// An encoding of texts as bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    Utf8,
    /// With a byte order mark; big-endian without one.
    Utf16,
    Utf16Le,
    Utf16Be,
    Latin1,
    Ascii,
}

impl Charset {
    /// The encoding of this name, if it is one of those that are known here.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "utf-8" | "csutf8" => Self::Utf8,
            "utf-16" | "csutf16" => Self::Utf16,
            "utf-16le" | "csutf16le" => Self::Utf16Le,
            "utf-16be" | "csutf16be" => Self::Utf16Be,
            "iso-8859-1" | "iso_8859-1" | "iso_8859-1:1987" | "latin1" | "l1" | "iso-ir-100"
            | "ibm819" | "cp819" | "csisolatin1" => Self::Latin1,
            "us-ascii" | "ascii" | "us" | "cp367" | "ibm367" | "iso646-us" | "csascii"
            | "ansi_x3.4-1968" | "ansi_x3.4-1986" | "iso_646.irv:1991" | "iso-ir-6" => Self::Ascii,
            _ => return None,
        })
    }

    /// The bytes of a text; none if it holds characters that the encoding has not.
    pub(super) fn encode(self, text: &str) -> Option<Vec<u8>> {
        let single = |last: u32| {
            let bytes = text.chars().map(|one| match u32::from(one) {
                code if code <= last => u8::try_from(code).ok(),
                _ => None,
            });
            bytes.collect::<Option<Vec<_>>>()
        };
        match self {
            Self::Utf8 => Some(text.as_bytes().to_vec()),
            Self::Utf16 => {
                let units = [0xfeff].into_iter().chain(text.encode_utf16());
                Some(units.flat_map(u16::to_be_bytes).collect())
            }
            Self::Utf16Be => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Self::Utf16Le => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Self::Latin1 => single(0xff),
            Self::Ascii => single(0x7f),
        }
    }

    /// The text of bytes; none if they are no text in this encoding.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<String> {
        let units = |from: fn([u8; 2]) -> u16, bytes: &[u8]| {
            let pairs = bytes
                .chunks(2)
                .map(|pair| Some(from(pair.try_into().ok()?)));
            let units = pairs.collect::<Option<Vec<_>>>()?;
            String::from_utf16(&units).ok()
        };
        match (self, bytes) {
            (Self::Utf8, _) => String::from_utf8(bytes.to_vec()).ok(),
            (Self::Utf16, [0xff, 0xfe, rest @ ..]) => units(u16::from_le_bytes, rest),
            (Self::Utf16, [0xfe, 0xff, rest @ ..]) => units(u16::from_be_bytes, rest),
            (Self::Utf16 | Self::Utf16Be, _) => units(u16::from_be_bytes, bytes),
            (Self::Utf16Le, _) => units(u16::from_le_bytes, bytes),
            (Self::Latin1, _) => Some(bytes.iter().copied().map(char::from).collect()),
            (Self::Ascii, _) => bytes
                .is_ascii()
                .then(|| bytes.iter().copied().map(char::from).collect()),
        }
    }
}
