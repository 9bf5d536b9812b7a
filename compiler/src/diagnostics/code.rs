//! The codes: stable, never reused. `E00xx` are of reading, `E01xx` of names, `E02xx` of types, `E03xx` of
//! calls, `E04xx` of control flow, `E05xx` of pieces, `E06xx` of tests, `E07xx` of what a project declares; `W0xxx` are warnings.

use std::fmt;

macro_rules! codes {
    ($($id:ident $title:literal)*) => {
        /// Which rule a diagnostic tells of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $id,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$id),*];

            /// As it is written: `E0101`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$id => stringify!($id),)* }
            }

            /// The rule in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Code::$id => $title,)* }
            }

            /// The page that `callflow explain` prints: what it means, an example that has it in a block
            /// marked `flow fails`, and one that is mended in a block marked `flow works`.
            pub fn explanation(self) -> &'static str {
                match self {
                    $(Code::$id => include_str!(concat!("explain/", stringify!($id), ".md")),)*
                }
            }
        }
    };
}

codes! {
    E0001 "a character that no flow has"
    E0002 "a text that does not end"
    E0003 "a number, time or date that is none"
    E0004 "something else was expected here"
    E0005 "a bracket that does not close"
    E0006 "a flow's body that does not close"
    E0007 "`{` where a flow's body begins with `<`"
    E0008 "nested too deep"
    E0009 "a word of another language"
    E0011 "an escape that no text has"
    E0012 "more than a flow can hold"
    E0101 "an unknown name"
    E0102 "an unknown field"
    E0103 "an unknown type"
    E0104 "an unknown action"
    E0105 "an unknown method"
    E0106 "a name that is defined twice"
    E0107 "an unknown trigger"
    E0108 "a name that is not a value"
    E0109 "an unknown flow"
    E0110 "a `use` that finds nothing"
    E0201 "a type that does not fit"
    E0202 "an optional that is used as if it were there"
    E0203 "a record with missing fields"
    E0204 "a value that is none of a choice's"
    E0205 "an operator on types that it does not take"
    E0206 "a type that cannot be told"
    E0207 "a text with something in it that has no text form"
    E0208 "a type that contains itself"
    E0209 "`as` on a value that is not json"
    E0221 "records that cannot be told apart"
    E0222 "`null` where it means nothing"
    E0301 "a missing argument"
    E0302 "an unknown argument"
    E0303 "too many arguments"
    E0304 "a call of what cannot be called"
    E0305 "an argument that is given twice"
    E0306 "a lambda that does not fit"
    E0307 "an action where none can be called"
    E0308 "a clause that does not fit its call"
    E0309 "a retry of what must happen once"
    E0310 "a text that a method cannot use"
    E0401 "a path that does not return"
    E0402 "a match that does not cover everything"
    E0403 "an assignment to what does not change"
    E0404 "a statement that has no place here"
    E0405 "a constant that is not constant"
    E0406 "functions that never end"
    E0407 "something that a branch cannot do"
    E0501 "a piece's declaration that is wrong"
    E0502 "a trigger's argument that is wrong"
    E0503 "an answer that would come too late"
    E0504 "something that the platform cannot do"
    E0601 "a test that has run nothing yet"
    E0602 "a stand-in that fits no call"
    E0701 "a secret that would be seen"
    E0702 "a setting that the project does not have"
    E0703 "an agent that the project does not have"
    E0704 "a connection that the project does not have"
    W0001 "a name that is never used"
    W0002 "code that never runs"
    W0003 "a value that is thrown away"
    W0004 "branches that are too few"
    W0061 "a test that expects nothing"
    W0062 "a stand-in that is never called"
}

impl Code {
    /// The code of a text such as `E0101` or `e0101`.
    pub fn parse(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(text.trim()))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
