//! The kinds of tokens, and what people call them.

use logos::Logos;

use crate::source::Span;

/// A token: what it is and where it stands. Its text is looked up in the file when it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it stands. Empty where the compiler put it in, for a closer that is missing.
    pub(crate) span: Span,
}

/// What a token is.
///
/// Kinds without a pattern are made by the lexer's handling of texts or by the layout pass.
#[derive(Logos, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[logos(skip r"[ \t\r\u{feff}]+")]
#[repr(u8)]
pub(crate) enum Kind {
    /// One or more line ends. After the layout pass: the end of a statement or of an entry.
    #[token("\n")]
    Newline,
    /// `// …`
    #[regex(r"//[^\n]*", allow_greedy = true)]
    Comment,
    /// `/*`, how other languages begin a comment.
    #[token("/*")]
    BlockComment,
    /// `"`, which the lexer reads on by hand.
    #[token("\"")]
    Quote,
    /// `"""`, likewise.
    #[token("\"\"\"")]
    TripleQuote,
    /// `'…'`: how other languages write texts.
    #[regex(r"'[^'\n]*'")]
    SingleQuoted,
    /// Characters that no flow has.
    Unknown,

    /// `42`
    #[regex("[0-9][0-9_]*", priority = 60)]
    Int,
    /// `0.5`
    #[regex(r"[0-9][0-9_]*\.[0-9][0-9_]*", priority = 60)]
    Number,
    /// `1h30m`
    #[regex(r"([0-9][0-9_]*(\.[0-9]+)?(ms|[smhdw]))+", priority = 30)]
    Duration,
    /// `2026-11-22`
    #[regex("[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]", priority = 40)]
    Date,
    /// `2026-11-22T09:30:00Z`
    #[regex(
        r"[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9A-Za-z:]*(\.[0-9]+[A-Za-z]*)?([+-][0-9][0-9]:?[0-9][0-9])?",
        priority = 50
    )]
    Time,
    /// `12abc`: begins like a number and is none.
    #[regex(r"[0-9][0-9_]*(\.[0-9][0-9_]*)?[A-Za-z_][0-9A-Za-z_]*", priority = 20)]
    BadNumber,

    /// The opening quotes of a text.
    TextOpen,
    /// A stretch of text between quotes and holes.
    TextPart,
    /// The closing quotes of a text.
    TextClose,
    /// `{` in a text.
    HoleOpen,
    /// `}` that ends a hole.
    HoleClose,

    /// A word that some other language has. What it is made of is decided before the grammar reads it.
    #[token("elif")]
    #[token("elsif")]
    #[token("elseif")]
    #[token("nil")]
    #[token("undefined")]
    #[token("None")]
    #[token("True")]
    #[token("False")]
    #[token("function")]
    #[token("def")]
    #[token("func")]
    #[token("fun")]
    #[token("let")]
    #[token("async")]
    #[token("await")]
    #[token("new")]
    #[token("switch")]
    #[token("case")]
    #[token("foreach")]
    #[token("loop")]
    #[token("throw")]
    #[token("raise")]
    #[token("import")]
    #[token("from")]
    #[token("of")]
    #[token("except")]
    #[token("finally")]
    #[token("unless")]
    #[token("lambda")]
    #[token("is")]
    #[token("AND")]
    #[token("OR")]
    #[token("NOT")]
    #[token("then")]
    #[token("do")]
    #[token("end")]
    #[token("done")]
    #[token("fi")]
    #[token("endif")]
    #[token("pass")]
    #[token("print")]
    #[token("println")]
    #[token("echo")]
    #[token("puts")]
    #[token("console")]
    #[token("sleep")]
    #[token("delay")]
    #[token("class")]
    #[token("struct")]
    #[token("interface")]
    #[token("record")]
    #[token("f", priority = 3)]
    Foreign,

    /// A name, or a keyword where only a name can stand.
    #[regex("[A-Za-z_][A-Za-z0-9_]*")]
    Name,

    /// `on`
    #[token("on")]
    On,
    /// `type`
    #[token("type")]
    Type,
    /// `fn`
    #[token("fn")]
    Fn,
    /// `const`
    #[token("const")]
    Const,
    /// `if`
    #[token("if")]
    If,
    /// `else`
    #[token("else")]
    Else,
    /// `match`
    #[token("match")]
    Match,
    /// `for`
    #[token("for")]
    For,
    /// `in`
    #[token("in")]
    In,
    /// `while`
    #[token("while")]
    While,
    /// `break`
    #[token("break")]
    Break,
    /// `continue`
    #[token("continue")]
    Continue,
    /// `wait`
    #[token("wait")]
    Wait,
    /// `try`
    #[token("try")]
    Try,
    /// `catch`
    #[token("catch")]
    Catch,
    /// `return`
    #[token("return")]
    Return,
    /// `stop`
    #[token("stop")]
    Stop,
    /// `var`
    #[token("var")]
    Var,
    /// `and`
    #[token("and")]
    And,
    /// `or`
    #[token("or")]
    Or,
    /// `not`
    #[token("not")]
    Not,
    /// `as`
    #[token("as")]
    As,
    /// `none`
    #[token("none")]
    None,
    /// `null`
    #[token("null")]
    Null,
    /// `true`
    #[token("true")]
    True,
    /// `false`
    #[token("false")]
    False,

    // Words with a meaning in some places only; everywhere else they are names.
    /// `piece`
    #[token("piece")]
    Piece,
    /// `base`
    #[token("base")]
    Base,
    /// `docs`
    #[token("docs")]
    Docs,
    /// `connection`
    #[token("connection")]
    Connection,
    /// `limits`
    #[token("limits")]
    Limits,
    /// `per`
    #[token("per")]
    Per,
    /// `errors`
    #[token("errors")]
    Errors,
    /// `default`
    #[token("default")]
    Default,
    /// `action`
    #[token("action")]
    Action,
    /// `trigger`
    #[token("trigger")]
    Trigger,
    /// `native`
    #[token("native")]
    Native,
    /// `scope`
    #[token("scope")]
    Scope,
    /// `effect`
    #[token("effect")]
    Effect,
    /// `sample`
    #[token("sample")]
    Sample,
    /// `wire`
    #[token("wire")]
    Wire,
    /// `nullable`
    #[token("nullable")]
    Nullable,
    /// `within`
    #[token("within")]
    Within,
    /// `until`
    #[token("until")]
    Until,

    /// `(`
    #[token("(")]
    ParenOpen,
    /// `)`
    #[token(")")]
    ParenClose,
    /// `[`
    #[token("[")]
    BracketOpen,
    /// `]`
    #[token("]")]
    BracketClose,
    /// `{`
    #[token("{")]
    BraceOpen,
    /// `}`
    #[token("}")]
    BraceClose,
    /// `<` that opens a flow's body.
    BodyOpen,
    /// `>` that closes it.
    BodyClose,
    /// `<`
    #[token("<")]
    Less,
    /// `<=`
    #[token("<=")]
    LessEqual,
    /// `>`
    #[token(">")]
    Greater,
    /// `>=`
    #[token(">=")]
    GreaterEqual,
    /// `==`
    #[token("==")]
    EqualEqual,
    /// `!=`
    #[token("!=")]
    NotEqual,
    /// `=`
    #[token("=")]
    Equal,
    /// `+=`
    #[token("+=")]
    PlusEqual,
    /// `-=`
    #[token("-=")]
    MinusEqual,
    /// `*=`
    #[token("*=")]
    StarEqual,
    /// `/=`
    #[token("/=")]
    SlashEqual,
    /// `%=`
    #[token("%=")]
    PercentEqual,
    /// `+`
    #[token("+")]
    Plus,
    /// `-`
    #[token("-")]
    Minus,
    /// `*`
    #[token("*")]
    Star,
    /// `/`
    #[token("/")]
    Slash,
    /// `%`
    #[token("%")]
    Percent,
    /// `.`
    #[token(".")]
    Dot,
    /// `..`
    #[token("..")]
    DotDot,
    /// `...`
    #[token("...")]
    Spread,
    /// `?`
    #[token("?")]
    Question,
    /// `?.`
    #[token("?.")]
    QuestionDot,
    /// `??`
    #[token("??")]
    QuestionQuestion,
    /// `->`
    #[token("->")]
    Arrow,
    /// `=>`
    #[token("=>")]
    FatArrow,
    /// `,`
    #[token(",")]
    Comma,
    /// `;`
    #[token(";")]
    Semicolon,
    /// `:`
    #[token(":")]
    Colon,
    /// `|`
    #[token("|")]
    Pipe,
    /// `&&`, of other languages.
    #[token("&&")]
    AndAnd,
    /// `||`, of other languages.
    #[token("||")]
    OrOr,
    /// `!`, of other languages.
    #[token("!")]
    Bang,
    /// `===`, of other languages.
    #[token("===")]
    EqualEqualEqual,
    /// `!==`, of other languages.
    #[token("!==")]
    NotEqualEqual,
    /// A construct that was cut out because it was reported as a whole.
    Cut,
}

