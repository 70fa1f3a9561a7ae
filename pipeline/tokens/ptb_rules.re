/* The rules of ptb_rules.h, for re2c: the longest match wins, and of equally long ones the first.
 *
 * They follow the behaviour of the tokenizer that the COCO tools call, Stanford's PTBTokenizer 3.4.1 of 2014, oddities
 * included: comments say "sic" if one looks like a slip. Two kinds of rules are missing because no score shows
 * them: those that repeat the full stop of an abbreviation which ends a sentence, as full stops are dropped, and those
 * that tell opening quotes from closing ones, as both are.
 *
 * Hexadecimal numbers are the classes of ptb_chars.h. The rules are in groups, each a scanner of its own: in one scanner
 * they would multiply each other's states.
 *
 * Most rules end with the token or a few characters after it. Some can read to the end of the line before they find
 * that they do not apply: "a=a=a=..." may be the beginning of a mail address. If they did so at every token, the time
 * would grow with the square of the line. So each of them is a scanner of its own, and says how far it has read. As far
 * as it read on without another match, it can match from no later place either: such a rule ends in what the scan was
 * looking for ("@" and a letter, ".com"), after anything of what it passed. */
#include "pipeline/tokens/ptb_rules.h"

#include <stddef.h>
#include <string.h>

/* A match up to `reach`, of a token up to `end`, or up to `reach` if that is NULL. */
static PtbMatch match(PtbKind kind, const unsigned char *end, const unsigned char *reach)
{
    return (PtbMatch){kind, end ? end : reach, reach};
}

static const PtbMatch NO_MATCH = {PTB_NOTHING, NULL, NULL};

/*!re2c
    re2c:yyfill:enable = 0;
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYCURSOR = at;
    re2c:encoding:utf32 = 0;
    re2c:tags = 1;
    re2c:sentinel = 0;

    any     = [\x01-\xFF];
    letter  = [A-Za-z\x80];
    digit   = [0-9\x83];
    alnum   = letter | digit;
    space   = [ \t\x93\x94];
    newline = "\r" | "\r"? "\n" | [\v\f\x95\x96];
    gap     = space | newline;
    hyphen  = [-_\x99];
    amp     = '&amp;';
    pause   = [,;:\x9B];
    apos    = ['\x90] | '&apos;';
    apos2   = apos | [`\x91];
    entity  = "&" [aeiouAEIOU] ('acute' | 'grave' | 'uml') ";";
    wordchar = letter | entity | [\x81\x82];
    word    = wordchar (wordchar | digit)* ([.!?] wordchar (wordchar | digit)*)*;
    acro2   = [A-Za-z] ("." [A-Za-z])+ | ('canada' | 'sino' | 'korean' | 'eu' | 'japan' | 'non') '-u.s'
            | 'u.s.-' ('u.k' | 'u.s.s.r');
    acro    = [A-Za-z] | acro2;

    // An SGML tag. (Elsewhere its quoted values may run over line ends.)
    name    = [A-Za-z] [A-Za-z0-9_:.\-]*;
    value   = "'" (any \ ['\n])* "'" | ["] (any \ ["\n])* ["];
    element = "<" (name (" "+ name (" "* "=" " "* value)?)* " "* "/"? | "/" name) " "* ">";
    comment = "<" [!?] [A-Za-z\-] (any \ [>\r\n])* ">";

    // Parts of addresses and smileys.
    in_path = any \ [ \t\n\f\r"<>|()];
    in_url  = in_path \ [{}];
    end_url = in_path \ [.!?{},\-];
    host    = any \ [ \t\n\f\r"<>|.!?(){},];
    host2   = host \ [`'$] \ [,-_];     // sic: a range, with digits, capitals and more in it
    path    = "/" in_path+ end_url;
    eye     = [x^=~<>'];
*/

/* Words, and what apostrophes make of them: 's 'm 'd 're 've 'll part from their word, n't parts from one that does
 * not end in n, and some words are two. */
