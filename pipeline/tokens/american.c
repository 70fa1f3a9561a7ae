#include "pipeline/tokens/american.h"

#include <string.h>

/* Words by stem: the British stem, the American one, and the endings that occur with it; "-" is none. */
static const struct {
    const char *british, *american, *endings;
} STEMS[] = {
    {"anaesthetic", "anesthetic", "-"},
    {"analogue", "analog", "- s"},
    {"analys", "analyz", "e ed ing"},
    {"armour", "armor", "ed"},
    {"cancell", "cancel", "ed ing"},
    {"candour", "candor", "-"},
    {"capitalis", "capitaliz", "e ed ation"},
    {"centre", "center", "-"},
    {"chimaeric", "chimeric", "-"},
    {"clamour", "clamor", "-"},
    {"colour", "color", "ed ing ful"},
    {"defence", "defense", "-"},
    {"Defence", "Defense", "-"},
    {"discolour", "discolor", "- s ed ing"},
    {"encyclopaedia", "encyclopedia", "-"},
    {"endeavour", "endeavor", "- s ed ing"},
    {"favour", "favor", "- s ed ing ite ites"},
    {"fibre", "fiber", "- s"},
    {"finalis", "finaliz", "e ed ing"},
    {"flavour", "flavor", "- s ed ing"},
    {"glamour", "glamour", "-"},
    {"grey", "gray", "-"},
    {"homologue", "homolog", "- s"},
    {"honour", "honor", "- s ed ing able"},
    {"humour", "humor", "- s ed ing"},
    {"kerb", "curb", "-"},
    {"labell", "label", "ed ing"},
    {"labour", "labor", "- s ed ing"},
    {"Labour", "Labor", "-"},
    {"leant", "leaned", "-"},
    {"learnt", "learned", "-"},
    {"localis", "localiz", "e ed"},
    {"manoeuvre", "maneuver", "- s"},
    {"maximis", "maximiz", "e ed ing"},
    {"meagre", "meager", "-"},
    {"minimis", "minimiz", "e ed ing"},
    {"modernis", "moderniz", "e ed ing"},
    {"neighbour", "neighbor", "- s hood hoods"},
    {"oestrogen", "estrogen", "- s"},
    {"organisation", "organization", "- s"},
    {"penalis", "penaliz", "e ed"},
    {"popularis", "populariz", "e ed es ing"},
    {"practis", "practic", "e ed"},
    {"pressuris", "pressuriz", "e ed es ing"},
    {"realis", "realiz", "e ed es ing"},
    {"recognis", "recogniz", "e ed es ing"},
    {"rumour", "rumor", "ed ing"},
    {"savour", "savor", "- s ed ing"},
    {"theatre", "theater", "- s"},
    {"titre", "titer", "- s"},
    {"travell", "travel", "ed ing"},
};

/* Words that contain one of these keep their -our. */
static const char *const OUR[] = {
    "abatjour", "beflour",  "bonjour",  "calambour", "carrefour",  "cornflour", "contour",
    "detour",   "devour",   "dortour",  "dyvour",    "downpour",   "giaour",    "glamour",
    "holour",   "inpour",   "outpour",  "pandour",   "paramour",   "pompadour", "recontour",
    "repour",   "ryeflour", "sompnour", "tambour",   "troubadour", "tregetour", "velour",
};

static int has_ending(const char *endings, const char *ending)
{
    size_t n = strlen(ending);
    if (!n) {
        ending = "-";
        n = 1;
    }
    for (const char *e = endings; *e; e += strcspn(e, " "), e += *e == ' ')
        if (strcspn(e, " ") == n && !memcmp(e, ending, n))
            return 1;
    return 0;
}

/* Replaces `length` bytes at `at`; what follows them moves. */
static void replace(char *at, size_t length, const char *with)
{
    size_t n = strlen(with);
    memmove(at + n, at + length, strlen(at + length) + 1);
    memcpy(at, with, n);
}

static int by_stem(char *word)
{
    for (size_t i = 0; i < sizeof STEMS / sizeof *STEMS; i++) {
        size_t n = strlen(STEMS[i].british);
        if (*word == *STEMS[i].british && !strncmp(word, STEMS[i].british, n) &&
            has_ending(STEMS[i].endings, word + n)) {
            replace(word, n, STEMS[i].american);
            return 1;
        }
    }
    return 0;
}

/* "colours": small letters of ASCII only, and at least three before the ending. */
static int by_our(char *word, size_t n)
{
    size_t end = n - (word[n - 1] == 's');
    if (end < 6 || strncmp(word + end - 3, "our", 3) || strspn(word, "abcdefghijklmnopqrstuvwxyz") != n)
        return 0;
    for (size_t i = 0; i < sizeof OUR / sizeof *OUR; i++)
        if (strstr(word, OUR[i]))
            return 0;
    replace(word + end - 3, 3, "or");
    return 1;
}

static int ends_in(const char *word, size_t n, const char *ending)
{
    size_t k = strlen(ending);
    return n >= k && !strcmp(word + n - k, ending);
}

static void by_pattern(char *word, size_t n)
{
    char *haem = strstr(word, "haem"), *leuk = strstr(word, "eukaem");
    for (; haem; haem = strstr(haem + 1, "haem")) {
        if (haem[4] == 'o' || !strncmp(haem + 4, "ato", 3)) {
            replace(haem, 4, "hem");
            return;
        }
    }
    if (ends_in(word, n, "aemia"))
        replace(word + n - 5, 2, "e");
    else if (leuk && leuk > word && (leuk[-1] == 'l' || leuk[-1] == 'L'))
        replace(leuk, 6, "eukem");
    else if (ends_in(word, n, "programme") || ends_in(word, n, "programmes"))
        replace(strrchr(word, 'm') - 1, 3, "m");
    else
        by_our(word, n);
}

void americanize(char *word)
{
    enum { LISTED = 4, PATTERN = 6 }; /* no shorter word is changed */
    size_t n = strlen(word);
    if (n >= LISTED && !by_stem(word) && n >= PATTERN)
        by_pattern(word, n);
}
