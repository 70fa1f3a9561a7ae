/* The tokenizer: what each rule makes of a text. Expected words are those of Stanford's PTBTokenizer 3.4.1, less the
 * marks that the COCO tools drop; scripts/check-tokens made the files of tests/golden/ptb with it. */
#include "pipeline/tokens/american.h"
#include "pipeline/tokens/ptb.h"
#include "pipeline/tokens/tokens.h"
#include "tests/support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *rule, *text, *tokens;
} Case;

#define NB "\u00A0"

static const Case PEERS[] = {
    {"plain words", "A man riding a wave", "a man riding a wave"},
    {"nothing", "", ""},
    {"nothing but spaces", " \t  ", ""},
    {"several spaces", "a   man \t riding", "a man riding"},
    {"outer spaces", "  a man  ", "a man"},
    {"a line break is a space", "a man\nriding", "a man riding"},
    {"carriage return", "a man\r\nriding\ra wave", "a man riding a wave"},
    {"no-break space", "a" NB "man", "a man"},
    {"ideographic space", "a\u3000man", "a man"},
    {"form feed and vertical tab", "a\fman\vsits", "a man sits"},
    {"zero-width space parts words", "a\u200Bman", "a man"},
    {"byte order mark",
     "\uFEFF"
     "a man",
     "a man"},
    {"&nbsp;", "a&nbsp;man", "a man"},
    /* stops and pauses */
    {"full stop at the end", "A man rides.", "a man rides"},
    {"full stop in the middle", "A man rides. He falls.", "a man rides he falls"},
    {"no space after a full stop", "a man.A dog", "a man.a dog"},
    {"nor after other marks", "what?A dog!no", "what?a dog!no"},
    {"but a number parts", "a man.2 dogs", "a man .2 dogs"},
    {"comma", "red, white and blue", "red white and blue"},
    {"comma without a space", "red,white", "red white"},
    {"semicolon and colon", "one; two: three", "one two three"},
    {"one question mark", "is it?", "is it"},
    {"one exclamation mark", "wow!", "wow"},
    {"several are one word", "wow!!", "wow !!"},
    {"mixed", "really?!", "really ?!"},
    {"three dots", "a man... rides", "a man rides"},
    {"five dots", "a man..... rides", "a man rides"},
    {"two dots are two stops", "a man.. rides", "a man rides"},
    {"spaced dots", "a man . . . rides", "a man rides"},
    {"ellipsis", "a man\u2026 rides", "a man rides"},
    {"word with a stop before a comma", "a man mis., sits", "a man mis. sits"},
    {"turned marks stay", "\u00BFwhat", "\u00BF what"},
    {"ideographic comma stays", "a\u3001b", "a \u3001 b"},
    /* contractions */
    {"'s", "the man's dog", "the man 's dog"},
    {"s'", "the dogs' bowl", "the dogs bowl"},
    {"curly 's", "the man\u2019s dog", "the man 's dog"},
    {"Windows 's", "the man\xC2\x92s dog", "the man 's dog"},
    {"&apos;s", "the man&apos;s dog", "the man 's dog"},
    {"'m", "I'm here", "i 'm here"},
    {"'d", "he'd go", "he 'd go"},
    {"'re", "they're here", "they 're here"},
    {"'ve", "they've gone", "they 've gone"},
    {"'ll", "she'll go", "she 'll go"},
    {"'LL in capitals", "SHE'LL GO", "she 'll go"},
    {"'S in capitals", "HE'S HERE", "he 's here"},
    {"can't", "can't", "ca n't"},
    {"don't", "Don't go", "do n't go"},
    {"won't", "won't", "wo n't"},
    {"isn't", "it isn't.", "it is n't"},
    {"curly n't", "don\u2019t", "do n't"},
    {"didn't've", "didn't've", "did n't 've"},
    {"cannot", "cannot fly", "can not fly"},
    {"cannots is a word", "cannots", "cannots"},
    {"o'clock", "5 o'clock", "5 o'clock"},
    {"'em", "eat 'em", "eat 'em"},
    {"'n'", "rock 'n' roll", "rock 'n' roll"},
    {"'til", "'til dawn", "'til dawn"},
    {"'cause", "'cause", "'cause"},
    {"'90s", "a '90s car", "a '90s car"},
    {"'90", "in '90 there", "in '90 there"},
    {"y'all", "y'all", "y' all"},
    {"c'mon", "c'mon", "c'mon"},
    {"s'mores", "eating s'mores", "eating s'mores"},
    {"ol'", "good ol' dog", "good ol' dog"},
    {"Shi'ite", "Shi'ite", "shi'ite"},
    {"O'Brien", "O'Brien", "o'brien"},
    {"D'Angelo", "D'Angelo", "d'angelo"},
    {"l'arc", "l'arc", "l'arc"},
    {"nor'easter", "nor'easter", "nor'easter"},
    {"'s before a letter parts too", "'sup", "sup"},
    {"'tis and 'twas", "'Tis what 'twas", "'t is what 't was"},
    {"not with curly ones", "\u2019twas", "twas"},
    {"gonna, wanna, gotta", "gonna wanna Gotta", "gon na wan na got ta"},
    {"lemme and gimme", "Lemme GIMME", "lem me gim me"},
    {"gonna's is a word", "gonna's gonnas", "gonna 's gonnas"},
    {"n`t", "don`t", "do n`t"},
    /* quotes */
    {"double quotes", "a \"big\" dog", "a big dog"},
    {"single quotes", "a 'big' dog", "a big dog"},
    {"curly double quotes", "a \u201Cbig\u201D dog", "a big dog"},
    {"curly single quotes", "a \u2018big\u2019 dog", "a big dog"},
    {"guillemets", "\u00ABbig\u00BB", "big"},
    {"TeX quotes", "``big''", "big"},
    {"&quot;", "&quot;big&quot;", "big"},
    {"low quotes are not dropped", "\u201Ebig\u201D", "\u201E big"},
    {"a quote before 're-", "'remember", "remember"},
    {"two quotes at once", "\u201C\u201D", "``''"},
    {"&QUOT;", "&QUOT;a", "&quot; a"},
    /* brackets */
    {"round brackets stay by name", "a man (tall)", "a man -lrb- tall -rrb-"},
    {"square ones", "[x]", "-lsb- x -rsb-"},
    {"curly ones", "{x}", "-lcb- x -rcb-"},
    {"angles", "< 3 > 2", "< 3 > 2"},
    {"&lt; and &gt;", "&lt;x&gt;", "< x >"},
    {"doubled angles", "1 << 2 >> 3", "1 << 2 >> 3"},
    {"their names in the text", "-LRB- x -RRB-", "-lrb- x -rrb-"},
    /* tags and entities */
    {"a tag is a word", "a <b>bold</b> man", "a <b> bold </b> man"},
    {"a tag with spaces", "<br /> <a b='c d'>y", "<br" NB "/> <a" NB "b='c" NB "d'> y"},
    {"values must be quoted", "<a href=x>y", "< a href = x > y"},
    {"a closing tag and a comment", "</b> <!-- x -->", "</b> <!--" NB "x" NB "-->"},
    {"<UNK>", "a <UNK> man <END>", "a <unk> man <end>"},
    {"&amp;", "salt &amp; pepper", "salt & pepper"},
    {"an accent entity stays", "caf&eacute;", "caf&eacute;"},
    {"a number entity is a word", "a &#39; b", "a &#39; b"},
    {"&mdash;", "a &mdash; b", "a b"},
    /* dashes and slashes */
    {"hyphenated", "a t-shirt", "a t-shirt"},
    {"hyphenated thrice", "black-and-white photo", "black-and-white photo"},
    {"a hyphen alone", "a - b", "a b"},
    {"two", "a -- b", "a b"},
    {"three and four", "a --- b ---- c", "a b c"},
    {"five are a word", "a ----- b", "a ----- b"},
    {"two between words", "a man--tall", "a man tall"},
    {"a hyphen at a word's end", "a pre- game", "a pre game"},
    {"pro- and anti-", "pro- and anti- war", "pro- and anti- war"},
    {"en and em dash", "a \u2013 b \u2014 c", "a b c"},
    {"Unicode's hyphen", "t\u2010shirt", "t\u2010shirt"},
    {"underscore joins", "red_car", "red_car"},
    {"underscores alone", "a __ b", "a __ b"},
    {"and/or", "and/or", "and/or"},
    {"backslash before it", "and\\/or", "and\\/or"},
    {"three with slashes", "his/her/its", "his/her/its"},
    {"a slash alone", "a / b", "a / b"},
    {"commas before a hyphen", "red,white-blue", "red,white-blue"},
    /* numbers */
    {"a number", "2 dogs", "2 dogs"},
    {"decimal", "3.5 miles", "3.5 miles"},
    {"thousands", "1,000 birds", "1,000 birds"},
    {"time of day", "at 12:30", "at 12:30"},
    {"signed", "-5 and +3", "-5 and +3"},
    {"leading point", ".5 miles", ".5 miles"},
    {"a range", "3-5 dogs", "3-5 dogs"},
    {"ordinal", "1st and 42nd", "1st and 42nd"},
    {"letters after a number", "747s 2x4 4x4", "747s 2x4 4x4"},
    {"date", "on 10/12/2014", "on 10/12/2014"},
    {"fraction", "1/2 cup", "1/2 cup"},
    {"a whole and a fraction", "5 7/8 inch", "5" NB "7/8 inch"},
    {"\u00BD", "\u00BD cup", "1/2 cup"},
    {"\u2153 and \u215B", "\u2153 \u215B", "1/3 \u215B"},
    {"percent", "50% off", "50 % off"},
    {"dollars", "$5 and US$5", "$ 5 and us$ 5"},
    {"pounds are #, euros $", "\u00A35 \u20AC5", "# 5 $ 5"},
    {"cents", "5\u00A2", "5 cents"},
    {"yen stays", "\u00A55", "\u00A5 5"},
    {"number sign", "# 5", "# 5"},
    {"a phone number", "555-123-4567", "555-123-4567"},
    {"with spaces", "555 123 4567", "555" NB "123" NB "4567"},
    {"with brackets", "(555) 123-4567", "-lrb-555-rrb-" NB "123-4567"},
    {"superscript", "x\u00B2", "x \u00B2"},
    /* abbreviations */
    {"Mr.", "Mr. Smith", "mr. smith"},
    {"Dr. and St.", "Dr. No on St. Mark", "dr. no on st. mark"},
    {"etc. at the end", "dogs, cats, etc.", "dogs cats etc."},
    {"U.S.", "the U.S. flag", "the u.s. flag"},
    {"U.S without the last", "the U.S flag", "the u.s flag"},
    {"a.m. and p.m.", "5 p.m. or a.m.", "5 p.m. or a.m."},
    {"a letter with a stop", "vitamin C. helps", "vitamin c. helps"},
    {"before a new sentence", "vitamin C. The dog", "vitamin c the dog"},
    {"an acronym there keeps it", "in the U.S. The dog", "in the u.s. the dog"},
    {"no. before a number", "no. 5 fig. 3 pp. 7", "no. 5 fig. 3 pp. 7"},
    {"else it is a word", "no. He said pp. x", "no he said pp x"},
    {"Pty. Ltd.", "Pty. Ltd.", "pty. ltd."},
    {"ft.", "10 ft. tall", "10 ft. tall"},
    {"Miss. but not miss.", "Miss. and miss.", "miss. and miss"},
    {"Mass. but not mass.", "Mass. or mass.", "mass. or mass"},
    {"a word before a stop", "a dog.", "a dog"},
    {"Jan.", "in Jan. 2014", "in jan. 2014"},
    /* names, addresses, symbols */
    {"AT&T", "AT&T sign", "at&t sign"},
    {"AT&amp;T", "AT&amp;T", "at&t"},
    {"ampersand alone", "salt & pepper", "salt & pepper"},
    {"plus and equals", "1 + 1 = 2", "1 + 1 = 2"},
    {"at sign alone", "a man @ home", "a man @ home"},
    {"handle", "@home", "@home"},
    {"hash tag", "#dog", "#dog"},
    {"mail address", "to me@home.org now", "to me@home.org now"},
    {"web address", "see http://a.org/b?c now.", "see http://a.org/b?c now"},
    {"www", "www.flickr.com", "www.flickr.com"},
    {"address in angles", "<me@home.org>", "<me@home.org>"},
    {"file names", "photo.jpg 3.jpg a3.gif, x.c", "photo.jpg 3.jpg a3.gif x.c"},
    {"C++, c# and F#", "C++ c# F# g#", "c++ c# f# g #"},
    {"bare .com", "flickr.com", "flickr.com"},
    {"asterisks", "a ** b", "a ** b"},
    {"tilde and bar", "a ~ b | c", "a ~ b | c"},
    {"degree", "90\u00B0", "90 \u00B0"},
    {"smileys", "a :) b :-( c ;D d =P e", "a :-rrb- b :--lrb- c ;d d =p e"},
    {"before a letter they come apart", ":)x", "-rrb- x"},
    {"with an eyebrow, a nose and a bar", ">:[ :o) :'| x", ">:[ :o-rrb- :'| x"},
    {"eastern ones", "(^_^) -_- (-.-) ('-`)", "-lrb-^_^-rrb- -_- -lrb--.--rrb- -lrb-'-`-rrb-"},
    /* letters */
    {"accents", "caf\u00E9", "caf\u00E9"},
    {"capitals with accents", "CAF\u00C9 \u00D6L \u0160KODA", "caf\u00E9 \u00F6l \u0161koda"},
    {"combining accent", "cafe\u0301", "cafe\u0301"},
    {"soft hyphen", "rid\u00ADing", "riding"},
    {"other scripts", "\u732B \u043A\u043E\u0442", "\u732B \u043A\u043E\u0442"},
    {"Greek", "\u039F\u0394\u039F\u03A3 \u03A3\u03A3", "\u03BF\u03B4\u03BF\u03C2 \u03C3\u03C2"},
    {"small letters may be longer", "\u0130\u023A", "i\u0307\u2C65"},
    {"emoji are dropped", "a dog \U0001F436 runs", "a dog runs"},
    {"but in addresses they stay", "a@\U0001F436 http://\U0001F436", "a@\U0001F436 http://\U0001F436"},
    {"symbols stay", "\u2603 \u00A9 \u2192", "\u2603 \u00A9 \u2192"},
    {"a bad byte is dropped",
     "a \xFF"
     "b",
     "a b"},
    {"control characters are dropped", "a \x01 b", "a b"},
    /* what reads far ahead in vain, and what is there all the same */
    {"a mail address", "a=b=c=d=e=f=g=h=i=j=k@.l=m@n.org", "a=b=c=d=e=f=g=h=i=j=k@.l=m@n.org"},
    {"a domain", "a%b%c%d%e%f%g%h%i..j%k.com/x", "a % b % c % d % e % f % g % h % i. j%k.com / x"},
    {"www", "www.=a=b=c=d=e=f=g=h=i=j..www.x.uk", "www = a = b = c =d = e = f = g = h = i = j. www.x.uk"},
    {"a file", "a.1.b.2.c.3.d.4.e.5.f&aacx.jpg is", "a.1.b.2.c .3 d. 4 e. 5 f & aacx.jpg is"},
    {"a hyphen", "a,b,c,d,e,f,g,h,i,j,k,l.m;n,o-p", "a b c d e f g h i j k l.m n,o-p"},
    {"a comment", "<!a b c d e f g h <!i j> k",
     "<!a" NB "b" NB "c" NB "d" NB "e" NB "f" NB "g" NB "h" NB "<!i" NB "j> k"},
    {"a smiley", "x'.a b c d e f g h i j <x'.b <>] c", "x a b c d e f g h i j < x b < > -rsb- c"},
};