static PtbMatch words(const unsigned char *at)
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
            | letter+ [aeiouyAEIOUY] apos2 [aeiouA-Z] letter* | apos 'cause' | 'cont\'d' "."?
            | 'nor\'easter' | 'c\'mon' | 'e\'er' | 's\'mores' | 'ev\'ry' | 'li\'l' | 'nat\'l' | 'o' apos2 'o';

    'c++' | [cCfF] "#"          { return match(PTB_KEEP, NULL, at); }
    'can' @end 'not'            { return match(PTB_KEEP, end, at); }
    '\'t' @end ('was' | 'is')   { return match(PTB_KEEP, end, at); }
    ('gon' | 'wan') @end 'na'   { return match(PTB_KEEP, end, at); }
    'got' @end 'ta'             { return match(PTB_KEEP, end, at); }
    ('lem' | 'gim') @end 'me'   { return match(PTB_KEEP, end, at); }
    word @end clitic            { return match(PTB_WORD, end, at); }
    before_not @end not         { return match(PTB_SOFT, end, at); }
    word                        { return match(PTB_WORD, NULL, at); }
    whole                       { return match(PTB_KEEP, NULL, at); }
    'y' apos @end letter        { return match(PTB_KEEP, end, at); }
    (clitic | not) @end (any \ [A-Za-z])    { return match(PTB_QUOTED, end, at); }
    *                           { return NO_MATCH; }
*/
}

/* Addresses of the web, names and topics as Twitter writes them. */
static PtbMatch addresses(const unsigned char *at)
{
    const unsigned char *YYMARKER;
/*!re2c
    'http' 's'? '://' in_url+ end_url           { return match(PTB_KEEP, NULL, at); }
    "@" [a-zA-Z_] [a-zA-Z_0-9]* | "#" wordchar+ { return match(PTB_KEEP, NULL, at); }
    *                                           { return NO_MATCH; }
*/
}

static PtbMatch numbers(const unsigned char *at)
{
    const unsigned char *YYMARKER;
/*!re2c
    num     = digit+ | digit* ([.:,\x81\x9A] digit+)+;
    date    = digit{1,2} [-/] digit{1,2} [-/] digit{2,4};
    frac    = (digit{1,4} [- \x93])? digit{1,4} ("\\"? "/" | "\xA0") digit{1,4};
    phone   = ("(" [0-9]{2,3} ")" [ \x93]? | ("+" "+"?)? ([0-9]{2,4} [- \x93])? [0-9]{2,4} [- \x93])
              [0-9]{3,4} [- \x93]? [0-9]{3,5}
            | (("+" "+"?)? [0-9]{2,4} ".")? [0-9]{2,4} "." [0-9]{3,4} "." [0-9]{3,5};

    date                        { return match(PTB_KEEP, NULL, at); }
    [-+]? num                   { return match(PTB_SOFT, NULL, at); }
    "\x9E"? ("\x9C"+ | "\x9D"+) { return match(PTB_KEEP, NULL, at); }
    frac                        { return match(PTB_TAG, NULL, at); }
    "\x9F"                      { return match(PTB_PART, NULL, at); }
    phone                       { return match(PTB_PHONE, NULL, at); }
    *                           { return NO_MATCH; }
*/
}

