/* Counter-based random numbers: the published vectors of Random123, and that a number follows from its place alone. */
#include "model/base/philox.h"
#include "tests/support/test.h"

#include <string.h>

/* Random123's kat_vectors, philox4x32 with 10 rounds. */
static void known_answers(void **state)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        philox4x32(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof out);
    }
}

/* Each member of a place makes another row; the width makes none. */
static void rows_follow_from_their_place(void **state)
{
    const PhiloxPlace place = {.seed = 231, .layer = 1, .iteration = INT64_C(1) << 33, .row = 7};
    PhiloxPlace others[] = {place, place, place, place, place};
    uint32_t wide[37], narrow[37], other[37];
    (void)state;
    others[0].seed++, others[1].layer++, others[2].iteration++, others[3].row++, others[4].iteration = 0;
    philox_row(place, 37, wide);
    for (int n = 0; n <= 37; n++) {
        memset(narrow, 0, sizeof narrow);
        philox_row(place, n, narrow);
        assert_memory_equal(narrow, wide, (size_t)n * sizeof *wide);
        assert_true(n == 37 || narrow[n] == 0);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        philox_row(others[i], 37, other);
        for (int j = 0; j < 37; j++)
            assert_int_not_equal(other[j], wide[j]);
    }
}

/* Half of all bits are set, within five standard deviations. */
static void bits_are_even(void **state)
{
    enum { ROWS = 1000, COLUMNS = 512 };
    uint32_t row[COLUMNS];
    int64_t set = 0, bits = (int64_t)ROWS * COLUMNS * 32;
    (void)state;
    for (uint32_t i = 0; i < ROWS; i++) {
        philox_row((PhiloxPlace){.seed = 1, .row = i, .iteration = 3}, COLUMNS, row);
        for (int j = 0; j < COLUMNS; j++)
            set += __builtin_popcount(row[j]);
    }
    int64_t off = 2 * set - bits;
    assert_true(off * off < 25 * bits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(rows_follow_from_their_place),
        cmocka_unit_test(bits_are_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
