/* The learning rate of every iteration of a run. */
#include "tests/support/test.h"

#include "pipeline/train/rate.h"

#include <math.h>

enum { PER_EPOCH = 4, EPOCHS = 7, TOTAL = PER_EPOCH * EPOCHS };

/* The rates of a run whose base starts at 1. */
static void run_rates(const TrainSettings *s, double rate[TOTAL])
{
    double base = 1;
    for (int i = 0; i < TOTAL; i++) {
        rate[i] = base * rate_factor(s, i, TOTAL);
        if ((i + 1) % PER_EPOCH == 0)
            base = rate_after_epoch(s, base, (i + 1) / PER_EPOCH);
    }
}

static void constant_is_the_courses(void **state)
{
    (void)state;
    double rate[TOTAL], expected = 1;
    run_rates(&(TrainSettings){.lr_decay = 0.95}, rate);
    for (int i = 0; i < TOTAL; i++) {
        assert_true(rate[i] == expected);
        if (i % PER_EPOCH == PER_EPOCH - 1)
            expected *= 0.95;
    }
}

static void steps(void **state)
{
    (void)state;
    double rate[TOTAL];
    run_rates(&(TrainSettings){.lr_schedule = SCHEDULE_STEP, .lr_decay = 0.1, .lr_every = 3}, rate);
    for (int i = 0; i < TOTAL; i++)
        assert_true(fabs(rate[i] - (i < 12 ? 1 : i < 24 ? 0.1 : 0.01)) < 1e-15);
    /* A file that lacks the number. */
    run_rates(&(TrainSettings){.lr_schedule = SCHEDULE_STEP, .lr_decay = 0.5}, rate);
    assert_true(rate[11] == 1 && rate[12] == 0.5);
}

static void cosine(void **state)
{
    (void)state;
    double rate[TOTAL];
    run_rates(&(TrainSettings){.lr_schedule = SCHEDULE_COSINE, .lr_decay = 1, .warmup = 4}, rate);
    for (int i = 0; i < 4; i++)
        assert_true(rate[i] == (i + 1) / 4.0);
    assert_true(rate[4] == 1);
    assert_true(fabs(rate[10] - 0.8535533905932737) < 1e-15); /* a quarter of 24: (1 + √½)/2 */
    assert_true(fabs(rate[16] - 0.5) < 1e-15);
    assert_true(rate[TOTAL - 1] > 0 && rate[TOTAL - 1] < 0.005);
    for (int i = 5; i < TOTAL; i++)
        assert_true(rate[i] < rate[i - 1]);
    /* A warmup that is longer than the run. */
    assert_true(rate_factor(&(TrainSettings){.lr_schedule = SCHEDULE_COSINE, .warmup = 10}, 4, 5) == 0.5);
}

static void plateau(void **state)
{
    (void)state;
    const TrainSettings s = {.lr_schedule = SCHEDULE_PLATEAU, .lr_decay = 0.5, .lr_every = 2};
    static const double expected[] = {1, 1, 0.5, 1, 0.5, 1, 0.5};
    assert_true(rate_after_epoch(&s, 1, 3) == 1);
    for (int stale = 0; stale < 7; stale++)
        assert_true(rate_after_check(&s, 1, stale) == expected[stale]);
    assert_true(rate_after_check(&(TrainSettings){.lr_decay = 0.5, .lr_every = 2}, 1, 2) == 1);
}

static void defaults(void **state)
{
    (void)state;
    assert_true(schedule_decay(SCHEDULE_CONSTANT) == 1 && schedule_decay(SCHEDULE_COSINE) == 1);
    assert_true(schedule_decay(SCHEDULE_STEP) == 0.5 && schedule_decay(SCHEDULE_PLATEAU) == 0.5);
    assert_int_equal(schedule_every(SCHEDULE_CONSTANT), 0);
    assert_int_equal(schedule_every(SCHEDULE_STEP), 3);
    assert_int_equal(choice_index(schedule_names(), "constant"), SCHEDULE_CONSTANT);
    assert_int_equal(choice_index(schedule_names(), "step"), SCHEDULE_STEP);
    assert_int_equal(choice_index(schedule_names(), "cosine"), SCHEDULE_COSINE);
    assert_int_equal(choice_index(schedule_names(), "plateau"), SCHEDULE_PLATEAU);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constant_is_the_courses),
        cmocka_unit_test(steps),
        cmocka_unit_test(cosine),
        cmocka_unit_test(plateau),
        cmocka_unit_test(defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