/* Abbreviations keep their full stop. A capital in brackets must be one. */
static PtbMatch abbreviations(const unsigned char *at)
{
    const unsigned char *YYMARKER, *end = NULL;
    /*!stags:re2c:abbreviations format = "const unsigned char *@@;\n"; */
/*!re2c:abbreviations
    // These are followed by small letters as a rule.
    months  = 'jan' | 'feb' | 'mar' | 'apr' | 'jun' | 'jul' | 'aug' | 'sep' 't'? | 'oct' | 'nov' | 'dec';
    days    = 'mon' | 'tue' 's'? | 'wed' | 'thu' ('rs')? | 'fri';
    states  = 'ala' | 'ariz' | [A] 'z' | [A] 'rk' | 'calif' | 'colo' | 'conn' | 'ct' | 'dak' | [D] 'el' | 'fla' | 'ga'
            | [I] 'll' | 'ind' | 'kan' 's'? | 'ky' | [L] 'a' | [M] 'ass' | 'md' | 'mich' | 'minn' | [M] 'iss' | 'mo'
            | 'mont' | 'neb' | 'nev' | 'okla' | [O] 're' | [P] 'a' | 'penn' | 'tenn' | [T] 'ex' | 'va' | 'vt'
            | [W] 'ash' | 'wis' 'c'? | 'wyo';
    firms   = 'inc' | 'co' 's'? | 'corp' | 'p' 'p'? 't' [ye] 's'? | 'ltd' | 'plc' | 'rt' | 'bancorp' | 'bhd' | 'assn'
            | 'univ' | 'intl' | 'sys';
    others  = 'tel' | 'est' | 'ext' | 'sq' | 'jr' | 'sr' | 'bros' | ('ed' | 'ph') '.d' | 'blvd' | 'rd' | 'esq'
            | 'etc' | 'al' | 'seq' | 'bldg';
    // And these by capitals.
    titles  = 'mr' | 'mrs' | 'ms' | [M] 'iss' | 'dr' 's'? | 'prof' 's'? | 'sen' 's'? | 'rep' 's'? | 'atty' 's'? | 'lt'
            | 'col' | 'gen' | 'messrs' | 'gov' 's'? | 'adm' | 'rev' | 'maj' | 'sgt' | 'cpl' | 'pvt' | 'capt' | 'st' 'e'?
            | 'ave' | 'pres' | 'lieut' | 'hon' | 'brig' | 'c' 'o'? 'mdr' | 'pfc' | 'spc' | 'supt' 's'? | 'det' | 'mt'
            | 'ft' | 'adj' | 'adv' | 'asst' | 'assoc' | 'ens' | 'insp' | 'mlle' | 'mme' | 'msgr' | 'sfc';
    always  = titles | 'vs' | 'alex' | 'wm' | 'jos' | 'cie' | 'a.k.a' | 'cf' | 'treas' | 'ph' | acro | 'invt' | 'elec'
            | 'natl' | 'm' [ft] 'g' | 'dept';
    // These are words but before numbers.
    counts  = 'ca' | 'fig' 's'? | 'prop' | 'no' 's'? | 'art' | 'bldg' | 'pp' | 'op';
    // A sentence begins with one of these after an acronym; a single letter then is the end of the one before it.
    start   = [A] ('bout' | 'ccording' | 'dditionally' | 'fter' | 'n' | 's' | 't')? | [B] 'ut' | [E] 'arlier'
            | [H] ('e' | 'er' | 'ere' | 'owever') | [I] ('f' | 'n' | 't') | [L] 'ast' | [M] ('any' | 'ore' | 'r.' | 's.')
            | [N] 'ow' | [O] ('nce' | 'ne' | 'ther' | 'ur') | [S] ('he' | 'ince' | 'o' | 'ome' | 'uch')
            | [T] ('hat' | 'he' | 'heir' | 'hen' | 'here' | 'hese' | 'hey' | 'his') | [W] ('e' | 'hen' | 'hile' | 'hat')
            | [Y] ('et' | 'ou') | element;

    [A-Za-z] @end "." gap+ start gap        { return match(PTB_KEEP, end, at); }
    acro2 "." @end gap+ start gap           { return match(PTB_KEEP, end, at); }
    counts "." @end gap? digit              { return match(PTB_KEEP, end, at); }
    ('pt' [eyEY] | 'co') "." @end space ('ltd' | 'lim')                         { return match(PTB_KEEP, end, at); }
    (months | days | states | firms | others) "." @end any any                  { return match(PTB_KEEP, end, at); }
    (months | days | states | firms | others | always) "."                      { return match(PTB_KEEP, NULL, at); }
    (acro | apos [0-9]{2}) @end gap         { return match(PTB_KEEP, end, at); }
    word "." @end pause                     { return match(PTB_SOFT, end, at); }
    *                                       { return NO_MATCH; }
*/
}