impl Kind {
    /// Whether it is a word that is a name everywhere but in the places where it has a meaning.
    pub(crate) fn is_soft_word(self) -> bool {
        (Kind::Piece as u8..=Kind::Until as u8).contains(&(self as u8))
    }

    /// Whether it is a word with a meaning of its own everywhere.
    pub(crate) fn is_keyword(self) -> bool {
        (Kind::On as u8..=Kind::False as u8).contains(&(self as u8))
    }

    /// Whether it is spelled like a name.
    pub(crate) fn is_word(self) -> bool {
        (Kind::Foreign as u8..=Kind::Until as u8).contains(&(self as u8))
    }

    /// Whether it compares, or joins two values in another way.
    pub(crate) fn is_infix(self) -> bool {
        use Kind::*;
        matches!(
            self,
            And | Or
                | In
                | As
                | Catch
                | Less
                | LessEqual
                | Greater
                | GreaterEqual
                | EqualEqual
                | NotEqual
                | Plus
                | Minus
                | Star
                | Slash
                | Percent
                | DotDot
                | QuestionQuestion
                | AndAnd
                | OrOr
                | EqualEqualEqual
                | NotEqualEqual
        )
    }

    /// The closer of an opening bracket.
    pub(crate) fn closer(self) -> Option<Kind> {
        Some(match self {
            Kind::ParenOpen => Kind::ParenClose,
            Kind::BracketOpen => Kind::BracketClose,
            Kind::BraceOpen => Kind::BraceClose,
            Kind::HoleOpen => Kind::HoleClose,
            Kind::BodyOpen => Kind::BodyClose,
            _ => return None,
        })
    }

