#include "io/base/glib_error.h"

#include "io/base/libraries.h"

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static char words[512];
static atomic_flag taken = ATOMIC_FLAG_INIT; /* several threads may fail at once: the first one's words are kept */
static atomic_bool complete;

static void keep(const char *text)
{
    if (atomic_flag_test_and_set(&taken))
        return;
    size_t n = strcspn(text, "\n");
    if (n >= sizeof words)
        n = sizeof words - 1;
    memcpy(words, text, n);
    words[n] = '\0';
    atomic_store(&complete, true);
}

/* GLib ends the process after an error has been written; warnings are printed as ever. */
static GLogWriterOutput write_log(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer ctx)
{
    if (!(level & G_LOG_LEVEL_ERROR))
        return g_log_writer_default(level, fields, n, ctx);
    for (gsize i = 0; i < n; i++)
        if (!strcmp(fields[i].key, "MESSAGE") && fields[i].length < 0)
            keep(fields[i].value);
    return G_LOG_WRITER_HANDLED;
}

void glib_error_keep(void)
{
    g_log_set_writer_func(write_log, NULL, NULL);
}

const char *glib_error(void)
{
    return atomic_load(&complete) ? words : "";
}

void library_glib(char version[LIBRARY_VERSION])
{
    snprintf(version, LIBRARY_VERSION, "%u.%u.%u", glib_major_version, glib_minor_version, glib_micro_version);
}
