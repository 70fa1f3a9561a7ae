/* The hash table: numbers in the order of arrival, keys of any bytes and lengths, and against a plain list under random
 * additions and removals. */
#include "io/base/hash.h"
#include "tests/support/test.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int32_t add(Hash *hash, const char *key)
{
    return hash_add(hash, key, strlen(key));
}

static int32_t find(const Hash *hash, const char *key)
{
    return hash_find(hash, key, strlen(key));
}

static void test_numbers(void **state)
{
    (void)state;
    Hash *hash = hash_new();
    size_t len;
    assert_int_equal(hash_count(hash), 0);
    assert_int_equal(find(hash, "a"), -1);
    assert_int_equal(add(hash, "a"), 0);
    assert_int_equal(add(hash, "motorcycle"), 1);
    assert_int_equal(add(hash, ""), 2);
    assert_int_equal(add(hash, "a"), 0);
    assert_int_equal(hash_count(hash), 3);
    assert_int_equal(find(hash, "motorcycle"), 1);
    assert_int_equal(find(hash, "motorcycles"), -1);
    assert_string_equal(hash_key(hash, 1, &len), "motorcycle");
    assert_int_equal(len, 10);
    assert_string_equal(hash_key(hash, 2, &len), "");
    assert_int_equal(len, 0);
    hash_free(hash);
    hash_free(NULL);
}

/* Keys keep their numbers while the table grows, and are as long as is said. */
static void test_many_texts(void **state)
{
    enum { N = 5000 };
    char text[16];
    (void)state;
    Hash *hash = hash_new();
    for (int i = 0; i < N; i++)
        assert_int_equal(hash_add(hash, text, (size_t)snprintf(text, sizeof text, "%d", i)), i);
    for (int i = 0; i < N; i++) {
        size_t len = (size_t)snprintf(text, sizeof text, "%d", i);
        hash_prefetch(hash, text, len);
        assert_int_equal(hash_find(hash, text, len), i);
        assert_string_equal(hash_key(hash, i, NULL), text);
    }
    assert_int_equal(hash_find(hash, "12345678", 8), -1);
    assert_int_equal(hash_find(hash, "12345678", 2), 12);
    assert_int_equal(add(hash, ""), N);
    assert_int_equal(hash_count(hash), N + 1);
    hash_free(hash);
}

/* Every length around the limit between short and long keys, with NUL bytes among them. */
static void test_any_bytes(void **state)
{
    (void)state;
    enum { LONGEST = 40 };
    Hash *hash = hash_new();
    char zeros[LONGEST + 1] = {0};
    for (int32_t n = 0; n <= LONGEST; n++)
        assert_int_equal(hash_add(hash, zeros, (size_t)n), n);
    for (int32_t n = 0; n <= LONGEST; n++) {
        size_t len;
        const char *key = hash_key(hash, n, &len);
        assert_int_equal(hash_find(hash, zeros, (size_t)n), n);
        assert_int_equal(len, n);
        assert_memory_equal(key, zeros, (size_t)n + 1);
    }
    hash_free(hash);
}

static void test_removed_numbers_return(void **state)
{
    (void)state;
    Hash *hash = hash_new();
    add(hash, "http://a/1.jpg");
    add(hash, "http://a/2.jpg");
    add(hash, "http://a/3.jpg");
    hash_remove(hash, "http://a/2.jpg", 14);
    hash_remove(hash, "http://a/9.jpg", 14);
    assert_int_equal(hash_count(hash), 2);
    assert_int_equal(find(hash, "http://a/2.jpg"), -1);
    assert_int_equal(find(hash, "http://a/3.jpg"), 2);
    assert_int_equal(add(hash, "http://a/4.jpg"), 1);
    assert_int_equal(add(hash, "http://a/5.jpg"), 3);
    assert_string_equal(hash_key(hash, 1, NULL), "http://a/4.jpg");
    hash_free(hash);
}

/* Keys "0" ... of random length: present[i] says which are in the table. */
static void test_random_changes(void **state)
{
    (void)state;
    enum { KEYS = 3000, CHANGES = 200000 };
    Hash *hash = hash_new();
    static int32_t number[KEYS]; /* + 1; 0: not in the table */
    int32_t count = 0, most = 0;
    uint32_t random = 1;
    for (int i = 0; i < CHANGES; i++) {
        char key[64];
        random = random * 1664525 + 1013904223;
        int k = (int)(random >> 8) % KEYS;
        int len = snprintf(key, sizeof key, "%0*d", 4 + k % 20, k);
        assert_int_equal(hash_find(hash, key, (size_t)len), number[k] - 1);
        if (number[k] && random >> 30) {
            hash_remove(hash, key, (size_t)len);
            number[k] = 0;
            count--;
        } else {
            int32_t new = hash_add(hash, key, (size_t)len);
            count += !number[k];
            most = count > most ? count : most;
            assert_true(!number[k] || number[k] == new + 1);
            assert_in_range(new, 0, most - 1);
            assert_string_equal(hash_key(hash, new, NULL), key);
            number[k] = new + 1;
        }
        assert_int_equal(hash_count(hash), count);
    }
    hash_free(hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),        cmocka_unit_test(test_many_texts),
        cmocka_unit_test(test_any_bytes),      cmocka_unit_test(test_removed_numbers_return),
        cmocka_unit_test(test_random_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
