/* The Penn Treebank lexer of ptb.h, for re2c: the longest match counts, and of equally long ones the first.
 *
 * Its order and its character classes are those of the tokenizer that the COCO tools call, Stanford's PTBTokenizer of
 * 2014, oddities included, with two kinds of rules left out that cannot be seen in its result: those that
 * give the full stop behind an abbreviation once more, for full stops are dropped, and those that tell opening quotes
 * from closing ones, for both are. */
#include "pipeline/eval/ptb.h"

#include "pipeline/eval/american.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What becomes of a match: see CHANGES below for those that are no plain names. */
typedef enum {
    END, SKIP, KEEP, WORD, SOFT, TAG, PHONE, QUOTE, AMP, FRACTION, MONEY, DASH, DOTS, OPEN, CLOSE, OPEN_BRACE, CLOSE_BRACE
} Kind;

/* --- characters ---
 * The rules below are over bytes: ASCII stands for itself, every other character for its class. */

/*!include:re2c "unicode_categories.re" */

/* The class of a character above ASCII. The Basic Multilingual Plane is all that the tokenizer knows. */
static unsigned char class_of(const uint32_t *YYCURSOR)
{
    /*!re2c
    re2c:yyfill:enable = 0;
    re2c:define:YYCTYPE = "uint32_t";
    re2c:encoding:utf32 = 1;

    [\xAD]                                { return 0x81; } // soft hyphen
    [\x92\u2019]                          { return 0x90; } // apostrophe, of Windows-1252 and of Unicode
    [\x91\u2018\u201B]                    { return 0x91; } // what else stands for it within a word
    [\x93\x94\u201A\u201C-\u201F\u2039\u203A\xAB\xBB]   { return 0x92; } // other quotes
    [\xA0]                                { return 0x93; } // no-break space
    [\u2000-\u200A\u3000]                 { return 0x94; } // other spaces
    [\u2028\u2029]                        { return 0x95; } // line and paragraph separators
    [\x85]                                { return 0x96; } // next line, or Windows-1252's ellipsis
    [\u2026]                              { return 0x97; } // ellipsis
    [\x96\x97\u2013-\u2015]               { return 0x98; } // dashes
    [\u058A\u2010\u2011]                  { return 0x99; } // hyphens
    [\u066B\u066C]                        { return 0x9A; } // Arabic decimal and thousands marks
    [\u3001]                              { return 0x9B; } // ideographic comma
    [\xB2\xB3\xB9\u2070\u2074-\u2079]     { return 0x9C; } // superscript digits
    [\u2080-\u2089]                       { return 0x9D; } // subscript digits
    [\u207A\u207B\u208A\u208B]            { return 0x9E; } // their signs
    [\xBC-\xBE\u2153-\u215E]              { return 0x9F; } // fractions
    [\u2044]                              { return 0xA0; } // fraction slash
    [\x80\xA2-\xA5\u060B\u0E3F\u20A0\u20A4\u20AC\uFFE0\uFFE1\uFFE5\uFFE6]   { return 0xA1; } // money
    [\u200B\u200E\u200F\uFEFF]            { return 0xA2; } // of no width
    L \ [\U00010000-\U0010FFFF]           { return 0x80; } // letters
    // Marks that go with them, of many scripts.
    [\u0237-\u024F\u02C2-\u02C5\u02D2-\u02DF\u02E5-\u02FF\u0300-\u037D\u0384\u0385\u03CF\u03F6] |
    [\u03FC-\u03FF\u0483-\u0487\u04CF\u04F6-\u04FF\u0510-\u0525\u055A-\u055F\u0591-\u05BD\u05BF\u05C1] |
    [\u05C2\u05C4\u05C5\u05C7\u0615-\u061A\u063B-\u063F\u064B-\u065E\u0670\u06D6-\u06EF\u06FA-\u06FF] |
    [\u070F\u0711\u0730-\u077F\u07A6-\u07B1\u07CA-\u07F5\u07FA\u0900-\u0903\u093C\u093E-\u094E] |
    [\u0951-\u0955\u0962\u0963\u0981-\u0983\u09BC-\u09C4\u09C7\u09C8\u09CB-\u09CD\u09D7\u09E2\u09E3] |
    [\u0A01-\u0A03\u0A3C\u0A3E-\u0A4F\u0A81-\u0A83\u0ABC-\u0ACF\u0B82\u0BBE-\u0BC2\u0BC6-\u0BC8] |
    [\u0BCA-\u0BCD\u0C01-\u0C03\u0C3E-\u0C56\u0D3E-\u0D44\u0D46-\u0D48\u0E30-\u0E3A\u0E47-\u0E4E] |
    [\u0EB1-\u0EBC\u0EC8-\u0ECD]         { return 0x82; }
    Nd \ [\U00010000-\U0010FFFF]          { return 0x83; } // digits
    // Symbols that stand alone: mathematics, arrows, full-width forms, marks of other scripts.
    [\xA6-\xA9\xAC\xAE-\xBA\xD7\xF7\u0387\u05BE\u05C0\u05C3\u05C6\u05F3\u05F4\u0600-\u0603] |
    [\u0606-\u060A\u060C\u0614\u061B\u061E\u066A\u066D\u0703-\u070D\u07F6-\u07F8\u0964\u0965\u0E4F\u1FBD] |
    [\u2016\u2017\u2020-\u2023\u2030-\u2038\u203B\u203E-\u2042\u207C-\u207F\u208C-\u208E] |
    [\u2100-\u214F\u2190-\u2BFF\u3012\u30FB\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]
                                          { return 0xA3; }
    [\xA1\xBF\u037E\u0589\u061F\u06D4\u0700-\u0702\u3002]   { return 0xA4; } // stops and turned marks
    *                                     { return 0xFF; } // all else: no token
    */
}

