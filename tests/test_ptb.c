/* The tokenizer: what each rule makes of a text. Expected words follow the rules of Stanford's PTBTokenizer of 2014,
 * less the marks that the COCO tools drop. */
#include "pipeline/eval/american.h"
#include "pipeline/eval/ptb.h"
#include "pipeline/eval/tokens.h"
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
    {"full stop within", "A man rides. He falls.", "a man rides he falls"},
    {"no space behind a full stop", "a man.A dog", "a man a dog"},
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
    /* quotes */
    {"double quotes", "a \"big\" dog", "a big dog"},
    {"single quotes", "a 'big' dog", "a big dog"},
    {"curly double quotes", "a \u201Cbig\u201D dog", "a big dog"},
    {"curly single quotes", "a \u2018big\u2019 dog", "a big dog"},
    {"guillemets", "\u00ABbig\u00BB", "big"},
    {"TeX quotes", "``big''", "big"},
    {"&quot;", "&quot;big&quot;", "big"},
    {"low quotes are not on the list", "\u201Ebig\u201D", "\u201E big"},
    {"a quote before 're-", "'remember", "remember"},
    /* brackets */
    {"round brackets stay by name", "a man (tall)", "a man -lrb- tall -rrb-"},
    {"square ones are round", "[x]", "-lrb- x -rrb-"},
    {"curly ones", "{x}", "-lcb- x -rcb-"},
    {"less than a number", "< 3", "-lrb- 3"},
    {"&lt; and &gt;", "&lt;x&gt;", "-lrb- x -rrb-"},
    {"doubled angles", "1 << 2 >> 3", "1 << 2 >> 3"},
    {"their names in the text", "-LRB- x -RRB-", "-lrb- x -rrb-"},
    /* tags and entities */
    {"a tag is a word", "a <b>bold</b> man", "a <b> bold </b> man"},
    {"a tag with spaces", "<a href=x>y", "<a" NB "href=x> y"},
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
    {"three with slashes", "his/her/its", "his/her/its"},
    {"a slash alone", "a / b", "a / b"},
    {"commas before a hyphen", "red,white-blue", "red,white-blue"},
    /* numbers */
    {"a number", "2 dogs", "2 dogs"},
    {"decimal", "3.5 miles", "3.5 miles"},
    {"thousands", "1,000 birds", "1,000 birds"},
    {"clock", "at 12:30", "at 12:30"},
    {"signed", "-5 and +3", "-5 and +3"},
    {"leading point", ".5 miles", ".5 miles"},
    {"a range", "3-5 dogs", "3-5 dogs"},
    {"ordinal", "1st and 42nd", "1st and 42nd"},
    {"letters behind", "747s 2x4 4x4", "747s 2x4 4x4"},
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
    {"a letter with a stop", "vitamin C.", "vitamin c."},
    {"no. is an abbreviation", "no. 5", "no. 5"},
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
    {"bare .com", "flickr.com", "flickr.com"},
    {"asterisks", "a ** b", "a ** b"},
    {"tilde and bar", "a ~ b | c", "a ~ b | c"},
    {"degree", "90\u00B0", "90 \u00B0"},
    /* letters */
    {"accents", "caf\u00E9", "caf\u00E9"},
    {"capitals with accents", "CAF\u00C9 \u00D6L \u0160KODA", "caf\u00E9 \u00F6l \u0161koda"},
    {"combining accent", "cafe\u0301", "cafe\u0301"},
    {"soft hyphen", "rid\u00ADing", "riding"},
    {"other scripts", "\u732B \u043A\u043E\u0442", "\u732B \u043A\u043E\u0442"},
    {"emoji are dropped", "a dog \U0001F436 runs", "a dog runs"},
    {"a bad byte is dropped",
     "a \xFF"
     "b",
     "a b"},
    {"control characters are dropped", "a \x01 b", "a b"},
};

static void run(const Case *cases, size_t n, int flags)
{
    for (size_t i = 0; i < n; i++) {
        char *tokens = ptb_tokenize(cases[i].text, flags);
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
        {"no brackets", "a man (tall) [x] {y} &lt;z&gt;", "a man tall x y z"},
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
    run(CASES, sizeof CASES / sizeof *CASES, PTB_PEERS);
    char *kept = ptb_tokenize("a grey colour", PTB_BRITISH);
    assert_string_equal(kept, "a grey colour");
    free(kept);
}

/* Growth: what swells most is a bracket; no input may overrun what is reserved. */
static void growth(void **state)
{
    enum { N = 5000 };
    static const char *const UNITS[] = {"(", "\u00BD ", "<a b>", "\u00A2", "learnt ", "!", "55 555 5555", "{"};
    (void)state;
    for (size_t u = 0; u < sizeof UNITS / sizeof *UNITS; u++) {
        size_t len = strlen(UNITS[u]);
        char *text = malloc(N * len + 1), *tokens;
        assert_non_null(text);
        for (size_t i = 0; i < N; i++)
            memcpy(text + i * len, UNITS[u], len + 1);
        tokens = ptb_tokenize(text, PTB_PEERS);
        assert_non_null(tokens);
        free(tokens);
        free(text);
    }
}

/* Special tokens are no words; with "none" all else stays as it is. */
static void special(void **state)
{
    (void)state;
    static const struct {
        TokenKind kind;
        const char *text, *tokens;
    } CASES[] = {
        {TOKENS_PTB, "<START> A <UNK> Man's. <END> <NULL>", "a man 's"},
        {TOKENS_NONE, "<START> A <UNK> Man's.  <END> <NULL>", "A Man's."},
        {TOKENS_NONE, "a <unk> <b>", "a <b>"},
        {TOKENS_CLEAN, "<UNK>", ""},
        {TOKENS_NONE, "", ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        char *tokens = tokens_of(CASES[i].text, (TokenRule){CASES[i].kind, 0});
        assert_string_equal(tokens, CASES[i].tokens);
        free(tokens);
    }
    assert_true(tokens_break("a\rb") && tokens_break("a\u2028"));
    assert_false(tokens_break("a\nb \u00E9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peers),  cmocka_unit_test(clean),   cmocka_unit_test(spelling),
        cmocka_unit_test(growth), cmocka_unit_test(special),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
