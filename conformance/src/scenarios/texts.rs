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