/* --- rules ---
 * In groups, each a scanner of its own, for together they would multiply each other's states. */

typedef struct {
    Kind kind;
    const unsigned char *end;   /* of the token; NULL where nothing matched */
    const unsigned char *reach; /* of the match: the token, and what must follow it */
} Match;

static Match match(Kind kind, const unsigned char *end, const unsigned char *reach)
{
    return (Match){kind, end ? end : reach, reach};
}

/*!re2c
    re2c:yyfill:enable = 0;
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYCURSOR = at;
    re2c:encoding:utf32 = 0;
    re2c:tags = 1;
    re2c:sentinel = 0;

    nul     = "\x00";
    any     = [\x01-\xFF];
    letter  = [A-Za-z\x80];
    digit   = [0-9\x83];
    alnum   = letter | digit;
    space   = [ \t\x93\x94];
    newline = "\r" | "\r"? "\n" | [\v\f\x95\x96];
    gap     = space | newline | nul;
    hyphen  = [-_\x99];
    amp     = '&amp;';
    pause   = [,;:\x9B];
    apos    = ['\x90] | '&apos;';
    apos2   = apos | "\x91";
    entity  = "&" [aeiouAEIOU] ('acute' | 'grave' | 'uml') ";";
    word    = (letter | entity | [\x81\x82])+;
    acro    = [A-Za-z] ("." [A-Za-z])+ | ('canada' | 'sino' | 'korean' | 'eu' | 'japan' | 'non') '-u.s'
            | 'u.s.-' ('u.k' | 'u.s.s.r');
*/

/* Words, and what apostrophes make of them: 's 'm 'd 're 've 'll part from their word; n't parts from one that does
 * not end in n. */
