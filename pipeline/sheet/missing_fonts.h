/* Scripts that no installed font can show, found while the texts of a sheet are measured. */
#ifndef COCO_PIPELINE_SHEET_MISSING_FONTS_H
#define COCO_PIPELINE_SHEET_MISSING_FONTS_H

#include "io/base/script.h"
#include "pipeline/common/report.h"

#include <stdint.h>

enum { MISSING_SCRIPTS_MAX = 48 };

typedef struct {
    int n;
    struct {
        char name[SCRIPT_NAME_LEN]; /* "" for characters of no script */
        const char *package;        /* of Debian, with fonts that may have it */
        uint32_t code_point;        /* the first of its characters that was missing */
        int64_t image_id;           /* the record that has it */
    } script[MISSING_SCRIPTS_MAX];
} MissingFonts; /* zeroed at first; what comes when it is full is left out */

/* Adds the script of a character, unless it is there already. */
void missing_fonts_add(MissingFonts *fonts, uint32_t code_point, int64_t image_id);
/* Adds all that another has. */
void missing_fonts_merge(MissingFonts *fonts, const MissingFonts *more);

/* A warning for each package, which names all scripts that it may help. */
void missing_fonts_warn(const MissingFonts *fonts, const Report *report);

#endif