static void run(const Case *cases, size_t n, int flags)
{
    for (size_t i = 0; i < n; i++) {
        char *tokens = ptb_tokenize(cases[i].text, PTB_ANY, flags);
        if (!tokens || strcmp(tokens, cases[i].tokens))
            fail_msg("%s: '%s' is '%s', not '%s'", cases[i].rule, cases[i].text, tokens ? tokens : "(null)",
                     cases[i].tokens);
        free(tokens);
    }
}

static void peers(void **state)
{
    (void)state;
    size_t n = sizeof PEERS / sizeof *PEERS;
    assert_true(n >= 120);
    run(PEERS, n, PTB_PEERS);
}

static void clean(void **state)
{
    static const Case CASES[] = {
        {"no brackets", "a man (tall) [x] {y} &lt;z&gt; :) :D", "a man tall x y z"},
        {"no marks", "wow!! salt & pepper, 50% ?! ... $5 1 + 1 = 2 a / b", "wow salt pepper 50 5 1 1 2 a b"},
        {"no tags", "<b>bold</b>", "bold"},
        {"no money", "\u00A35 5\u00A2", "5 5"},
        {"words all the same", "the man's t-shirt isn't caf\u00E9 3.5 x\u00B2 '90s",
         "the man 's t-shirt is n't caf\u00E9 3.5 x \u00B2 '90s"},
        {"other scripts", "\u732B!", "\u732B"},
    };
    (void)state;
    run(CASES, sizeof CASES / sizeof *CASES, PTB_CLEAN);
}