static Match words(const unsigned char *at)
{
    const unsigned char *YYMARKER, *end = NULL;
    /*!stags:re2c:words format = "const unsigned char *@@;\n"; */
/*!re2c:words
    clitic  = apos ([msdMSD] | 're' | 've' | 'll');
    not     = 'n' apos2 't';
    before_not = [A-Za-z\x81]* [A-MO-Za-mo-z] [\x81]*;
    // These stay whole: 'n' ol' 'em '90s 'til shi'ite c'mon, and French ones.
    whole   = apos 'n' apos? | [lLdDjJ] apos | 'dunkin' apos | 'somethin' apos | 'ol' apos | apos 'em'
            | [A-HJ-XZn] apos2 letter{2} letter* | apos [2-9] '0s' | apos 'til' 'l'?
            | letter+ [aeiouyAEIOUY] apos2 [aeiouA-Z] letter* | apos 'cause' | 'cont\'d' "."? | '\'twas'
            | 'nor\'easter' | 'c\'mon' | 'e\'er' | 's\'mores' | 'ev\'ry' | 'li\'l' | 'nat\'l';

    'can' @end 'not'            { return match(KEEP, end, at); }
    word @end clitic            { return match(WORD, end, at); }
    before_not @end not         { return match(SOFT, end, at); }
    word                        { return match(WORD, NULL, at); }
    whole                       { return match(KEEP, NULL, at); }
    'y' apos @end letter        { return match(KEEP, end, at); }
    clitic @end [^A-Za-z]       { return match(QUOTE, end, at); }
    not                         { return match(QUOTE, NULL, at); }
    *                           { return (Match){.end = NULL}; }
*/
}

/* Addresses of the web and of mail. */
static Match addresses(const unsigned char *at)
{
    const unsigned char *YYMARKER;
/*!re2c
    in_url  = any \ [ \t\n\f\r"<>|()];
    end_url = in_url \ [.!?{},\-];
    host    = any \ [ \t\n\f\r"<>|.!?(){},];
    // The peers write [,-_] for a comma, a hyphen and an underscore: a range, with digits and capitals in it.
    host2   = host \ [`'$] \ [,-_];
    path    = "/" in_url+ end_url;
    url     = 'http' 's'? '://' in_url+ end_url;
    likely  = ('www.' (host+ ".")+ [a-zA-Z]{2,4} | (host2+ ".")+ ('com' | 'net' | 'org' | 'edu')) path?;
    in_mail = in_url \ [\x93];
    at_mail = in_mail \ [.];
    email   = [a-zA-Z0-9] in_mail* "@" (at_mail+ ".")* at_mail+;

    url | likely | email        { return match(KEEP, NULL, at); }
    "@" [a-zA-Z_] [a-zA-Z_0-9]* { return match(KEEP, NULL, at); }
    "#" word                    { return match(KEEP, NULL, at); }
    *                           { return (Match){.end = NULL}; }
*/
}

static Match numbers(const unsigned char *at)
{
    const unsigned char *YYMARKER;
/*!re2c
    num     = digit+ | digit* ([.:,\x81\x9A] digit+)+;
    date    = digit{1,2} [-/] digit{1,2} [-/] digit{2,4};
    frac    = (digit{1,4} [- \x93])? digit{1,4} ("\\"? "/" | "\xA0") digit{1,4};
    phone   = ("(" [0-9]{2,3} ")" [ \x93]? | ("+" "+"?)? ([0-9]{2,4} [- \x93])? [0-9]{2,4} [- \x93])
              [0-9]{3,4} [- \x93]? [0-9]{3,5}
            | (("+" "+"?)? [0-9]{2,4} ".")? [0-9]{2,4} "." [0-9]{3,4} "." [0-9]{3,5};

    date                        { return match(KEEP, NULL, at); }
    [-+]? num                   { return match(SOFT, NULL, at); }
    "\x9E"? ("\x9C"+ | "\x9D"+) { return match(KEEP, NULL, at); }
    frac                        { return match(TAG, NULL, at); }
    "\x9F"                      { return match(FRACTION, NULL, at); }
    phone                       { return match(PHONE, NULL, at); }
    *                           { return (Match){.end = NULL}; }
*/
}

