#include "pipeline/page/page_style.h"

#include "pipeline/looks/confidence.h"

/* Colours come from the theme, by name. */
static const char STYLE[] =
    "*{box-sizing:border-box}\n"
    "body{margin:0;padding:clamp(12px,2.5vw,36px);background:var(--page);color:var(--ink);"
    "line-height:1.4;font-family:system-ui,'DejaVu Sans',sans-serif;overflow-wrap:anywhere}\n"
    "h1{margin:0;font-size:1.35em}\n"
    "header p{margin:.2em 0 1.3em;color:var(--muted)}\n"
    "main{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,var(--tile)),1fr));gap:1.2em}\n"
    "figure{margin:0;background:var(--card)}\n"
    ".box{position:relative;display:flex;flex-direction:column;align-items:center;justify-content:center;"
    "aspect-ratio:var(--aspect);overflow:hidden;background:var(--box)}\n"
    ".box img{display:block;width:100%;height:100%;object-fit:contain}\n"
    ".box svg{width:30%;max-height:40%;flex:none}\n"
    ".box p{margin:.6em .8em 0;font-size:.86em;text-align:center;color:var(--alarm)}\n"
    ".tag{position:absolute;top:.5em;left:.5em;padding:.05em .45em;font-size:.76em;font-weight:700;"
    "background:var(--tag);color:var(--on-tag)}\n"
    "figcaption{padding:.65em .8em .75em}\n"
    "figcaption p{margin:0}\n"
    ".caption{font-weight:700}\n"
    ".missed{font-weight:400;color:var(--missed)}\n"
    ".empty{font-weight:400;font-style:italic;color:var(--faint)}\n"
    "ul{margin:.45em 0 0;padding:0;list-style:none;font-size:.88em;color:var(--muted)}\n"
    "li{display:flex;align-items:baseline;gap:.55em}\n"
    "li+li{margin-top:.25em}\n"
    "li span{flex:1}\n"
    "li b{font-size:.86em;color:var(--mark)}\n"
    "li b.same{color:var(--match)}\n"
    ".strip{grid-column:1/-1}\n"
    ".looks{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(45%,calc(var(--tile)*.8)),1fr));"
    "gap:.6em;padding:.8em .8em 0}\n"
    ".looks .box{background:none}\n"
    ".look p{margin:.15em 0 0;text-align:center;font-weight:700;font-size:.9em}\n"
    ".box a{display:block;width:100%;height:100%}\n"
    "figcaption .facts{margin-top:.55em;font-size:.76em;color:var(--faint)}\n"
    "@media print{figure{break-inside:avoid}}\n";

const char PAGE_GONE[] =
    "<svg width=\"0\" height=\"0\" style=\"position:absolute\" aria-hidden=\"true\"><symbol id=\"gone\" "
    "viewBox=\"-12 -12 124 104\"><path d=\"M0 0H100V80H0Z\" fill=\"none\" stroke=\"var(--stroke)\" "
    "stroke-width=\"4\" stroke-linejoin=\"round\"/><path d=\"M12 68 36 36 54 56 66 44 88 68Z\" "
    "fill=\"var(--stroke)\"/><path d=\"M-8 88 108 -8\" stroke=\"var(--box)\" stroke-width=\"16\"/><path "
    "d=\"M-8 88 108 -8\" stroke=\"var(--alarm)\" stroke-width=\"4\" stroke-linecap=\"round\"/></symbol></svg>\n";

/* The theme's colours, by name. */
static void put_colors(FILE *out, const TileLook *look, ThemeName name)
{
    const Theme *t = theme_colors(name);
    const struct {
        const char *name;
        Color color;
    } COLORS[] = {{"page", t->page},     {"card", t->card},   {"box", t->box},       {"ink", t->ink},
                  {"missed", t->missed}, {"muted", t->muted}, {"faint", t->faint},   {"mark", t->mark},
                  {"match", t->match},   {"tag", t->tag},     {"on-tag", t->on_tag}, {"stroke", t->stroke},
                  {"alarm", t->alarm}};
    for (size_t i = 0; i < sizeof COLORS / sizeof *COLORS; i++)
        fprintf(out, ";--%s:#%06X", COLORS[i].name, COLORS[i].color);
    for (int level = 1; level < CONFIDENCE_LEVELS && look->confidence; level++)
        fprintf(out, ";--p%d:#%06X", level, confidence_shade(t, level));
}

void page_style_put(FILE *out, const TileLook *look)
{
    static const char *const SCHEMES[] = {
        [THEME_LIGHT] = "light", [THEME_DARK] = "dark", [THEME_AUTO] = "light dark"};
    static const char *const LINES[] = {"", ";text-decoration:underline", ";text-decoration:underline double"};
    fprintf(out, ":root{color-scheme:%s;font-size:%.1fpx;--tile:%dpx;--aspect:%d/%d", SCHEMES[look->theme],
            tile_clamp(10 + 0.0195 * look->box_w, 12, 20), look->box_w, look->box_w, look->box_h);
    put_colors(out, look, look->theme);
    fputs("}\n", out);
    if (look->theme == THEME_AUTO) {
        fputs("@media(prefers-color-scheme:dark){:root{color-scheme:light dark", out);
        put_colors(out, look, THEME_DARK);
        fputs("}}\n", out);
    }
    for (int level = 1; level < CONFIDENCE_LEVELS && look->confidence; level++)
        fprintf(out, ".p%d{background:var(--p%d)%s}\n", level, level, LINES[confidence_underlines(level)]);
    fputs(STYLE, out);
}
