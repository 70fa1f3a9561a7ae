/* NumPy's legacy random numbers: what numpy.random.RandomState(231) says, computed with NumPy 1.24. */
#include "tests/support/golden.h"
#include "tests/support/unit.h"

static void check_sequence(const char *key, const double *ours, size_t n)
{
    double *theirs;
    size_t m;
    golden_vector(key, &theirs, &m);
    assert_int_equal(m, n);
    for (size_t i = 0; i < n; i++)
        if (ours[i] != theirs[i])
            fail_msg("%s[%zu]: %.17g, NumPy has %.17g", key, i, ours[i], theirs[i]);
    free(theirs);
}

/* RandomState(231).randn(4), to the last bit. */
static void randn_of_seed_231(void **state)
{
    const double numpy[] = {0.41794341085522313, 1.3971002787857785, -1.7859043087115503, -0.7088277337845966};
    double ours[10];
    Rng rng;
    (void)state;
    rng_seed(&rng, 231);
    for (int i = 0; i < 10; i++)
        ours[i] = rng_randn(&rng);
    for (int i = 0; i < 4; i++)
        assert_true(ours[i] == numpy[i]);
    check_sequence("rng.seed231.randn10", ours, 10);
}

static void rand_of_seed_231(void **state)
{
    double ours[5];
    Rng rng;
    (void)state;
    rng_seed(&rng, 231);
    for (int i = 0; i < 5; i++)
        ours[i] = rng_rand(&rng);
    assert_true(ours[0] == 0.78149404082882);
    check_sequence("rng.seed231.rand5", ours, 5);
}

/* One stream: randint, then randn, choice (twice) and permutation. */
static void one_stream_of_seed_231(void **state)
{
    const double first[] = {319243, 29382, 159234, 372052, 311537, 77602, 263996, 22050, 346145, 217379};
    double ours[50];
    int64_t permutation[12];
    Rng rng;
    (void)state;
    rng_seed(&rng, 231);
    for (int i = 0; i < 50; i++)
        ours[i] = (double)rng_randint(&rng, 400135);
    for (int i = 0; i < 10; i++)
        assert_true(ours[i] == first[i]);
    check_sequence("rng.seed231.randint400135_50", ours, 50);
    for (int i = 0; i < 5; i++)
        ours[i] = rng_randn(&rng);
    check_sequence("rng.seed231.then_randn5", ours, 5);
    for (int i = 0; i < 25; i++)
        ours[i] = (double)rng_randint(&rng, 50);
    check_sequence("rng.seed231.then_choice50_25", ours, 25);
    for (int i = 0; i < 8; i++)
        ours[i] = (double)rng_randint(&rng, 400135);
    check_sequence("rng.seed231.then_choice400135_8", ours, 8);
    rng_permutation(&rng, 12, permutation);
    for (int i = 0; i < 12; i++)
        ours[i] = (double)permutation[i];
    check_sequence("rng.seed231.then_permutation12", ours, 12);
}

/* init_by_array: the first words that the authors' mt19937ar.out prints for the key 0x123 0x234 0x345 0x456. */
static void seed_array_as_its_authors(void **state)
{
    const uint32_t key[] = {0x123, 0x234, 0x345, 0x456};
    const uint32_t words[] = {1067595299u, 955945823u, 477289528u, 4107218783u, 4228976476u};
    Rng rng;
    (void)state;
    rng_seed_array(&rng, key, 4);
    for (int i = 0; i < 5; i++)
        assert_int_equal(rng_u32(&rng), words[i]);
}

static void bounds_are_kept(void **state)
{
    const int64_t most[] = {1, 2, 3, 255, 256, 257, INT64_C(1) << 32};
    Rng rng;
    (void)state;
    rng_seed(&rng, 7);
    for (size_t k = 0; k < sizeof most / sizeof *most; k++)
        for (int i = 0; i < 1000; i++) {
            int64_t v = rng_randint(&rng, most[k]);
            assert_true(v >= 0 && v < most[k]);
        }
}

static void a_copy_goes_on_alike(void **state)
{
    Rng a, b;
    (void)state;
    rng_seed(&a, 1);
    rng_randn(&a); /* a second deviate is kept */
    b = a;
    for (int i = 0; i < 2000; i++)
        assert_true(rng_randn(&a) == rng_randn(&b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(randn_of_seed_231),      cmocka_unit_test(rand_of_seed_231),
        cmocka_unit_test(one_stream_of_seed_231), cmocka_unit_test(seed_array_as_its_authors),
        cmocka_unit_test(bounds_are_kept),        cmocka_unit_test(a_copy_goes_on_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