static void spelling(void **state)
{
    static const Case CASES[] = {
        {"listed", "a grey theatre in the centre", "a gray theater in the center"},
        {"not listed", "centres greyhound", "centres greyhound"},
        {"-our", "colour colours parlour", "color colors parlor"},
        {"-our with an ending from the list", "coloured favourite neighbourhood", "colored favorite neighborhood"},
        {"-our kept", "contour velour glamour four pour your flour hour",
         "contour velour glamour four pour your flour hour"},
        {"longer in American", "learnt leant", "learned leaned"},
        {"capitals are left alone", "Grey Colour THEATRE", "grey colour theatre"},
        {"but for two", "Defence Labour", "defense labor"},
        {"programme", "programme programmes programmed", "program programs programmed"},
        {"haemo-", "haemoglobin anaemia leukaemia", "hemoglobin anemia leukemia"},
        {"before 's", "the neighbour's", "the neighbor 's"},
        {"not in hyphenated words", "grey-haired", "grey-haired"},
    };
    (void)state;
    run(CASES, sizeof CASES / sizeof *CASES, PTB_AMERICAN);
    static const Case LEFT[] = {
        {"British spelling is left", "a Grey theatre of colour", "a grey theatre of colour"}};
    run(LEFT, 1, PTB_PEERS);
}

