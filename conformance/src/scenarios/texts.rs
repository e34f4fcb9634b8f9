//! Texts that servers get wrong.

/// Texts that must arrive and be stored exactly as sent (SEND-4), each with what is special about it.
pub(super) const NASTY: &[(&str, &str)] = &[
    ("astral characters", "😀 𝒳 🏴‍☠️ 𐍈"),
    ("a family of joined emoji", "👩‍👩‍👧‍👦"),
    ("the last code point", "\u{10FFFF}"),
    ("code points that are no characters", "\u{FFFE}\u{FFFF}\u{1FFFE}"),
    ("the ends of the surrogate range", "\u{D7FF}\u{E000}"),
    ("composed and decomposed letters", "é e\u{301} Å A\u{30A} ﬁ"),
    ("right to left with marks", "\u{202E}שלום\u{202C} مرحبا"),
    ("line ends of all kinds", "a\nb\r\nc\rd\u{2028}e\u{2029}f\u{85}g"),
    ("white space at both ends", "  \t x \n "),
    ("white space alone", " \t\n "),
    ("a no-break space and a byte order mark", "\u{FEFF}x\u{A0}\u{200B}"),
    ("control characters", "\u{1}\u{8}\u{B}\u{C}\u{1B}[31m\u{7F}"),
    ("quotes and backslashes", r#"'"`\ \" \u0041 \\n"#),
    ("HTML", "<b>&amp; &lt;script&gt;alert('x')</script></b><!-- -->"),
    ("SQL", "'; DROP TABLE messages; -- %_ \\' \" $1 ? :x"),
    ("a template", "{{7*7}} ${7*7} %s %d {0} #{x}"),
    ("something that looks like another type", "null"),
    ("a number", "007"),
    ("JSON", r#"{"_placeholder":true,"num":0}"#),
    ("a packet", r#"42["on.message.new",{}]"#),
    ("letters that lose their case badly", "İıſßẞΣς"),
];

/// More of them, which a transcript need not show.
pub(super) const MORE: &[(&str, &str)] = &[
    ("what a replacement expands", "$$ $& $' $` $1 $<x> \\1 \\0"),
    ("what an address decodes", "a%20b %C3%A9 + %2B %25 &#65;"),
    ("what a typesetter replaces", ":) :smile: :-D (c) (tm) ... -- -> \"x\" 1/2"),
    ("Markdown and an address", "*a* _b_ `c` [d](e) www.example.org/?x=1&y=2"),
];

/// Texts that servers take for something else, each of them a whole text.
pub(super) const WHOLE: &[(&str, &str)] = &[
    ("what is false in some languages", "0"),
    ("two zeros", "00"),
    ("a number with an exponent", "1e3"),
    ("a number with a zero at its end", "1.10"),
    ("a negative zero", "-0"),
    ("a number of another base", "0x1F"),
    ("a number that no double holds", "12345678901234567890"),
    ("a date", "2026-01-31T09:30:00Z"),
    ("a word of JSON for no", "false"),
    ("a word of JSON for yes", "true"),
    ("a word of JavaScript for nothing", "undefined"),
    ("a word of other languages for nothing", "None"),
    ("a word for no number", "NaN"),
    ("a word for too large a number", "Infinity"),
    ("an empty array", "[]"),
    ("an empty object", "{}"),
    ("JSON that is spaced out", "{ \"b\" : 1.0,  \"a\":[ ] }"),
    ("a name that JavaScript keeps for itself", "__proto__"),
    ("another such name", "constructor"),
    ("a command", "/cmd"),
    ("two slashes", "//x"),
    ("a backslash and a dot", "\\."),
    ("a mention by number", "@5"),
    ("a mention by name", "@name hello @name"),
    ("a hash and a number", "#1"),
    ("a formula", "=1+1"),
    ("an address", "https://example.org/a%20b/?x=1&y=2#z"),
    ("an address in the middle", "see http://example.org/. Or mail me@example.org"),
    ("quotes around it", "\"quoted\""),
    ("single quotes around it", "'quoted'"),
    ("curly quotes", "“curly” ‘quotes’ „und“ «mehr» it’s"),
    ("dashes and dots of a typesetter", "a – b — c … d"),
    ("a script", "<script>alert(1)</script>"),
    ("a script and what is around it", "a<script src=x></script>b<style>c</style>"),
    ("a heart", "<3"),
    ("a tag that is not closed", "<b>"),
    ("signs of comparison", "1 < 2 && 3 > 2"),
    ("the end of a CDATA section", "]]>"),
    ("the beginning of a CDATA section", "<![CDATA[x"),
    ("two single quotes", "''"),
    ("doubled quotes inside", "it''s \"\"x\"\""),
    ("an escaped quote", "\\'"),
    ("formats and templates", "%s %d {0} ${x} {{y}} <%= z %>"),
    ("line ends alone", "\n\n\n\n"),
    ("empty lines", "a\n\nb\n\n\nc\n\n\n\n\nd"),
    ("lines with white space at their ends", "a \t\nb  \n  c"),
    ("a carriage return alone", "\r"),
    ("carriage returns", "a\rb\r\rc\n\rd"),
    ("a tab alone", "\t"),
    ("tabs", "a\tb\t\tc"),
    ("white space in a row", "a  b   c    d"),
    ("wide white space at both ends", "\u{3000}\u{2003}\u{A0}x\u{A0}\u{2003}\u{3000}"),
    ("a full stop alone", "."),
    ("an emoji alone", "👍"),
];

/// Texts of characters that servers drop or replace, each between others.
pub(super) fn characters() -> Vec<(&'static str, String)> {
    let spaced = |characters: &[char]| characters.iter().flat_map(|character| ['x', *character]).chain(['x']).collect();
    let range = |from: char, to: char| spaced(&(from..=to).collect::<Vec<_>>());
    let literal = LITERAL.iter().map(|(what, text)| (*what, (*text).to_owned()));
    literal
        .chain([
            ("spaces of other widths", range('\u{2000}', '\u{200A}')),
            ("spaces of other scripts", spaced(&['\u{3000}', '\u{202F}', '\u{205F}', '\u{1680}', '\u{A0}'])),
            ("joiners and marks of direction", range('\u{200B}', '\u{200F}')),
            ("embeddings and overrides", range('\u{202A}', '\u{202E}')),
            ("isolates", range('\u{2066}', '\u{206F}')),
            (
                "characters that are not seen",
                spaced(&[
                    '\u{AD}', '\u{34F}', '\u{61C}', '\u{115F}', '\u{180E}', '\u{2060}', '\u{2064}', '\u{3164}',
                    '\u{FEFF}',
                ]),
            ),
            ("control characters of the first block", range('\u{1}', '\u{1F}')),
            ("control characters of the second block", range('\u{7F}', '\u{9F}')),
            ("annotations and stand-ins", range('\u{FFF9}', '\u{FFFD}')),
            ("code points that are no characters", range('\u{FDD0}', '\u{FDEF}')),
            ("the last two of the planes", spaced(&['\u{FFFE}', '\u{FFFF}', '\u{2FFFE}', '\u{EFFFF}', '\u{10FFFE}'])),
            ("selectors of variants", range('\u{FE00}', '\u{FE0F}')),
            ("tags", range('\u{E0001}', '\u{E007F}')),
            ("more selectors", spaced(&['\u{E0100}', '\u{E01EF}'])),
            ("one of each plane", (1..=16).filter_map(|plane| char::from_u32(plane * 0x1_0000 + 0x345)).collect()),
            ("private characters", spaced(&['\u{E000}', '\u{F8FF}', '\u{F0000}', '\u{10FFFD}'])),
        ])
        .collect()
}

/// The part of them that can be read.
const LITERAL: &[(&str, &str)] = &[
    ("skin tones", "👍🏻👍🏼👍🏽👍🏾👍🏿"),
    ("flags", "🇩🇪🇯🇵🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}"),
    ("keycaps", "1\u{FE0F}\u{20E3} #\u{20E3} ☺\u{FE0E} ❤\u{FE0F}"),
    ("Thai", "กำลังดี ที่นี่ น้ำ"),
    ("Arabic with marks", "مُحَمَّدٌ الرَّحْمٰنِ ـ ١٢٣ ﷺ"),
    ("Hebrew with points", "שָׁלוֹם"),
    ("Devanagari with joiners", "क्\u{200D}ष क्\u{200C}ष"),
    ("Persian with non-joiners", "می\u{200C}خواهم"),
    ("six marks on one letter", "e\u{301}\u{302}\u{303}\u{304}\u{306}\u{307}z"),
    ("marks in two orders", "a\u{323}\u{307} a\u{307}\u{323}"),
    ("Hangul, whole and in parts", "한 \u{1112}\u{1161}\u{11AB}"),
    ("ideographs for compatibility", "\u{F900}\u{FA0E}\u{FA30} \u{2F800} 豈"),
    ("signs that have doubles", "\u{2126}\u{212A}\u{212B} \u{37E} \u{387} \u{1F71}"),
    ("letters of full and half width", "ＡＢＣ１２３ ｶﾞ"),
    ("signs made of several", "½ ① Ⅷ ㎏ ™ ª 𝐀 𝟘"),
    ("Cyrillic", "Съешь ещё этих мягких французских булок, й и\u{306} їґє"),
    ("Chinese and Japanese", "直骨 漢字かな交じり文。「」〜ー"),
    ("many scripts at once", "Привет, 世界! שלום مرحبا नमस्ते 🌍 Ünïcödé ąęź ﬃ"),
];

/// A text that is as hard as all the others together, of nearly 3,900 code points, white space at both ends: there are
/// servers that change long texts alone.
pub(super) fn hard() -> String {
    const LENGTH: usize = 3_880;
    const ENDS: [&str; 2] = ["\n \t ", " \t \n"];
    let mut text = ENDS[0].to_owned();
    for (_, part) in NASTY.iter().chain(MORE).cycle() {
        let length = [&text, *part, ENDS[1]].iter().map(|part| part.chars().count()).sum::<usize>();
        if length > LENGTH {
            break;
        }
        text.push_str(part);
        text.push('|');
    }
    text.pop();
    text + ENDS[1]
}

/// A text of a number of code points, half of them outside of the first plane, with a mark at its end, so that a cut is
/// seen wherever it is.
pub(super) fn long(code_points: usize) -> String {
    let body = "a😀".chars().cycle().take(code_points.saturating_sub(1));
    body.chain("Ω".chars()).collect()
}

/// A text of a number of code points, all of them outside of the first plane, with a mark at its end.
pub(super) fn astral(code_points: usize) -> String {
    let body = "😀𝒳".chars().cycle().take(code_points.saturating_sub(1));
    body.chain("𐍈".chars()).collect()
}
