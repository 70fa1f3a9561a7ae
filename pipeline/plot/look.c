#include "pipeline/plot/look.h"

/* Distinct for most eyes, including those that confuse red and green (after Okabe and Ito). */
static const Color PALETTE[] = {0x1F6FB2, 0xD5601C, 0x1B9E77, 0xB63679, 0x7B61B0, 0x8C6D1F, 0x2FA4C7, 0x5B5B5B};
enum { N_COLORS = sizeof PALETTE / sizeof *PALETTE };

static Color darker(Color c)
{
    return (c >> 16 & 255) * 7 / 10 << 16 | (c >> 8 & 255) * 7 / 10 << 8 | (c & 255) * 7 / 10;
}

Color look_curve(int run, bool val)
{
    Color color = PALETTE[run % N_COLORS];
    return val ? darker(color) : color;
}

Color look_faint(Color c)
{
    return (255 * 3 + (c >> 16 & 255)) / 4 << 16 | (255 * 3 + (c >> 8 & 255)) / 4 << 8 | (255 * 3 + (c & 255)) / 4;
}

void look_marker(Canvas *canvas, double scale, double x, double y, Color color)
{
    canvas_ellipse(canvas, x, y, 4.4 * scale, 4.4 * scale, LOOK_PAPER);
    canvas_ellipse(canvas, x, y, 3.2 * scale, 3.2 * scale, color);
}