/* What follows the line can change its last word. */
static void next_line(void **state)
{
    static const struct {
        const char *text, *next, *tokens;
    } CASES[] = {
        {"a sign that reads K.", "The dog", "a sign that reads k"},
        {"a sign that reads K.", "  An\nox", "a sign that reads k"},
        {"a sign that reads K.", "\n\nA", "a sign that reads k"},
        {"a sign that reads K.", "Two dogs", "a sign that reads k."},
        {"a sign that reads K.", "Another", "a sign that reads k."},
        {"a sign that reads K.", "the dog", "a sign that reads k."},
        {"a sign that reads K.", "", "a sign that reads k."},
        {"a sign that reads K.", NULL, "a sign that reads k."},
        {"made in the U.S.", "The dog", "made in the u.s."},
        {"he says no.", "5 dogs", "he says no."},
        {"he says no.", "five dogs", "he says no"},
        {"happy :)", "A", "happy :-rrb-"},
        {"happy :)", NULL, "happy -rrb-"},
        {"in '90", "A", "in '90"},
        {"in '90", NULL, "in 90"},
        {"3.jpg", "A", "3.jpg"},
        {"3.jpg", NULL, "3 jpg"},
        {"<a b='", "'>", "< a b ="}, /* the original's would go on */
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char *tokens = ptb_tokenize(CASES[i].text, CASES[i].next, PTB_PEERS);
        if (!tokens || strcmp(tokens, CASES[i].tokens))
            fail_msg("'%s' before '%s' is '%s', not '%s'", CASES[i].text, CASES[i].next ? CASES[i].next : "(null)",
                     tokens ? tokens : "(null)", CASES[i].tokens);
        free(tokens);
    }
}