    /// Whether it closes a bracket.
    pub(crate) fn is_closer(self) -> bool {
        use Kind::*;
        matches!(self, ParenClose | BracketClose | BraceClose | HoleClose | BodyClose)
    }

    /// As it is written, where it is always written the same.
    pub(crate) fn text(self) -> Option<&'static str> {
        use Kind::*;
        Some(match self {
            On => "on",
            Type => "type",
            Fn => "fn",
            Const => "const",
            If => "if",
            Else => "else",
            Match => "match",
            For => "for",
            In => "in",
            While => "while",
            Break => "break",
            Continue => "continue",
            Wait => "wait",
            Try => "try",
            Catch => "catch",
            Return => "return",
            Stop => "stop",
            Var => "var",
            And => "and",
            Or => "or",
            Not => "not",
            As => "as",
            None => "none",
            Null => "null",
            True => "true",
            False => "false",
            Piece => "piece",
            Base => "base",
            Docs => "docs",
            Connection => "connection",
            Limits => "limits",
            Per => "per",
            Errors => "errors",
            Default => "default",
            Action => "action",
            Trigger => "trigger",
            Native => "native",
            Scope => "scope",
            Effect => "effect",
            Sample => "sample",
            Wire => "wire",
            Nullable => "nullable",
            Within => "within",
            Until => "until",
            ParenOpen => "(",
            ParenClose => ")",
            BracketOpen => "[",
            BracketClose => "]",
            BraceOpen | HoleOpen => "{",
            BraceClose | HoleClose => "}",
            BodyOpen | Less => "<",
            BodyClose | Greater => ">",
            LessEqual => "<=",
            GreaterEqual => ">=",
            EqualEqual => "==",
            NotEqual => "!=",
            Equal => "=",
            PlusEqual => "+=",
            MinusEqual => "-=",
            StarEqual => "*=",
            SlashEqual => "/=",
            PercentEqual => "%=",
            Plus => "+",
            Minus => "-",
            Star => "*",
            Slash => "/",
            Percent => "%",
            Dot => ".",
            DotDot => "..",
            Spread => "...",
            Question => "?",
            QuestionDot => "?.",
            QuestionQuestion => "??",
            Arrow => "->",
            FatArrow => "=>",
            Comma => ",",
            Semicolon => ";",
            Colon => ":",
            Pipe => "|",
            AndAnd => "&&",
            OrOr => "||",
            Bang => "!",
            EqualEqualEqual => "===",
            NotEqualEqual => "!==",
            _ => return Option::None,
        })
    }
}
