#include "io/base/script.h"

#include <glib-object.h>
#include <stdbool.h>

/* GLib's "old-italic" as "Old Italic". */
static void write_title(const char *nick, char name[SCRIPT_NAME_LEN])
{
    int n = 0;
    for (; nick[n] && n < SCRIPT_NAME_LEN - 1; n++) {
        bool first = n == 0 || nick[n - 1] == '-';
        name[n] = nick[n] == '-' ? ' ' : first ? g_ascii_toupper(nick[n]) : nick[n];
    }
    name[n] = '\0';
}

void script_name(uint32_t code_point, char name[SCRIPT_NAME_LEN])
{
    GUnicodeScript script = g_unichar_get_script(code_point);
    GEnumClass *scripts = g_type_class_ref(G_TYPE_UNICODE_SCRIPT);
    const GEnumValue *value = g_enum_get_value(scripts, script);
    if (!value || script == G_UNICODE_SCRIPT_UNKNOWN || script == G_UNICODE_SCRIPT_INVALID_CODE)
        name[0] = '\0';
    else if (script == G_UNICODE_SCRIPT_COMMON || script == G_UNICODE_SCRIPT_INHERITED)
        g_strlcpy(name, "symbols", SCRIPT_NAME_LEN);
    else
        write_title(value->value_nick, name);
    g_type_class_unref(scripts);
}