/* The lines of a file; the first owns the text of all. */
static char **read_lines(const char *path, size_t *n)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        fail_msg("%s: cannot be read", path);
    fseek(in, 0, SEEK_END);
    size_t size = (size_t)ftell(in), room = 1;
    rewind(in);
    char *text = malloc(size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, size, in), size);
    text[size] = '\0';
    fclose(in);
    for (const char *s = text; (s = strchr(s, '\n')); s++)
        room++;
    char **line = malloc(room * sizeof *line);
    assert_non_null(line);
    *n = 0;
    for (char *s = text; *s; *s++ = '\0') {
        line[(*n)++] = s;
        s = strchr(s, '\n');
        assert_non_null(s);
    }
    line[*n] = text + size;
    return line;
}

/* Lines and the tools' words. */
static void compare(const char *captions, const char *words, size_t least)
{
    size_t n, n_words, differ = 0;
    char **caption = read_lines(captions, &n), **word = read_lines(words, &n_words);
    assert_int_equal(n, n_words);
    assert_true(n >= least);
    for (size_t i = 0; i < n; i++) {
        char *tokens = ptb_tokenize(caption[i], caption[i + 1], PTB_PEERS);
        assert_non_null(tokens);
        if (strcmp(tokens, word[i]) && differ++ < 10)
            print_error("%s: line %zu: '%s' is '%s', not '%s'\n", captions, i + 1, caption[i], tokens, word[i]);
        free(tokens);
    }
    free(caption[0]);
    free(caption);
    free(word[0]);
    free(word);
    assert_int_equal(differ, 0);
}

