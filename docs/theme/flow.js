// Colours for flows, for the highlighter that the book comes with.
//
// A page's script runs before this one and leaves what it does not know as it is, so that flows are done here. The words
// are those of the grammar: tests/docs.rs holds the lists below against it.

(() => {
  // Never names.
  const KEYWORDS =
    "and as break catch const continue else false fn for if in match none not null on or return stop true try type var " +
    "wait while";

  // Words where the grammar has them, and names everywhere else.
  const CONTEXTUAL =
    "action advance after agent backoff base by called concurrency connection crash dedupe default direction docs effect " +
    "errors every expect fails first function_call given limits logged manual native nullable once parallel per piece " +
    "retry returns run sample scope start started succeeded failed test then timeout times trigger until use waiting wire " +
    "with within";

  const TYPES = "bool bytes date decimal duration file float int json phone secret string time";

  const LITERALS = ["true", "false", "none", "null"];

  const oneOf = (words) => `(?:${words.split(" ").join("|")})\\b`;

  hljs.registerLanguage("flow", () => {
    const escape = { className: "symbol", begin: /\\(?:u\{[0-9a-fA-F]+\}|.)/ };
    const hole = { className: "subst", begin: /\{/, end: /\}/ };
    const braces = { begin: /\{/, end: /\}/ };
    const code = [
      { className: "comment", begin: /\/\//, end: /$/ },
      { className: "string", begin: /"""/, end: /"""/, contains: [escape, hole] },
      { className: "string", begin: /"/, end: /"|$/, contains: [escape, hole] },
      { className: "number", begin: /\b\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?/ },
      { className: "number", begin: /\b\d[\d_]*(?:\.\d+)?(?:(?:ms|[smhdw])(?:\d+(?:ms|[smhdw]))*)?\b/ },
      // A field or a method has its name to itself.
      { begin: /\??\.\s*[a-z_]\w*/ },
      {
        begin: `(?::|->|\\[|\\bas)\\s*(?=${oneOf(TYPES)})`,
        contains: [{ className: "type", begin: oneOf(TYPES), endsParent: true }],
      },
      { className: "type", begin: /\b[A-Z]\w*[a-z]\w*/ },
      { begin: /\b[a-z_]\w*(?=\s*:)/ },
      { className: "keyword", begin: `\\b${oneOf(CONTEXTUAL)}(?=[ \\t]+[^=:,.)\\s]|[ \\t]*$)` },
    ];
    braces.contains = [...code, braces];
    hole.contains = braces.contains;
    const keyword = KEYWORDS.split(" ").filter((word) => !LITERALS.includes(word));
    const keywords = { keyword: keyword.join(" "), literal: LITERALS.join(" ") };
    braces.keywords = keywords;
    hole.keywords = keywords;
    return { name: "Flow", keywords, contains: code };
  });

  for (const block of document.querySelectorAll("code.language-flow")) {
    hljs.highlightBlock(block);
  }
})();
