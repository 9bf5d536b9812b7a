//! What a text must look like to be a `phone`: one rule for literals in flows and for values in events.

/// Whether a text is an E.164 number (`+` and 7 to 15 digits, the first of them not 0), a `sip:` or `sips:`
/// address, or a `client:` name.
pub fn is_phone(text: &str) -> bool {
    if let Some(digits) = text.strip_prefix('+') {
        return (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit());
    }
    ["sip:", "sips:", "client:"].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| {
            (1..=255).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_graphic())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::is_phone;

    #[test]
    fn numbers_and_addresses_are_phones() {
        for text in ["+14155550111", "+4930123", "sip:ann@example.test", "client:ann"] {
            assert!(is_phone(text), "{text}");
        }
    }

    #[test]
    fn everything_else_is_none() {
        for text in
            ["", "+", "4155550111", "+0415555011", "+1415555011112345", "+1 415", "sip:", "tel:+1"]
        {
            assert!(!is_phone(text), "{text}");
        }
    }
}