/* A line for each state of the original's automaton, or so: what a rule begins, and what ends it. */
static void every_rule(void **state)
{
    (void)state;
    compare("tests/golden/ptb/rules.txt", "tests/golden/ptb/rules.words", 1500);
}

/* Captions with signs, numbers, abbreviations and more put in at random. */
static void odd_signs(void **state)
{
    (void)state;
    compare("tests/golden/ptb/signs.txt", "tests/golden/ptb/signs.words", 800);
}

/* No input may overrun what is reserved; brackets grow most. */
static void growth(void **state)
{
    enum { N = 5000 };
    static const char *const UNITS[] = {"(",           "\u00BD ", "<a b>", "\u00A2", "learnt ", "!",
                                        "55 555 5555", "{",       ":)",    "\u0130", "\u023A"};
    (void)state;
    for (size_t u = 0; u < sizeof UNITS / sizeof *UNITS; u++) {
        size_t len = strlen(UNITS[u]);
        char *text = malloc(N * len + 1), *tokens;
        assert_non_null(text);
        for (size_t i = 0; i < N; i++)
            memcpy(text + i * len, UNITS[u], len + 1);
        tokens = ptb_tokenize(text, PTB_ANY, PTB_AMERICAN);
        assert_non_null(tokens);
        free(tokens);
        free(text);
    }
}

