//! The table: every method with what it takes, what it gives, a line that says what it does and an example.

use serde::{Deserialize, Serialize};

use crate::types::TypeId;

use super::DefaultValue::{
    Bool as DBool, Duration as DDuration, EmptyList as DEmpty, Int as DInt, None as DNone,
    Text as DText,
};
use super::Receiver::{Any, Bytes, Date, Decimal, Duration, Float, Int, Json, Map, Text, Time};
use super::Shape::*;
use super::terms::*;
use super::{BuiltinParameter, Meaning, Shape, Signature};

macro_rules! default {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

macro_rules! builtins {
    ($(
        $id:ident = $receiver:tt $name:literal
        ( $($param:ident : $shape:expr $(, = $default:expr)? );* ) -> $result:expr,
        $doc:literal,
        $example:literal => $gives:literal
    )*) => {
        /// A method of a built-in type. The receiver is its first argument.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Builtin {
            $(#[doc = $doc] $id,)*
        }

        impl Builtin {
            /// Every method, in the order of the table.
            pub const ALL: &'static [Builtin] = &[$(Builtin::$id),*];

            /// What the method takes and gives.
            pub fn signature(self) -> Signature {
                match self {
                    $(Builtin::$id => Signature {
                        name: $name,
                        receiver: $receiver,
                        parameters: &[$(BuiltinParameter {
                            name: stringify!($param),
                            shape: $shape,
                            default: default!($($default)?),
                        }),*],
                        result: $result,
                        doc: $doc,
                        example: ($example, $gives),
                    },)*
                }
            }
        }
    };
}

builtins! {
    // Texts: what is in them.
    TextLength = Text "length"() -> INT,
        "How many characters the text has.",
        r#""Zoë".length()"# => "3"
    TextIsEmpty = Text "is_empty"() -> BOOL,
        "Whether the text has no character but white space.",
        r#"" ".is_empty()"# => "true"
    TextContains = Text "contains"(text: TEXT; ignore_case: BOOL, = DBool(false)) -> BOOL,
        "Whether the other text occurs in it.",
        r#""Hello".contains("ELL", ignore_case: true)"# => "true"
    TextContainsAny = Text "contains_any"(texts: TEXTS; ignore_case: BOOL, = DBool(false)) -> BOOL,
        "Whether one of the other texts occurs in it.",
        r#""no refund".contains_any(["refund", "money"])"# => "true"
    TextStartsWith = Text "starts_with"(text: TEXT; ignore_case: BOOL, = DBool(false)) -> BOOL,
        "Whether it begins with the other text.",
        r#""Hello".starts_with("He")"# => "true"
    TextEndsWith = Text "ends_with"(text: TEXT; ignore_case: BOOL, = DBool(false)) -> BOOL,
        "Whether it ends with the other text.",
        r#""report.PDF".ends_with(".pdf", ignore_case: true)"# => "true"
    TextEqualsIgnoreCase = Text "equals_ignore_case"(text: TEXT) -> BOOL,
        "Whether it is the other text but for upper and lower case.",
        r#""Madrid".equals_ignore_case("MADRID")"# => "true"
    TextMatches = Text "matches"(pattern: REGEX) -> BOOL,
        "Whether a regular expression fits somewhere in it; `^` and `$` stand for its ends.",
        r#""AB-12".matches("^[A-Z]+-[0-9]+$")"# => "true"
    TextCount = Text "count"(text: TEXT) -> INT,
        "How often the other text occurs, without overlap.",
        r#""banana".count("an")"# => "2"
    TextIndexOf = Text "index_of"(text: TEXT) -> MAYBE_INT,
        "Where the other text begins, counted from 0, or none.",
        r#""hello".index_of("l")"# => "2"
    TextSimilarity = Text "similarity"(text: TEXT) -> FLOAT,
        "How alike two texts are, from 0 to 1: the share of characters that need no change.",
        r#""Anna".similarity("Anne")"# => "0.75"
    TextIsEmail = Text "is_email"() -> BOOL,
        "Whether it is one e-mail address.",
        r#""ann@example.test".is_email()"# => "true"
    TextIsUrl = Text "is_url"() -> BOOL,
        "Whether it is one address that begins with `http://` or `https://`.",
        r#""https://example.test/a".is_url()"# => "true"

    // Texts: parts of them.
    TextSlice = Text "slice"(start: INT; end: MAYBE_INT, = DNone) -> TEXT,
        "The characters from `start` up to `end`, counted from 0; negative from the end; past the end is the end.",
        r#""hello".slice(1, 3)"# => r#""el""#
    TextBefore = Text "before"(text: TEXT) -> MAYBE_TEXT,
        "What stands before the other text's first occurrence, or none.",
        r#""ann@example.test".before("@")"# => r#""ann""#
    TextAfter = Text "after"(text: TEXT) -> MAYBE_TEXT,
        "What stands behind the other text's first occurrence, or none.",
        r#""ann@example.test".after("@")"# => r#""example.test""#
    TextBetween = Text "between"(start: TEXT; end: TEXT) -> MAYBE_TEXT,
        "What stands between the first `start` and the next `end`, or none.",
        r#""a [b] c".between("[", "]")"# => r#""b""#
    TextTruncate = Text "truncate"(length: INT; end: TEXT, = DText("…")) -> TEXT,
        "The text cut to a length, its end included.",
        r#""Good morning".truncate(5)"# => r#""Good…""#
    TextMatchAll = Text "match_all"(pattern: REGEX) -> TEXTS,
        "All that a regular expression fits; with a group in it, what its first group fits.",
        r#""a1 b22".match_all("[0-9]+")"# => r#"["1", "22"]"#
    TextMatchGroups = Text "match_groups"(pattern: REGEX) -> OptionalMapOfText,
        "What the groups of a regular expression's first match fit, by name or by number from 1, or none.",
        r#""Ann, 7".match_groups("(?<name>[A-z]+), ([0-9]+)")"# => r#"{ name: "Ann", "2": "7" }"#
    TextSplit = Text "split"(separator: TEXT) -> TEXTS,
        "The parts between the separators.",
        r#""a,b".split(",")"# => r#"["a", "b"]"#
    TextLines = Text "lines"() -> TEXTS,
        "The lines, without their ends.",
        r#""a\nb".lines()"# => r#"["a", "b"]"#
    TextWords = Text "words"() -> TEXTS,
        "What stands between white space.",
        r#"" two  words ".words()"# => r#"["two", "words"]"#
    TextEmails = Text "emails"() -> TEXTS,
        "The e-mail addresses in it.",
        r#""Mail ann@example.test.".emails()"# => r#"["ann@example.test"]"#
    TextUrls = Text "urls"() -> TEXTS,
        "The addresses in it that begin with `http://` or `https://`.",
        r#""See https://example.test/a!".urls()"# => r#"["https://example.test/a"]"#
    TextPhones = Text "phones"() -> ListOf(TypeId::PHONE),
        "The phone numbers in it that begin with `+` and a country.",
        r#""Call +1 (415) 555-0111".phones().join()"# => r#""+14155550111""#
    TextNumbers = Text "numbers"() -> ListOf(TypeId::DECIMAL),
        "The numbers in it, with a point before their fraction.",
        r#""2 at 1.50, -3".numbers()"# => "[2, 1.5, -3]"
    TextDomain = Text "domain"() -> MAYBE_TEXT,
        "The domain of an e-mail address or a URL, or none.",
        r#""https://www.example.test/a".domain()"# => r#""www.example.test""#

    // Texts: written in another way.
    TextLower = Text "lower"() -> TEXT,
        "The text in lower case.",
        r#""ÄB".lower()"# => r#""äb""#
    TextUpper = Text "upper"() -> TEXT,
        "The text in upper case.",
        r#""äb".upper()"# => r#""ÄB""#
    TextCapitalize = Text "capitalize"() -> TEXT,
        "The text with its first character in upper case.",
        r#""new lead".capitalize()"# => r#""New lead""#
    TextTitleCase = Text "title_case"() -> TEXT,
        "Each word with its first character in upper case and the others in lower case.",
        r#""ANN o'hara".title_case()"# => r#""Ann O'hara""#
    TextSnakeCase = Text "snake_case"() -> TEXT,
        "Its words in lower case with `_` between them.",
        r#""First name".snake_case()"# => r#""first_name""#
    TextCamelCase = Text "camel_case"() -> TEXT,
        "Its words without anything between them, each but the first capitalized.",
        r#""First name".camel_case()"# => r#""firstName""#
    TextSlug = Text "slug"() -> TEXT,
        "Its words in lower case with `-` between them and without accents, for addresses.",
        r#""Café Olé!".slug()"# => r#""cafe-ole""#
    TextRemoveAccents = Text "remove_accents"() -> TEXT,
        "Its letters without accents.",
        r#""Zoë Müller".remove_accents()"# => r#""Zoe Muller""#
    TextTrim = Text "trim"() -> TEXT,
        "The text without white space at both ends.",
        r#"" a b ".trim()"# => r#""a b""#
    TextTrimStart = Text "trim_start"() -> TEXT,
        "The text without white space at its start.",
        r#"" a ".trim_start()"# => r#""a ""#
    TextTrimEnd = Text "trim_end"() -> TEXT,
        "The text without white space at its end.",
        r#"" a ".trim_end()"# => r#"" a""#
    TextRemovePrefix = Text "remove_prefix"(text: TEXT) -> TEXT,
        "The text without the other one at its start, if it is there.",
        r#""Re: Offer".remove_prefix("Re: ")"# => r#""Offer""#
    TextRemoveSuffix = Text "remove_suffix"(text: TEXT) -> TEXT,
        "The text without the other one at its end, if it is there.",
        r#""report.pdf".remove_suffix(".pdf")"# => r#""report""#
    TextReplace = Text "replace"(old: TEXT; new: TEXT) -> TEXT,
        "The text with every occurrence of `old` replaced.",
        r#""a-b-c".replace("-", "+")"# => r#""a+b+c""#
    TextReplaceMatches = Text "replace_matches"(pattern: REGEX; new: TEXT) -> TEXT,
        "The text with all that a regular expression fits replaced; `$1` and `${name}` in `new` are its groups.",
        r##""a1 b22".replace_matches("[0-9]+", "#")"## => r##""a# b#""##
    TextPadStart = Text "pad_start"(length: INT; with: TEXT, = DText(" ")) -> TEXT,
        "The text filled up on the left to a length.",
        r#""7".pad_start(3, "0")"# => r#""007""#
    TextPadEnd = Text "pad_end"(length: INT; with: TEXT, = DText(" ")) -> TEXT,
        "The text filled up on the right to a length.",
        r#""7".pad_end(3, ".")"# => r#""7..""#
    TextRepeat = Text "repeat"(times: INT) -> TEXT,
        "The text several times in a row.",
        r#""ab".repeat(3)"# => r#""ababab""#
    TextReverse = Text "reverse"() -> TEXT,
        "The characters in reverse order.",
        r#""abc".reverse()"# => r#""cba""#
    TextMask = Text "mask"(keep: INT, = DInt(4)) -> TEXT,
        "The text with all but the last characters replaced by `*`.",
        r#""4155550111".mask()"# => r#""******0111""#
    TextStripHtml = Text "strip_html"() -> TEXT,
        "What a person would read of HTML: no tags, scripts or styles, and the usual entities as characters.",
        r#""<p>Fish &amp; <b>chips</b></p>".strip_html()"# => r#""Fish & chips""#
    TextStripMarkdown = Text "strip_markdown"() -> TEXT,
        "What a person would read of Markdown, as for a voice: no signs for headings, lists, emphasis, code and links.",
        r###""## Plan\n- **Call** [Ann](https://example.test)".strip_markdown()"### => r#""Plan\nCall Ann""#
    TextHtmlEscape = Text "html_escape"() -> TEXT,
        "The text with `&`, `<`, `>` and quotes as HTML writes them.",
        r#""a < b".html_escape()"# => r#""a &lt; b""#
    TextUrlEncode = Text "url_encode"() -> TEXT,
        "Percent-encoded for a URL's path or query.",
        r#""a b".url_encode()"# => r#""a%20b""#
    TextUrlDecode = Text "url_decode"() -> TEXT,
        "Percent-decoded; a typed error where it is malformed.",
        r#""a%20b".url_decode()"# => r#""a b""#
    TextBase64 = Text "base64"() -> TEXT,
        "Its UTF-8 bytes in base64.",
        r#""hello".base64()"# => r#""aGVsbG8=""#
    TextBase64Decode = Text "base64_decode"() -> BYTES,
        "The bytes that it spells in base64; a typed error where it is malformed.",
        r#""aGVsbG8=".base64_decode().to_text()"# => r#""hello""#
    TextHash = Text "hash"() -> TEXT,
        "SHA-256 of its UTF-8 bytes, in hex.",
        r#""abc".hash().slice(0, 8)"# => r#""ba7816bf""#

    // Texts: read as something else.
    TextToInt = Text "to_int"() -> MAYBE_INT,
        "The whole number it spells, or none.",
        r#""42".to_int()"# => "42"
    TextToFloat = Text "to_float"() -> Optional(TypeId::FLOAT),
        "The number it spells, or none.",
        r#""0.5".to_float()"# => "0.5"
    TextToDecimal = Text "to_decimal"() -> Optional(TypeId::DECIMAL),
        "The exact number it spells, or none.",
        r#""12.50".to_decimal()"# => "12.50"
    TextToBool = Text "to_bool"() -> Optional(TypeId::BOOL),
        "`true` or `false` where it spells one of true, false, yes, no, 1, 0; else none.",
        r#""Yes".to_bool()"# => "true"
    TextToDuration = Text "to_duration"() -> Optional(TypeId::DURATION),
        "The duration it spells (1h 30m), or none.",
        r#""1h 30m".to_duration()"# => "90m"
    TextToTime = Text "to_time"(pattern: OptionalMeant(Meaning::TimePattern), = DNone; zone: MAYBE_ZONE, = DNone) -> Optional(TypeId::TIME),
        "The instant it spells, as in RFC 3339 or by a pattern of strftime's `%` letters, or none. A pattern without a zone is read in the project's or the one given.",
        r#""22.11.2026 09:30".to_time("%d.%m.%Y %H:%M")"# => "2026-11-22T09:30:00Z"
    TextToDate = Text "to_date"(pattern: OptionalMeant(Meaning::DatePattern), = DNone) -> Optional(TypeId::DATE),
        "The date it spells, as `2026-11-22` or by a pattern of strftime's `%` letters, or none.",
        r#""22.11.2026".to_date("%d.%m.%Y")"# => "2026-11-22"
    TextToPhone = Text "to_phone"() -> Optional(TypeId::PHONE),
        "The number it spells (E.164, `sip:`, `client:`), or none.",
        r#""+1 415 555 0111".to_phone()"# => r#""+14155550111""#
    TextToBytes = Text "to_bytes"() -> BYTES,
        "Its UTF-8 bytes.",
        r#""Zoë".to_bytes().length()"# => "4"
    TextParseJson = Text "parse_json"() -> JSON,
        "The JSON it spells; a typed error where it is none.",
        r#""[1, 2]".parse_json()"# => "[1, 2]"
    TextParseCsv = Text "parse_csv"(separator: TEXT, = DText(",")) -> ListOfMapsOfText,
        "The rows of CSV by the names in its first line; a typed error where a quote does not close.",
        r#""name,age\nAnn,7".parse_csv()[0]["age"]"# => r#""7""#

    // Whole numbers.
    IntAbs = Int "abs"() -> INT,
        "Without its sign; a typed error for the least number.",
        "(-5).abs()" => "5"
    IntClamp = Int "clamp"(min: INT; max: INT) -> INT,
        "The nearest number within the bounds.",
        "15.clamp(0, 10)" => "10"
    IntPow = Int "pow"(exponent: INT) -> INT,
        "The power; a typed error where it does not fit or the exponent is negative.",
        "2.pow(10)" => "1024"
    IntSqrt = Int "sqrt"() -> FLOAT,
        "The square root; a typed error for a negative number.",
        "9.sqrt()" => "3"
    IntToFloat = Int "to_float"() -> FLOAT,
        "The nearest float.",
        "3.to_float()" => "3"
    IntToDecimal = Int "to_decimal"() -> DECIMAL,
        "The same number as a decimal.",
        "3.to_decimal() / 2" => "1.5"
    IntFormat = Int "format"(thousands: TEXT, = DText(",")) -> TEXT,
        "Digits in groups of three.",
        "1234567.format()" => r#""1,234,567""#
    IntMilliseconds = Int "milliseconds"() -> DURATION,
        "So many milliseconds.",
        "1500.milliseconds()" => "1500ms"
    IntSeconds = Int "seconds"() -> DURATION,
        "So many seconds; a typed error where they do not fit.",
        "90.seconds()" => "90s"
    IntMinutes = Int "minutes"() -> DURATION,
        "So many minutes; a typed error where they do not fit.",
        "90.minutes()" => "90m"
    IntHours = Int "hours"() -> DURATION,
        "So many hours; a typed error where they do not fit.",
        "2.hours()" => "2h"
    IntDays = Int "days"() -> DURATION,
        "So many days of 24 hours; a typed error where they do not fit.",
        "3.days()" => "3d"
    IntToTime = Int "to_time"(unit: UNIX_UNITS, = DText("seconds")) -> TIME,
        "The instant so many `seconds` or `milliseconds` after 1970 began (Unix time).",
        "1763805000.to_time()" => "2025-11-22T09:50:00Z"

    // Binary floating point.
    FloatAbs = Float "abs"() -> FLOAT,
        "Without its sign.",
        "(-9.sqrt()).abs()" => "3"
    FloatRound = Float "round"(digits: INT, = DInt(0)) -> FLOAT,
        "Rounded half away from zero to digits after the point.",
        "2.sqrt().round(2)" => "1.41"
    FloatFloor = Float "floor"() -> INT,
        "The greatest whole number below; a typed error where it does not fit.",
        "2.sqrt().floor()" => "1"
    FloatCeil = Float "ceil"() -> INT,
        "The least whole number above; a typed error where it does not fit.",
        "2.sqrt().ceil()" => "2"
    FloatTrunc = Float "trunc"() -> INT,
        "The whole number without the fraction; a typed error where it does not fit.",
        "(-2.sqrt()).trunc()" => "-1"
    FloatClamp = Float "clamp"(min: FLOAT; max: FLOAT) -> FLOAT,
        "The nearest number within the bounds.",
        "9.sqrt().clamp(0, 1)" => "1"
    FloatPow = Float "pow"(exponent: FLOAT) -> FLOAT,
        "The power; a typed error where it is none.",
        "4.to_float().pow(0.5)" => "2"
    FloatSqrt = Float "sqrt"() -> FLOAT,
        "The square root; a typed error for a negative number.",
        "16.sqrt().sqrt()" => "2"
    FloatExp = Float "exp"() -> FLOAT,
        "The number e to its power; a typed error where it is too large.",
        "0.to_float().exp()" => "1"
    FloatLn = Float "ln"() -> FLOAT,
        "The natural logarithm; a typed error for what is not above zero.",
        "1.to_float().ln()" => "0"
    FloatLog10 = Float "log10"() -> FLOAT,
        "The logarithm to base 10; a typed error for what is not above zero.",
        "1000.to_float().log10()" => "3"
    FloatToDecimal = Float "to_decimal"() -> DECIMAL,
        "The decimal that is written like it; a typed error where there is none.",
        "9.sqrt().to_decimal()" => "3.0"
    FloatFormat = Float "format"(digits: INT, = DInt(2); thousands: TEXT, = DText(","); point: TEXT, = DText(".")) -> TEXT,
        "Digits in groups of three, and so many after the point.",
        "2000000.sqrt().format(1)" => r#""1,414.2""#

    // Exact numbers.
    DecimalAbs = Decimal "abs"() -> DECIMAL,
        "Without its sign.",
        "(-1.5).abs()" => "1.5"
    DecimalRound = Decimal "round"(digits: INT, = DInt(0)) -> DECIMAL,
        "Rounded half away from zero to digits after the point.",
        "2.675.round(2)" => "2.68"
    DecimalFloor = Decimal "floor"() -> INT,
        "The greatest whole number below; a typed error where it does not fit.",
        "1.5.floor()" => "1"
    DecimalCeil = Decimal "ceil"() -> INT,
        "The least whole number above; a typed error where it does not fit.",
        "1.2.ceil()" => "2"
    DecimalTrunc = Decimal "trunc"() -> INT,
        "The whole number without the fraction; a typed error where it does not fit.",
        "(-1.5).trunc()" => "-1"
    DecimalClamp = Decimal "clamp"(min: DECIMAL; max: DECIMAL) -> DECIMAL,
        "The nearest number within the bounds.",
        "1.5.clamp(0, 1)" => "1"
    DecimalPow = Decimal "pow"(exponent: INT) -> DECIMAL,
        "The power; a typed error where it does not fit.",
        "1.1.pow(2)" => "1.21"
    DecimalSqrt = Decimal "sqrt"() -> DECIMAL,
        "The square root; a typed error for a negative number.",
        "2.25.sqrt()" => "1.5"
    DecimalToFloat = Decimal "to_float"() -> FLOAT,
        "The nearest float.",
        "0.5.to_float()" => "0.5"
    DecimalFormat = Decimal "format"(digits: INT, = DInt(2); thousands: TEXT, = DText(","); point: TEXT, = DText(".")) -> TEXT,
        "Digits in groups of three, and so many after the point.",
        r#"1234.5.format(thousands: ".", point: ",")"# => r#""1.234,50""#

    // Durations.
    DurationMilliseconds = Duration "milliseconds"() -> INT,
        "Whole milliseconds.",
        "90s.milliseconds()" => "90000"
    DurationSeconds = Duration "seconds"() -> INT,
        "Whole seconds, toward zero.",
        "1500ms.seconds()" => "1"
    DurationMinutes = Duration "minutes"() -> INT,
        "Whole minutes, toward zero.",
        "90s.minutes()" => "1"
    DurationHours = Duration "hours"() -> INT,
        "Whole hours, toward zero.",
        "90m.hours()" => "1"
    DurationDays = Duration "days"() -> INT,
        "Whole days of 24 hours, toward zero.",
        "50h.days()" => "2"
    DurationTotal = Duration "total"(unit: EXACT_UNITS) -> DECIMAL,
        "How many it is of a unit from `milliseconds` to `weeks`, with a fraction.",
        r#"90m.total("hours")"# => "1.5"
    DurationTimes = Duration "times"(factor: DECIMAL) -> DURATION,
        "So many times as long, to the millisecond: what `*` does.",
        "90s.times(2)" => "90s * 2"
    DurationDividedBy = Duration "divided_by"(divisor: DECIMAL) -> DURATION,
        "One of so many equal parts, to the millisecond: what `/` with a number does.",
        "90s.divided_by(2)" => "90s / 2"
    DurationRatio = Duration "ratio"(other: DURATION) -> DECIMAL,
        "How many of the other it is: what `/` with a duration does.",
        "90s.ratio(1m)" => "90s / 1m"
    DurationAbs = Duration "abs"() -> DURATION,
        "Without its sign.",
        "(-5m).abs()" => "5m"
    DurationRound = Duration "round"(to: DURATION) -> DURATION,
        "Rounded half away from zero to a multiple of another.",
        "100s.round(1m)" => "2m"
    DurationFloor = Duration "floor"(to: DURATION) -> DURATION,
        "The greatest multiple of another that is not above it.",
        "100s.floor(1m)" => "1m"
    DurationCeil = Duration "ceil"(to: DURATION) -> DURATION,
        "The least multiple of another that is not below it.",
        "61s.ceil(1m)" => "2m"
    DurationFormat = Duration "format"(style: DURATION_STYLE, = DText("short")) -> TEXT,
        "`short` is 1h 30m 5s, `clock` 1:30:05, `words` 1 hour 30 minutes 5 seconds.",
        r#"5405s.format("clock")"# => r#""1:30:05""#

    // Instants. Where a zone matters and none is given, it is the project's.
    TimeAdd = Time "add"(duration: DURATION, = DDuration(0); days: INT, = DInt(0); weeks: INT, = DInt(0); months: INT, = DInt(0); years: INT, = DInt(0); zone: MAYBE_ZONE, = DNone) -> TIME,
        "So much later. Calendar units keep the time of day in the zone, and the day where the month has it.",
        "(2026-01-31T09:00:00Z).add(months: 1)" => "2026-02-28T09:00:00Z"
    TimeSince = Time "since"(other: TIME) -> DURATION,
        "How much later than the other it is.",
        "AT.since(2026-11-22T09:00:00Z)" => "30m"
    TimeDiff = Time "diff"(other: TIME; unit: TIME_UNITS; zone: MAYBE_ZONE, = DNone) -> INT,
        "How many whole `seconds`, `minutes`, `hours`, `days`, `weeks`, `months` or `years` later than the other it is.",
        r#"AT.diff(2026-11-20T10:00:00Z, "days")"# => "1"
    TimeIsBefore = Time "is_before"(other: TIME) -> BOOL,
        "Whether it is earlier than the other.",
        "AT.is_before(2026-11-23T00:00:00Z)" => "true"
    TimeIsAfter = Time "is_after"(other: TIME) -> BOOL,
        "Whether it is later than the other.",
        "AT.is_after(2026-11-23T00:00:00Z)" => "false"
    TimeIsBetween = Time "is_between"(first: TIME; last: TIME) -> BOOL,
        "Whether it is neither before the first nor after the last.",
        "AT.is_between(2026-11-22T00:00:00Z, 2026-11-23T00:00:00Z)" => "true"
    TimeTruncate = Time "truncate"(unit: TIME_UNIT; zone: MAYBE_ZONE, = DNone) -> TIME,
        "The start of the `second`, `minute`, `hour`, `day`, `week`, `month`, `quarter` or `year` that it lies in. A week begins on Monday.",
        r#"AT.truncate("month")"# => "2026-11-01T00:00:00Z"
    TimeEndOf = Time "end_of"(unit: TIME_UNIT; zone: MAYBE_ZONE, = DNone) -> TIME,
        "The last millisecond of the `second` to `year` that it lies in.",
        r#"AT.end_of("day")"# => "2026-11-22T23:59:59.999Z"
    TimeDate = Time "date"(zone: MAYBE_ZONE, = DNone) -> DATE,
        "The date there.",
        r#"(2026-11-22T23:30:00Z).date("Europe/Madrid")"# => "2026-11-23"
    TimeHour = Time "hour"(zone: MAYBE_ZONE, = DNone) -> INT,
        "The hour of the day, 0 to 23.",
        r#"AT.hour("Europe/Madrid")"# => "10"
    TimeMinute = Time "minute"(zone: MAYBE_ZONE, = DNone) -> INT,
        "The minute of the hour, 0 to 59.",
        "AT.minute()" => "30"
    TimeWeekday = Time "weekday"(zone: MAYBE_ZONE, = DNone) -> TEXT,
        "`mon` to `sun`.",
        "AT.weekday()" => r#""sun""#
    TimeInZone = Time "in_zone"(zone: ZONE) -> TEXT,
        "As in RFC 3339, with the clock and the offset of a zone.",
        r#"AT.in_zone("Europe/Madrid")"# => r#""2026-11-22T10:30:00+01:00""#
    TimeFormat = Time "format"(pattern: Meant(Meaning::TimePattern); zone: MAYBE_ZONE, = DNone) -> TEXT,
        "By strftime's `%` letters.",
        r#"AT.format("%d.%m.%Y %H:%M")"# => r#""22.11.2026 09:30""#
    TimeToUnix = Time "to_unix"(unit: UNIX_UNITS, = DText("seconds")) -> INT,
        "How many whole `seconds` or `milliseconds` after 1970 began it is.",
        "(2025-11-22T09:50:00Z).to_unix()" => "1763805000"

    // Days of the calendar.
    DateAdd = Date "add"(days: INT, = DInt(0); weeks: INT, = DInt(0); months: INT, = DInt(0); years: INT, = DInt(0)) -> DATE,
        "The date so much later; where the month has no such day, its last one.",
        "2026-01-31.add(months: 1)" => "2026-02-28"
    DateDiff = Date "diff"(other: DATE; unit: DATE_UNITS, = DText("days")) -> INT,
        "How many whole `days`, `weeks`, `months` or `years` later than the other it is.",
        "2026-11-22.diff(2026-11-01)" => "21"
    DateIsBefore = Date "is_before"(other: DATE) -> BOOL,
        "Whether it is earlier than the other.",
        "2026-11-22.is_before(2026-11-23)" => "true"
    DateIsAfter = Date "is_after"(other: DATE) -> BOOL,
        "Whether it is later than the other.",
        "2026-11-22.is_after(2026-11-23)" => "false"
    DateIsBetween = Date "is_between"(first: DATE; last: DATE) -> BOOL,
        "Whether it is neither before the first nor after the last.",
        "2026-11-22.is_between(2026-11-01, 2026-11-30)" => "true"
    DateTruncate = Date "truncate"(unit: DATE_UNIT) -> DATE,
        "The first day of the `week`, `month`, `quarter` or `year` that it lies in. A week begins on Monday.",
        r#"2026-11-22.truncate("week")"# => "2026-11-16"
    DateEndOf = Date "end_of"(unit: DATE_UNIT) -> DATE,
        "The last day of the `week`, `month`, `quarter` or `year` that it lies in.",
        r#"2026-11-22.end_of("month")"# => "2026-11-30"
    DateNext = Date "next"(weekday: WEEKDAY) -> DATE,
        "The first such day after it, `mon` to `sun`.",
        r#"2026-11-22.next("mon")"# => "2026-11-23"
    DateYear = Date "year"() -> INT,
        "The year.",
        "2026-11-22.year()" => "2026"
    DateMonth = Date "month"() -> INT,
        "The month, 1 to 12.",
        "2026-11-22.month()" => "11"
    DateDay = Date "day"() -> INT,
        "The day of the month, 1 to 31.",
        "2026-11-22.day()" => "22"
    DateWeek = Date "week"() -> INT,
        "The week of ISO 8601, 1 to 53.",
        "2026-11-22.week()" => "47"
    DateWeekday = Date "weekday"() -> TEXT,
        "`mon` to `sun`.",
        "2026-11-22.weekday()" => r#""sun""#
    DateIsBusinessDay = Date "is_business_day"(holidays: DATES, = DEmpty) -> BOOL,
        "Whether it is Monday to Friday and no holiday.",
        "2026-12-25.is_business_day([2026-12-25])" => "false"
    DateAddBusinessDays = Date "add_business_days"(days: INT; holidays: DATES, = DEmpty) -> DATE,
        "The business day so many after it; of 0, the date itself.",
        "2026-11-20.add_business_days(1)" => "2026-11-23"
    DateBusinessDaysSince = Date "business_days_since"(other: DATE; holidays: DATES, = DEmpty) -> INT,
        "How many business days there are after the other up to it, itself included.",
        "2026-11-24.business_days_since(2026-11-20)" => "2"
    DateAt = Date "at"(hour: INT; minute: INT, = DInt(0); zone: MAYBE_ZONE, = DNone) -> TIME,
        "The instant when a clock there shows this time on that day.",
        r#"2026-11-22.at(9, 30, "Europe/Madrid")"# => "2026-11-22T08:30:00Z"
    DateFormat = Date "format"(pattern: Meant(Meaning::DatePattern)) -> TEXT,
        "By strftime's `%` letters.",
        r#"2026-11-22.format("%B %-d")"# => r#""November 22""#

    BytesLength = Bytes "length"() -> INT,
        "How many bytes there are.",
        r#""Zoë".to_bytes().length()"# => "4"
    BytesIsEmpty = Bytes "is_empty"() -> BOOL,
        "Whether there is no byte.",
        r#""".to_bytes().is_empty()"# => "true"
    BytesBase64 = Bytes "base64"() -> TEXT,
        "In base64.",
        r#""hello".to_bytes().base64()"# => r#""aGVsbG8=""#
    BytesHex = Bytes "hex"() -> TEXT,
        "In hexadecimal digits.",
        r#""hi".to_bytes().hex()"# => r#""6869""#
    BytesHash = Bytes "hash"() -> TEXT,
        "Their SHA-256, in hex.",
        r#""abc".to_bytes().hash().slice(0, 8)"# => r#""ba7816bf""#
    BytesToText = Bytes "to_text"() -> MAYBE_TEXT,
        "The text they are in UTF-8, or none.",
        r#""Zoë".to_bytes().to_text()"# => r#""Zoë""#

    JsonGet = Json "get"(key: TEXT) -> Optional(TypeId::JSON),
        "An object's value, or none.",
        r#"ORDER.get("id")"# => "7"
    JsonPath = Json "path"(path: TEXT) -> Optional(TypeId::JSON),
        "The value at `a.b[0].c`, or none.",
        r#"ORDER.path("lines[0].sku")"# => r#""x""#
    JsonHas = Json "has"(key: TEXT) -> BOOL,
        "Whether it is an object with such a key, be its value `null` or not.",
        r#"ORDER.has("note")"# => "true"
    JsonKeys = Json "keys"() -> TEXTS,
        "An object's keys; empty for anything else.",
        "ORDER.keys()" => r#"["id", "lines", "note"]"#
    JsonItems = Json "items"() -> ListOf(TypeId::JSON),
        "An array's items; a typed error for anything else.",
        r#""[1, 2]".parse_json().items().length()"# => "2"
    JsonLength = Json "length"() -> INT,
        "How many items an array or entries an object has; 0 for anything else.",
        "ORDER.length()" => "3"
    JsonMerge = Json "merge"(other: JSON) -> JSON,
        "The entries of two objects, objects in them merged too; of anything else, the other.",
        r#"ORDER.merge({ id: 8 }).path("id")"# => "8"
    JsonKind = Json "kind"() -> TEXT,
        "One of `null`, `bool`, `number`, `text`, `array`, `object`.",
        "ORDER.kind()" => r#""object""#
    JsonIsNull = Json "is_null"() -> BOOL,
        "Whether it is `null`.",
        "ORDER.is_null()" => "false"
    JsonToText = Json "to_text"() -> TEXT,
        "Compact JSON text.",
        r#""[1, 2]".parse_json().to_text()"# => r#""[1,2]""#

    ListLength = ITEMS "length"() -> INT,
        "How many items there are.",
        "[3, 1].length()" => "2"
    ListIsEmpty = ITEMS "is_empty"() -> BOOL,
        "Whether there is no item.",
        "[3, 1].is_empty()" => "false"
    ListGet = ITEMS "get"(index: INT) -> OptionalItem,
        "The item at an index from 0 (negative from the end), or none.",
        "[3, 1].get(-1)" => "1"
    ListFirst = ITEMS "first"() -> OptionalItem,
        "The first item, or none.",
        "[3, 1].first()" => "3"
    ListLast = ITEMS "last"() -> OptionalItem,
        "The last item, or none.",
        "[3, 1].last()" => "1"
    ListTake = ITEMS "take"(count: INT) -> ListOfItem,
        "At most so many items from the start.",
        "[3, 1, 2].take(2)" => "[3, 1]"
    ListDrop = ITEMS "drop"(count: INT) -> ListOfItem,
        "The items without so many from the start.",
        "[3, 1, 2].drop(2)" => "[2]"
    ListSlice = ITEMS "slice"(start: INT; end: MAYBE_INT, = DNone) -> ListOfItem,
        "The items from `start` up to `end`, counted from 0; negative from the end; past the end is the end.",
        "[3, 1, 2].slice(-2)" => "[1, 2]"
    ListConcat = ITEMS "concat"(other: ListOfItem) -> ListOfItem,
        "The items of both.",
        "[3].concat([1])" => "[3, 1]"
    ListContains = ITEMS "contains"(item: Item) -> BOOL,
        "Whether an equal item is in it.",
        "[3, 1].contains(1)" => "true"
    ListIndexOf = ITEMS "index_of"(item: Item) -> MAYBE_INT,
        "Where the first equal item stands, or none.",
        "[3, 1].index_of(1)" => "1"
    ListReverse = ITEMS "reverse"() -> ListOfItem,
        "The items in reverse order.",
        "[3, 1, 2].reverse()" => "[2, 1, 3]"
    ListUnique = ITEMS "unique"() -> ListOfItem,
        "The items without later equal ones.",
        "[3, 1, 3].unique()" => "[3, 1]"
    ListWithout = ITEMS "without"(items: ListOfItem) -> ListOfItem,
        "The items that are not in another list.",
        "[3, 1, 2].without([1])" => "[3, 2]"
    ListIntersect = ITEMS "intersect"(items: ListOfItem) -> ListOfItem,
        "The items that are in another list too.",
        "[3, 1, 2].intersect([2, 3])" => "[3, 2]"
    ListChunk = ITEMS "chunk"(size: INT) -> ListOfLists,
        "Lists of at most so many items.",
        "[3, 1, 2].chunk(2)" => "[[3, 1], [2]]"
    ListEnumerate = ITEMS "enumerate"() -> ListOfNumbered,
        "Its items as records of `index`, from 0, and `item`.",
        r#"["a", "b"].enumerate().map(x => "{x.index + 1}. {x.item}")"# => r#"["1. a", "2. b"]"#
    ListFlatten = LISTS "flatten"() -> Item,
        "The items of its lists, in one list.",
        "[[3], [1, 2]].flatten()" => "[3, 1, 2]"
    ListCompact = OPTIONALS "compact"() -> ListOfPresent,
        "The items that are there.",
        r#"["1", "x"].map(x => x.to_int()).compact()"# => "[1]"
    ListSort = ORDERED "sort"() -> ListOfItem,
        "The items in ascending order; equal ones keep theirs.",
        "[3, 1, 2].sort()" => "[1, 2, 3]"
    ListMin = ORDERED "min"() -> OptionalItem,
        "The least item, or none.",
        "[3, 1, 2].min()" => "1"
    ListMax = ORDERED "max"() -> OptionalItem,
        "The greatest item, or none.",
        "[3, 1, 2].max()" => "3"
    ListSum = NUMBERS "sum"() -> Item,
        "The sum; zero of an empty list.",
        "[3, 1, 2].sum()" => "6"
    ListAverage = NUMBERS "average"() -> OptionalAverage,
        "The mean, or none of an empty list; of whole numbers it is a decimal.",
        "[3, 2].average()" => "2.5"
    ListMedian = NUMBERS "median"() -> OptionalAverage,
        "The middle one, or the mean of the two in the middle, or none; of whole numbers it is a decimal.",
        "[9, 1, 2].median()" => "2"
    ListJoin = SCALARS "join"(separator: TEXT, = DText(", "); last: MAYBE_TEXT, = DNone) -> TEXT,
        "One text with the separator between the items, and `last` between the last two.",
        r#"["Ann", "Bob", "Eve"].join(last: " and ")"# => r#""Ann, Bob and Eve""#
    ListOrder = ORDERED "sorted_indices"() -> ListOf(TypeId::INT),
        "The positions of the items in ascending order.",
        "[3, 1, 2].sorted_indices()" => "[1, 2, 0]"
    ListTable = RECORDS "table"() -> TEXT,
        "A table in text and Markdown, with a line for each record and the fields' names above.",
        "LEADS.table()" => r#""| company | budget |\n| ------- | ------ |\n| Acme    | 1200   |\n| Brix    |        |""#
    ListToCsv = RECORDS "to_csv"(separator: TEXT, = DText(",")) -> TEXT,
        "CSV with the fields' names in its first line.",
        "LEADS.to_csv()" => r#""company,budget\nAcme,1200\nBrix,\n""#

    MapLength = Map "length"() -> INT,
        "How many entries there are.",
        "SCORES.length()" => "2"
    MapIsEmpty = Map "is_empty"() -> BOOL,
        "Whether there is no entry.",
        "SCORES.is_empty()" => "false"
    MapKeys = Map "keys"() -> TEXTS,
        "The keys in order.",
        "SCORES.keys()" => r#"["ann", "bob"]"#
    MapValues = Map "values"() -> ListOfItem,
        "The values in order.",
        "SCORES.values()" => "[3, 5]"
    MapGet = Map "get"(key: TEXT) -> OptionalItem,
        "The value at a key, or none.",
        r#"SCORES.get("ann")"# => "3"
    MapHas = Map "has"(key: TEXT) -> BOOL,
        "Whether there is such a key.",
        r#"SCORES.has("eve")"# => "false"
    MapSet = Map "set"(key: TEXT; value: Item) -> Shape::Receiver,
        "The map with one entry set.",
        r#"SCORES.set("eve", 1).keys()"# => r#"["ann", "bob", "eve"]"#
    MapWithout = Map "without"(key: TEXT) -> Shape::Receiver,
        "The map without a key.",
        r#"SCORES.without("ann").keys()"# => r#"["bob"]"#
    MapMerge = Map "merge"(other: Shape::Receiver) -> Shape::Receiver,
        "The entries of both; the other's win.",
        "SCORES.merge({ ann: 9 }).values()" => "[9, 5]"
    MapEntries = Map "entries"() -> ListOfEntries,
        "Its entries as records of `key` and `value`.",
        r#"SCORES.entries().map(x => "{x.key}: {x.value}")"# => r#"["ann: 3", "bob: 5"]"#

    ToJson = Any "to_json"() -> JSON,
        "The value as JSON, with the names on the wire.",
        r#"LEADS.to_json().path("[0].company")"# => r#""Acme""#
}