/* Abbreviations keep their full stop. A capital in brackets must be one. */
static Match abbreviations(const unsigned char *at)
{
    const unsigned char *YYMARKER, *end = NULL;
    /*!stags:re2c:abbreviations format = "const unsigned char *@@;\n"; */
/*!re2c:abbreviations
    months  = 'jan' | 'feb' | 'mar' | 'apr' | 'jun' | 'jul' | 'aug' | 'sep' 't'? | 'oct' | 'nov' | 'dec';
    days    = 'mon' | 'tue' 's'? | 'wed' | 'thu' ('rs')? | 'fri';
    states  = 'ala' | 'ariz' | [A] 'rk' | 'calif' | 'colo' | 'conn' | 'dak' | 'del' | 'fla' | 'ga' | [I] 'll'
            | 'ind' | 'kan' 's'? | 'ky' | 'la' | [M] 'ass' | 'md' | 'mich' | 'minn' | [M] 'iss' | 'mo' | 'mont'
            | 'neb' | 'nev' | 'okla' | [O] 're' | 'pa' | 'penn' | 'tenn' | 'tex' | 'va' | 'vt' | [W] 'ash'
            | 'wis' 'c'? | 'wyo';
    titles  = 'mr' | 'mrs' | 'ms' | 'dr' 's'? | 'prof' 's'? | 'sen' 's'? | 'rep' 's'? | 'atty' 's'? | 'lt' | 'col'
            | 'gen' | 'messrs' | 'gov' 's'? | 'adm' | 'rev' | 'maj' | 'sgt' | 'cpl' | 'pvt' | 'mt' | 'capt' | 'st' 'e'?
            | 'ave' | 'pres' | 'lieut' | 'hon' | 'brig' | 'c' 'o'? 'mdr' | 'pfc' | 'spc' | 'supt' 's'? | 'det';
    behind  = 'jr' | 'sr' | 'bros' | ('ed' | 'ph') '.d' | 'blvd' | 'rd' | 'esq';
    firms   = 'inc' | 'co' 's'? | 'corp' | 'p' 'p'? 'ty' 's'? | 'ltd' | 'plc' | 'bancorp' | 'dept' | 'bhd' | 'assn'
            | 'univ' | 'intl' | 'sys' | 'invt' | 'elec' | 'natl' | 'm' [ft] 'g';
    counts  = 'no' 's'? | 'prop' | 'ph' | 'tel' | 'est' | 'ext' | 'sq' | 'ft';
    others  = 'etc' | 'al' | 'seq' | 'vs' | 'alex' | 'wm' | 'jos' | 'cie' | 'a.k.a' | 'cf' | 'treas';

    (months | days | states | titles | behind | firms | counts | others | [A-Za-z] | acro) "."
                                { return match(KEEP, NULL, at); }
    acro @end gap               { return match(KEEP, end, at); }
    apos [0-9][0-9] @end gap    { return match(KEEP, end, at); }
    word "." @end pause         { return match(SOFT, end, at); }
    *                           { return (Match){.end = NULL}; }
*/
}