/* How many words a unit repeated n times has. */
static size_t count_repeated(const char *unit, size_t n)
{
    size_t len = strlen(unit), words = 0;
    char *text = malloc(n * len + 1);
    assert_non_null(text);
    for (size_t i = 0; i < n; i++)
        memcpy(text + i * len, unit, len + 1);
    char *tokens = ptb_tokenize(text, PTB_ANY, PTB_PEERS);
    assert_non_null(tokens);
    for (const char *s = tokens; *s; s++)
        words += *s == ' ';
    free(tokens);
    free(text);
    return words + 1;
}

/* Lines of a million characters, at whose every token a rule could read on to their end, take as long as others. (If
 * they did not, this would run for hours.) */
static void long_lines(void **state)
{
    enum { FEW = 120, MANY = 360000 };
    static const char *const UNITS[] = {
        "a",    "1",      ".",   "a=",      "a.1.",   "1.",           "a,",      "a%",     "www.=",  "a%.a%.",
        "<!a",  "x'.",    "a@.", "a/",      "a'",     "#a",           "a. <!a ", "1/2",    "<a b='", "\v",
        "a.\v", "x-a.a.", "a&",  "http://", "\u03A3", "\u03A3\u0301", "\u0301",  "\u00AD", "\u00A0"};
    (void)state;
    for (size_t u = 0; u < sizeof UNITS / sizeof *UNITS; u++) {
        size_t few = count_repeated(UNITS[u], FEW), per_few = count_repeated(UNITS[u], 2 * FEW) - few;
        size_t words = count_repeated(UNITS[u], MANY);
        if (words != few + (MANY / FEW - 1) * per_few)
            fail_msg("%zu words of '%s'", words, UNITS[u]);
    }
}

/* Special words are left out, <UNK> if that is asked; with "none" all else stays as it is. */
static void special(void **state)
{
    (void)state;
    static const struct {
        TokenKind kind;
        bool drop_unk;
        const char *text, *tokens;
    } CASES[] = {
        {TOKENS_PTB, false, "<START> A <UNK> Man's. <END> <NULL>", "a <unk> man 's"},
        {TOKENS_PTB, true, "<START> A <UNK> Man's. <END> <NULL>", "a man 's"},
        {TOKENS_NONE, false, "<START> A <UNK> Man's.  <END> <NULL>", "A <UNK> Man's."},
        {TOKENS_NONE, true, "<START> A <UNK> Man's.  <END> <NULL>", "A Man's."},
        {TOKENS_NONE, true, "a <unk> <b>", "a <b>"},
        {TOKENS_CLEAN, false, "<UNK>", ""},
        {TOKENS_NONE, false, "", ""},
        {TOKENS_PTB, false, "5 7/8 inch <END>", "5" NB "7/8 inch"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        TokenRule rule = {.kind = CASES[i].kind, .drop_unk = CASES[i].drop_unk};
        char *tokens = tokens_of(CASES[i].text, PTB_ANY, rule);
        assert_string_equal(tokens, CASES[i].tokens);
        free(tokens);
    }
    assert_true(tokens_break("a\rb") && tokens_break("a\u2028"));
    assert_false(tokens_break("a\nb \u00E9\xC2\x85"));
    assert_true(tokens_unknown("a <UNK>") && tokens_unknown("<unk>s"));
    assert_false(tokens_unknown("unk <UN K>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peers),     cmocka_unit_test(clean),      cmocka_unit_test(spelling),
        cmocka_unit_test(next_line), cmocka_unit_test(every_rule), cmocka_unit_test(odd_signs),
        cmocka_unit_test(growth),    cmocka_unit_test(long_lines), cmocka_unit_test(special),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