/* Tags, smileys, marks and white space. */
static PtbMatch marks(const unsigned char *at)
{
    const unsigned char *YYMARKER, *end = NULL;
    /*!stags:re2c:marks format = "const unsigned char *@@;\n"; */
/*!re2c:marks
    face    = [<>]? [:;=] [\-o*']? [()DPdpO\\{@|[\]];
    eyes    = eye | "-";
    asian   = eyes "_" eyes | "(" eyes [_.]? eyes ")" | "(" eye "-" (eye | "`") ")";

    element                     { return match(PTB_TAG, NULL, at); }
    "&" ('md' | 'mdash' | 'ndash') ";" | "\x98"         { return match(PTB_TWO_DASHES, NULL, at); }
    "&" ('ht' | 'tl' | 'ur' | 'lr' | 'qc' | 'ql' | 'qr' | 'odq' | 'cdq' | "#" [0-9]+) ";"
                                { return match(PTB_KEEP, NULL, at); }
    amp                         { return match(PTB_AMP, NULL, at); }
    [A-Z]* "$" | "#"            { return match(PTB_KEEP, NULL, at); }
    "\xA1"                      { return match(PTB_COINS, NULL, at); }
    ["] | '&quot;'              { return match(PTB_QUOTED, NULL, at); }
    "<" | '&lt;'                { return match(PTB_LESS, NULL, at); }
    ">" | '&gt;'                { return match(PTB_MORE, NULL, at); }
    "<<" | ">>"                 { return match(PTB_KEEP, NULL, at); }
    face @end (any \ [A-Za-z0-9])                       { return match(PTB_FACE, end, at); }
    asian                       { return match(PTB_FACE, NULL, at); }
    "("                         { return match(PTB_OPEN, NULL, at); }
    ")"                         { return match(PTB_CLOSE, NULL, at); }
    "["                         { return match(PTB_OPEN_SQUARE, NULL, at); }
    "]"                         { return match(PTB_CLOSE_SQUARE, NULL, at); }
    "{"                         { return match(PTB_OPEN_BRACE, NULL, at); }
    "}"                         { return match(PTB_CLOSE_BRACE, NULL, at); }
    "-"{3,4}                    { return match(PTB_TWO_DASHES, NULL, at); }
    "."{3,5} | ("." [ \x93]){2,4} "." | [\x96\x97]      { return match(PTB_DOTS, NULL, at); }
    "@"+ | "#"+ | "_"+ | "-"+ | "*"+ | "\\*"{1,3} | [?!]+   { return match(PTB_KEEP, NULL, at); }
    pause | [.=/]               { return match(PTB_KEEP, NULL, at); }
    space+ | newline | [\x7F\xA2] | '&nbsp;'            { return match(PTB_NOTHING, NULL, at); }
    *                           { return NO_MATCH; }
*/
}

/* Things of letters and digits, and after all other rules the marks that may also begin one. Takes a character that no
 * rule knows for nothing. */
static PtbMatch things(const unsigned char *at)
{
    const unsigned char *YYMARKER, *end = NULL;
    /*!stags:re2c:things format = "const unsigned char *@@;\n"; */
/*!re2c:things
    treebank = "-" ('rrb' | 'lrb' | 'rcb' | 'lcb' | 'rsb' | 'lsb') "-" | 'c.d.s' | 'pro-' | 'anti-'
            | 's' ("&" | amp) ('p-500' | 'ls') | 'cap' apos 'n' | 'c' apos 'est';
    side    = [A-Za-z0-9]+ ("-" [A-Za-z]+){0,2};
    slashed = side ("\\"? "/" side){1,2};                                               // and/or
    part    = ([dDoOlL] apos2 alnum)? alnum+;
    thing   = part (hyphen part)*;                                                      // o'clock, red_car
    joined  = [A-Z]+ (([+&] | amp) [A-Z]+)+;                                            // AT&T

    treebank                    { return match(PTB_AMP, NULL, at); }
    slashed                     { return match(PTB_KEEP, NULL, at); }
    thing "." @end pause        { return match(PTB_KEEP, end, at); }
    thing                       { return match(PTB_KEEP, NULL, at); }
    joined "." @end pause       { return match(PTB_AMP, end, at); }
    joined                      { return match(PTB_AMP, NULL, at); }
    "'" @end [A-Za-z] (any \ [ \t\n\r\x93])             { return match(PTB_QUOTED, end, at); }
    clitic | not                { return match(PTB_QUOTED, NULL, at); }
    apos | "''" | [`\x90-\x92]{1,2}                     { return match(PTB_QUOTED, NULL, at); }
    [+%&~^|\\\x9E\xA0\xA3]      { return match(PTB_KEEP, NULL, at); }
    *                           { return match(PTB_NOTHING, NULL, at); }
*/
}

