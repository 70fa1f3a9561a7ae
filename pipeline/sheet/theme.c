#include "pipeline/sheet/theme.h"

static const Theme THEMES[] = {
    [THEME_LIGHT] = {.page = 0xECEAE6,
                     .card = 0xFFFFFF,
                     .box = 0xDEDBD5,
                     .ink = 0x1B1B1B,
                     .missed = 0xB4431B,
                     .muted = 0x5F6266,
                     .faint = 0x6F7276,
                     .mark = 0x7A5C2E,
                     .match = 0x2B7A4B,
                     .tag = 0x26282B,
                     .on_tag = 0xFFFFFF,
                     .stroke = 0xA9A59D,
                     .alarm = 0x9A3B2E},
    [THEME_DARK] = {.page = 0x131517,
                    .card = 0x212428,
                    .box = 0x0B0C0E,
                    .ink = 0xF0EEEA,
                    .missed = 0xF2975C,
                    .muted = 0xA9ADB3,
                    .faint = 0x8E9298,
                    .mark = 0xD8B06A,
                    .match = 0x6CCB93,
                    .tag = 0x33363B,
                    .on_tag = 0xFFFFFF,
                    .stroke = 0x5C6167,
                    .alarm = 0xF08B78},
};

const Theme *theme_colors(ThemeName name)
{
    return &THEMES[name == THEME_DARK ? THEME_DARK : THEME_LIGHT];
}