/* Marks, tags, and the end. */
static Match marks(const unsigned char *at)
{
    const unsigned char *YYMARKER;
/*!re2c
    "<" "/"? [A-Za-z!?] (any \ [>\r\n])* ">"   { return match(TAG, NULL, at); }
    "&" ('md' | 'mdash' | 'ndash') ";" | "\x98" { return match(DASH, NULL, at); }
    "&" ('ht' | 'tl' | 'ur' | 'lr' | 'qc' | 'ql' | 'qr' | 'odq' | 'cdq' | "#" [0-9]+) ";"
                                { return match(KEEP, NULL, at); }
    amp                         { return match(AMP, NULL, at); }
    [A-Z]* "$" | "#"            { return match(KEEP, NULL, at); }
    "\xA1"                      { return match(MONEY, NULL, at); }
    ["] | '&quot;'              { return match(QUOTE, NULL, at); }
    [<[(] | '&lt;'              { return match(OPEN, NULL, at); }
    [>\])] | '&gt;'             { return match(CLOSE, NULL, at); }
    "<<" | ">>"                 { return match(KEEP, NULL, at); }
    "{"                         { return match(OPEN_BRACE, NULL, at); }
    "}"                         { return match(CLOSE_BRACE, NULL, at); }
    "-"{3,4}                    { return match(DASH, NULL, at); }
    "."{3,5} | ("." [ \x93]){2,4} "." | [\x96\x97]   { return match(DOTS, NULL, at); }
    "@"+ | "#"+ | "_"+ | "-"+ | "*"+ | "\\*"{1,3} | [?!]+   { return match(KEEP, NULL, at); }
    pause | [.=/\xA4]           { return match(KEEP, NULL, at); }
    space+ | newline | "\xA2" | '&nbsp;'   { return match(SKIP, NULL, at); }
    nul                         { return match(END, NULL, at); }
    *                           { return (Match){.end = NULL}; }
*/
}

/* Things of letters and digits, and after all other rules the marks that may also begin one. */
static Match things(const unsigned char *at)
{
    const unsigned char *YYMARKER, *end = NULL;
    /*!stags:re2c:things format = "const unsigned char *@@;\n"; */
/*!re2c:things
    treebank = "-" ('rrb' | 'lrb' | 'rcb' | 'lcb' | 'rsb' | 'lsb') "-" | 'c.d.s' | 'pro-' | 'anti-'
            | 's' ("&" | amp) ('p-500' | 'ls') | 'cap' apos 'n' | 'c' apos 'est';
    side    = [A-Za-z0-9]+ ("-" [A-Za-z]+){0,2};
    slashed = side ("\\"? "/" side){1,2};                                             // and/or
    compound = [A-Za-z0-9] [A-Za-z0-9.,\x81]* ("-" ([A-Za-z0-9\x81]+ | acro "."))+;   // t-shirt
    part    = ([dDoOlL] apos2 alnum)? alnum+;
    thing   = part (hyphen part)*;                                                    // o'clock, red_car
    joined  = [A-Z]+ (([+&] | amp) [A-Z]+)+;                                          // AT&T

    treebank                    { return match(AMP, NULL, at); }
    slashed                     { return match(KEEP, NULL, at); }
    compound "." @end pause     { return match(SOFT, end, at); }
    compound                    { return match(SOFT, NULL, at); }
    thing "." @end pause        { return match(KEEP, end, at); }
    thing                       { return match(KEEP, NULL, at); }
    joined "." @end pause       { return match(AMP, end, at); }
    joined                      { return match(AMP, NULL, at); }
    "'" @end [A-Za-z] [^ \t\n\r\x93\x00]   { return match(QUOTE, end, at); }
    clitic                      { return match(QUOTE, NULL, at); }
    apos | "''" | [`\x90-\x92]{1,2}        { return match(QUOTE, NULL, at); }
    [+%&~^|\\\x9E\xA0\xA3]      { return match(KEEP, NULL, at); }
    *                           { return match(SKIP, NULL, at); }
*/
}

/* The longest match at `at`; of equally long ones that of the first group. */
static Match scan(const unsigned char *at)
{
    static Match (*const GROUPS[])(const unsigned char *) = {words, addresses, numbers, abbreviations, marks, things};
    Match best = {.end = NULL};
    for (size_t i = 0; i < sizeof GROUPS / sizeof *GROUPS; i++) {
        Match m = GROUPS[i](at);
        if (m.end && (!best.end || m.reach > best.reach))
            best = m;
    }
    return best;
}

/* --- tokens --- */

/* What is rewritten within a token of a kind. */
typedef struct {
    Kind kind;
    const char *from, *to; /* letters of `from` in either case */
} Change;

