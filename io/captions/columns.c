#include "io/captions/columns.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What headers call the columns, by the order of Columns' members. */
static const char *const names[][8] = {
    {"image", "image_name", "filename", "file_name", "file", "path", "img", NULL},
    {"caption", "comment", "sentence", "text", "description", "raw", "title", NULL},
    {"caption_number", "comment_number", "number", "caption_id", "sentid", NULL},
    {"split", "partition", "set", NULL},
    {"url", "coco_url", "flickr_url", NULL},
};
enum { N_COLUMNS = sizeof names / sizeof *names };

/* Whether the field is one of the names, white space and case aside. */
static bool is_called(const char *field, const char *const *name)
{
    field += strspn(field, " \t\r");
    size_t n = strlen(field);
    while (n > 0 && isspace((unsigned char)field[n - 1]))
        n--;
    for (; *name; name++)
        if (strlen(*name) == n && !strncasecmp(*name, field, n))
            return true;
    return false;
}

bool columns_named(Columns *c, char *const *field, int n)
{
    int at[N_COLUMNS];
    for (int k = 0; k < N_COLUMNS; k++) {
        at[k] = -1;
        for (int i = 0; i < n && at[k] < 0; i++)
            if (is_called(field[i], names[k]))
                at[k] = i;
    }
    if (at[0] < 0 || at[1] < 0)
        return false;
    *c = (Columns){at[0], at[1], at[2], at[3], at[4]};
    return true;
}

int columns_all_known(char *const *field, int n, int expected, Err *err)
{
    for (int i = expected; i < n; i++)
        if (*field[i] && !isspace((unsigned char)*field[i]))
            return err_set(
                err,
                "%d columns, and no header that names them; expected a first line such as image,caption,split,"
                " or quotes around a caption that holds commas",
                n);
    return 0;
}

static char *field_at(char *const *field, int n, int at)
{
    if (at < 0 || at >= n)
        return NULL;
    char *s = field[at] + strspn(field[at], " \t\r\n");
    return *s ? s : NULL;
}

/* Cuts white space off the end. */
static char *trimmed(char *s)
{
    size_t n = s ? strlen(s) : 0;
    while (n > 0 && isspace((unsigned char)s[n - 1]))
        s[--n] = '\0';
    return s;
}

bool columns_item(const Columns *c, char *const *field, int n, CaptionItem *item, const char **why)
{
    *item = (CaptionItem){.file = field_at(field, n, c->image),
                          .split = trimmed(field_at(field, n, c->split)),
                          .url = trimmed(field_at(field, n, c->url)),
                          .number = trimmed(field_at(field, n, c->number))};
    if (c->caption >= n) {
        *why = n == 1 ? "one column alone, no caption" : "too few columns, no caption";
        return false;
    }
    item->caption = field[c->caption];
    return true;
}

char *columns_cut_number(char *name)
{
    char *hash = strrchr(name, '#');
    if (!hash || !hash[1] || hash[1 + strspn(hash + 1, "0123456789")])
        return NULL;
    *hash = '\0';
    return hash + 1;
}
