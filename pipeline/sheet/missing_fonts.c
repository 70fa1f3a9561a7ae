#include "pipeline/sheet/missing_fonts.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { LIST_LEN = 1900 }; /* a longer one is cut, so that the package still fits into the line */
#define EMOJI_PACKAGE "fonts-noto-color-emoji"

static const char *package_of(uint32_t c)
{
    if ((c >= 0x1100 && c <= 0x11FF) || (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xA960 && c <= 0xA97F) ||
        (c >= 0xAC00 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE4F) ||
        (c >= 0xFF00 && c <= 0xFFEF) || (c >= 0x20000 && c <= 0x3FFFF))
        return "fonts-noto-cjk";
    if ((c >= 0x2600 && c <= 0x27BF) || (c >= 0x1F000 && c <= 0x1FAFF))
        return EMOJI_PACKAGE;
    return "fonts-noto-core";
}

/* A place for the script, or -1: it is there, or there is no room. */
static int new_place(MissingFonts *fonts, const char *name, const char *package)
{
    for (int i = 0; i < fonts->n; i++)
        if (!strcmp(fonts->script[i].name, name) && !strcmp(fonts->script[i].package, package))
            return -1;
    return fonts->n < MISSING_SCRIPTS_MAX ? fonts->n++ : -1;
}

void missing_fonts_add(MissingFonts *fonts, uint32_t code_point, int64_t image_id)
{
    char name[SCRIPT_NAME_LEN];
    const char *package = package_of(code_point);
    script_name(code_point, name);
    if (*name && !strcmp(package, EMOJI_PACKAGE))
        snprintf(name, sizeof name, "emoji");
    int i = new_place(fonts, name, package);
    if (i < 0)
        return;
    snprintf(fonts->script[i].name, SCRIPT_NAME_LEN, "%s", name);
    fonts->script[i].package = package;
    fonts->script[i].code_point = code_point;
    fonts->script[i].image_id = image_id;
}

void missing_fonts_merge(MissingFonts *fonts, const MissingFonts *more)
{
    for (int i = 0; i < more->n; i++)
        missing_fonts_add(fonts, more->script[i].code_point, more->script[i].image_id);
}

/* Appends "Thai (U+0E01 in image 3)" to a list. */
static void list_script(const MissingFonts *fonts, int i, char *list, size_t size)
{
    size_t n = strlen(list);
    const char *name = fonts->script[i].name;
    snprintf(list + n, size - n, "%s%s%sU+%04X in image %" PRId64 "%s", n ? ", " : "", name, *name ? " (" : "",
             (unsigned)fonts->script[i].code_point, fonts->script[i].image_id, *name ? ")" : "");
}

void missing_fonts_warn(const MissingFonts *fonts, const Report *report)
{
    for (int i = 0; i < fonts->n; i++) {
        const char *package = fonts->script[i].package;
        char list[LIST_LEN] = "";
        bool said = false;
        for (int k = 0; k < i; k++)
            said = said || !strcmp(fonts->script[k].package, package);
        for (int k = i; k < fonts->n && !said; k++)
            if (!strcmp(fonts->script[k].package, package))
                list_script(fonts, k, list, sizeof list);
        if (!said)
            report_warn(report, "no font has %s; installing %s may help", list, package);
    }
}