/* --- scanners that can read far --- */

/*!re2c
    // `far` is where a scan ended that went on after its match.
    re2c:api = custom;
    re2c:api:style = free-form;
    re2c:define:YYPEEK = "*at";
    re2c:define:YYSKIP = "++at;";
    re2c:define:YYBACKUP = "mark = at;";
    re2c:define:YYRESTORE = "*far = at; at = mark;";
    re2c:define:YYSTAGP = "@@ = at;";
    re2c:define:YYSTAGN = "@@ = NULL;";
    re2c:define:YYSHIFT = "at += @@;";
    re2c:define:YYSHIFTSTAG = "@@{tag} += @@{shift};";
*/

static PtbMatch web_address(const unsigned char *at, const unsigned char **far)
{
    const unsigned char *mark;
/*!re2c
    'www.' (host+ ".")+ [a-zA-Z]{2,4} path?     { return match(PTB_KEEP, NULL, at); }
    *                                           { return NO_MATCH; }
*/
}

static PtbMatch domain(const unsigned char *at, const unsigned char **far)
{
    const unsigned char *mark;
/*!re2c
    (host2+ ".")+ ('com' | 'net' | 'org' | 'edu') path?     { return match(PTB_KEEP, NULL, at); }
    *                                                       { return NO_MATCH; }
*/
}

static PtbMatch mail_address(const unsigned char *at, const unsigned char **far)
{
    const unsigned char *mark;
/*!re2c
    in_mail = in_url \ [\x93];
    at_mail = in_mail \ [.];

    ('&lt;' | "<")? [a-zA-Z0-9] in_mail* "@" (at_mail+ ".")* at_mail+ ('&gt;' | ">")?
                                { return match(PTB_KEEP, NULL, at); }
    *                           { return NO_MATCH; }
*/
}

static PtbMatch file_name(const unsigned char *at, const unsigned char **far)
{
    const unsigned char *mark, *end = NULL;
    /*!stags:re2c:files format = "const unsigned char *@@;\n"; */
/*!re2c:files
    ext     = 'bat' | 'bmp' | 'c' | 'class' | 'cgi' | 'cpp' | 'dll' | 'doc' 'x'? | 'exe' | 'gif' | 'gz' | 'h'
            | 'htm' 'l'? | 'jar' | 'java' | 'jpeg' | 'jpg' | 'mov' | 'mp3' | 'pdf' | 'php' | 'pl' | 'png' | 'ppt'
            | 'ps' | 'py' | 'sql' | 'tar' | 'txt' | 'wav' | 'x' | 'xml' | 'zip';

    (wordchar | digit)+ ("." (wordchar | digit)+)* "." ext @end (gap | [.?!,])  { return match(PTB_KEEP, end, at); }
    *                           { return NO_MATCH; }
*/
}