static const Change CHANGES[] = {
    {WORD, "\u00AD", ""}, {SOFT, "\u00AD", ""},
    {TAG, " ", "\u00A0"},
    {PHONE, " ", "\u00A0"}, {PHONE, "(", "-lrb-"}, {PHONE, ")", "-rrb-"},
    {AMP, "&amp;", "&"},
    {QUOTE, "&apos;", "'"}, {QUOTE, "\xC2\x92", "'"}, {QUOTE, "\u2019", "'"}, {QUOTE, "\u203A", "'"},
    {QUOTE, "\xC2\x91", "`"}, {QUOTE, "\u2018", "`"}, {QUOTE, "\u201B", "`"}, {QUOTE, "\u2039", "`"},
    {QUOTE, "&quot;", "''"}, {QUOTE, "\"", "''"},
    {QUOTE, "\xC2\x94", "''"}, {QUOTE, "\u201D", "''"}, {QUOTE, "\u00BB", "''"},
    {QUOTE, "\xC2\x93", "``"}, {QUOTE, "\u201C", "``"}, {QUOTE, "\u00AB", "``"},
    {FRACTION, "\u00BC", "1/4"}, {FRACTION, "\u00BD", "1/2"}, {FRACTION, "\u00BE", "3/4"},
    {FRACTION, "\u2153", "1/3"}, {FRACTION, "\u2154", "2/3"},
    {MONEY, "\u00A2", "cents"}, {MONEY, "\u00A3", "#"},
    {MONEY, "\xC2\x80", "$"}, {MONEY, "\u00A4", "$"}, {MONEY, "\u20A0", "$"}, {MONEY, "\u20AC", "$"},
};

/* Tokens that are always the same. */
static const char *fixed(Kind kind)
{
    switch (kind) {
    case DASH: return "--";
    case DOTS: return "...";
    case OPEN: return "-lrb-";
    case CLOSE: return "-rrb-";
    case OPEN_BRACE: return "-lcb-";
    case CLOSE_BRACE: return "-rcb-";
    default: return NULL;
    }
}

/* The change that applies to the text up to `end`, NULL where there is none. */
static const Change *find_change(Kind kind, const char *text, const char *end)
{
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
        if (CHANGES[i].kind != kind)
            continue;
        size_t n = strlen(CHANGES[i].from);
        if (n <= (size_t)(end - text) && !strncasecmp(text, CHANGES[i].from, n))
            return &CHANGES[i];
    }
    return NULL;
}

/* Writes the token of n bytes of text, as its kind has it, ended by NUL. Returns its end. */
static char *rewrite(Kind kind, const char *text, size_t n, char *out)
{
    for (const char *end = text + n; text < end;) {
        const Change *change = kind == KEEP ? NULL : find_change(kind, text, end);
        if (change) {
            out = stpcpy(out, change->to);
            text += strlen(change->from);
        } else {
            *out++ = *text++;
        }
    }
    *out = '\0';
    return out;
}

/* The peers' list. (Their -LRB- and its kin never match, as they are in lower case by then.) */
static int is_punctuation(const char *token)
{
    static const char *const LIST[] = {"''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";"};
    for (size_t i = 0; i < sizeof LIST / sizeof *LIST; i++)
        if (!strcmp(token, LIST[i]))
            return 1;
    return 0;
}

/* Whether a letter or a digit is in the token, or in the classes that it was read from. */
static int is_wordly(Kind kind, const char *token, const unsigned char *classes, size_t n)
{
    if (fixed(kind) || kind == MONEY || (kind == TAG && *token == '<'))
        return 0;
    for (size_t i = 0; i < n; i++)
        if (strchr("\x80\x82\x83\x9C\x9D\x9F", classes[i]))
            return 1;
    return strpbrk(token, "0123456789abcdefghijklmnopqrstuvwxyz") != NULL;
}

/* One code point of UTF-8 at s (ended by NUL): its length. What is no UTF-8 is U+FFFF, a byte long. */
static size_t decode(const unsigned char *s, uint32_t *code)
{
    size_t n = *s < 0x80 ? 1 : *s < 0xC2 ? 0 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : *s < 0xF5 ? 4 : 0;
    *code = n < 2 ? *s : *s & (0x7FU >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80)
            n = 0;
        else
            *code = *code << 6 | (s[i] & 0x3FU);
    }
    if (!n)
        *code = 0xFFFF;
    return n ? n : 1;
}

/* The small letter of a capital of Latin-1, Latin Extended-A or Latin Extended Additional. */
static uint32_t small(uint32_t c)
{
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7))
        return c + 0x20;
    if (c == 0x178)
        return 0xFF;
    if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14A && c <= 0x177) || (c >= 0x1E00 && c <= 0x1E95) ||
        (c >= 0x1EA0 && c <= 0x1EFF))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
        return c + (c & 1);
    return c;
}

/* In place: no small letter here is longer than its capital. */
static void lower(char *text)
{
    unsigned char *s = (unsigned char *)text;
    for (size_t n; *s; s += n) {
        uint32_t code, c;
        n = decode(s, &code);
        c = small(code);
        if (*s >= 'A' && *s <= 'Z') {
            *s |= 0x20;
        } else if (c != code && n == 2) {
            s[0] = (unsigned char)(0xC0 | c >> 6);
            s[1] = (unsigned char)(0x80 | (c & 0x3F));
        } else if (c != code && n == 3) {
            s[2] = (unsigned char)(0x80 | (c & 0x3F));
            s[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        }
    }
}

/* A class for each character, ended by NUL. */
static void classify(const char *text, unsigned char *classes)
{
    const unsigned char *s = (const unsigned char *)text;
    uint32_t code;
    for (; *s; classes++) {
        s += decode(s, &code);
        *classes = code < 0x80 ? (unsigned char)code : class_of(&code);
    }
    *classes = '\0';
}

/* The bytes that n characters take. */
static size_t bytes_of(const char *text, size_t n)
{
    const unsigned char *s = (const unsigned char *)text;
    uint32_t code;
    while (n--)
        s += decode(s, &code);
    return (size_t)(s - (const unsigned char *)text);
}

/* Puts the token of a match at out: its end, out itself where it is dropped. */
static char *put(const Match *m, const unsigned char *classes, const char *text, size_t n, int flags, char *out)
{
    char *end = fixed(m->kind) ? stpcpy(out, fixed(m->kind)) : rewrite(m->kind, text, n, out);
    if (m->kind == WORD && !(flags & PTB_BRITISH)) {
        americanize(out);
        end = out + strlen(out);
    }
    lower(out);
    if (end == out || is_punctuation(out) ||
        (flags & PTB_CLEAN && !is_wordly(m->kind, out, classes, (size_t)(m->end - classes))))
        return out;
    *end++ = ' ';
    return end;
}

char *ptb_tokenize(const char *text, int flags)
{
    enum { GROWTH = 7 }; /* "(" becomes "-lrb- "; and a British word may grow by a letter */
    size_t length = strlen(text), n;
    unsigned char *classes = malloc(length + 1);
    char *tokens = malloc(GROWTH * length + 8), *out = tokens;
    if (!classes || !tokens) {
        free(classes);
        free(tokens);
        return NULL;
    }
    classify(text, classes);
    for (const unsigned char *at = classes;; text += n) {
        Match m = scan(at);
        if (m.kind == END)
            break;
        n = bytes_of(text, (size_t)(m.end - at));
        if (m.kind != SKIP)
            out = put(&m, at, text, n, flags, out);
        at = m.end;
    }
    out[out > tokens ? -1 : 0] = '\0';
    free(classes);
    return tokens;
}