/* T-shirt. */
static PtbMatch compound(const unsigned char *at, const unsigned char **far)
{
    const unsigned char *mark, *end = NULL;
    /*!stags:re2c:compounds format = "const unsigned char *@@;\n"; */
/*!re2c:compounds
    parts   = [A-Za-z0-9] [A-Za-z0-9.,\x81]* ("-" ([A-Za-z0-9\x81]+ | acro2 "."))+;

    parts "." @end pause        { return match(PTB_SOFT, end, at); }
    parts                       { return match(PTB_SOFT, NULL, at); }
    *                           { return NO_MATCH; }
*/
}

static PtbMatch comment(const unsigned char *at, const unsigned char **far)
{
    const unsigned char *mark;
/*!re2c
    comment                     { return match(PTB_TAG, NULL, at); }
    *                           { return NO_MATCH; }
*/
}

/* The end of a sentence that a comment follows: see `start` of abbreviations. */
static PtbMatch before_comment(const unsigned char *at, const unsigned char **far)
{
    const unsigned char *mark, *end = NULL;
    /*!stags:re2c:stops format = "const unsigned char *@@;\n"; */
/*!re2c:stops
    [A-Za-z] @end "." gap+ comment gap  { return match(PTB_KEEP, end, at); }
    acro2 "." @end gap+ comment gap     { return match(PTB_KEEP, end, at); }
    *                                   { return NO_MATCH; }
*/
}

static PtbMatch long_face(const unsigned char *at, const unsigned char **far)
{
    const unsigned char *mark;
/*!re2c
    (eye \ [']) '.[^x=' (any \ [<\n])* "<>]"    { return match(PTB_FACE, NULL, at); }    // sic
    *                                           { return NO_MATCH; }
*/
}

/* --- all of them --- */

/* The scanners, in the order of their rules: of equally long matches the first counts. What can read far needs a certain
 * character in the text. */
typedef struct {
    PtbMatch (*near)(const unsigned char *at);
    PtbMatch (*far)(const unsigned char *at, const unsigned char **far);
    unsigned char needs;
} Group;

static const Group GROUPS[] = {
    {.near = words},
    {.far = web_address, .needs = '.'},
    {.far = domain, .needs = '.'},
    {.far = mail_address, .needs = '@'},
    {.near = addresses},
    {.near = numbers},
    {.far = before_comment, .needs = '>'},
    {.near = abbreviations},
    {.far = file_name, .needs = '.'},
    {.far = comment, .needs = '>'},
    {.near = marks},
    {.far = long_face, .needs = '>'},
    {.far = compound, .needs = '-'},
    {.near = things},
};

_Static_assert(sizeof GROUPS / sizeof *GROUPS == PTB_GROUPS, "PtbScan has a place for each group");

void ptb_scan_init(PtbScan *scan, const unsigned char *classes, size_t line)
{
    for (int i = 0; i < PTB_GROUPS; i++) {
        /* A comment may be in the caption after this one; all other rules stay in the line, and do not end in what
         * they need. */
        size_t n = GROUPS[i].needs == '>' ? strlen((const char *)classes) : line ? line - 1 : 0;
        scan->from[i] = classes;
        scan->until[i] = GROUPS[i].far ? memrchr(classes, GROUPS[i].needs, n) : NULL;
    }
}

/* Matches a group that can read far, if that is not known to be in vain. */
static PtbMatch match_far(PtbScan *scan, int group, const unsigned char *at)
{
    enum { PARTS = 16 }; /* more than the longest of a rule's parts that must be read whole: "&aacute;", "-u.s.s.r" */
    if (!scan->until[group] || at > scan->until[group] || at < scan->from[group])
        return NO_MATCH;
    const unsigned char *far = at;
    PtbMatch m = GROUPS[group].far(at, &far);
    if (far - at > PARTS)
        scan->from[group] = far - PARTS;
    return m;
}

PtbMatch ptb_match(PtbScan *scan, const unsigned char *at)
{
    PtbMatch best = NO_MATCH;
    for (int i = 0; i < PTB_GROUPS; i++) {
        PtbMatch m = GROUPS[i].near ? GROUPS[i].near(at) : match_far(scan, i, at);
        if (m.end && (!best.end || m.reach > best.reach))
            best = m;
    }
    return best;
}
