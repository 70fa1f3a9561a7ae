/* What is taken for the image that was asked for, and what is not. */
#include "pipeline/images/image_check.h"
#include "tests/support/test.h"

#include <string.h>

/* Of Flickr's placeholder the size, and a kind that is no JPEG, are enough where it comes from Flickr. */
static void flickrs_placeholder(void **state)
{
    (void)state;
    unsigned char gif[2051] = "GIF89a\1\0\1\0";
    const char *why;
    gif[13] = 0x3B; /* its end */
    assert_int_equal(verdict_of("https://live.staticflickr.com/1/2_z.jpg", gif, sizeof gif, &why), VERDICT_DEAD);
    assert_says(why, "Flickr's picture");
    assert_int_equal(verdict_of("https://s.yimg.com/x.gif", gif, sizeof gif, &why), VERDICT_DEAD);
    assert_int_equal(verdict_of("https://notflickr.com/x.gif", gif, sizeof gif, &why), VERDICT_IMAGE);
    assert_int_equal(verdict_of("https://h/flickr.com/x.gif", gif, sizeof gif, &why), VERDICT_IMAGE);
    assert_int_equal(verdict_of("https://live.staticflickr.com/x.gif", gif, sizeof gif - 1, &why), VERDICT_IMAGE);
    assert_int_equal(verdict_of("https://h/a/photo_unavailable_z.gif?x=/y", gif, 14, &why), VERDICT_DEAD);
    assert_int_equal(verdict_of("https://h/photo_unavailable/z.gif", gif, 14, &why), VERDICT_IMAGE);
}

static void pages_and_cut_images(void **state)
{
    (void)state;
    const char *why, page[] = "<!DOCTYPE html><html>", jpeg[] = "\xff\xd8\xff\xe0\0\x04xx";
    assert_int_equal(verdict_of_head(page, sizeof page - 1, &why), VERDICT_DEAD);
    assert_says(why, "HTML");
    assert_int_equal(verdict_of("http://h/x", page, sizeof page - 1, &why), VERDICT_DEAD);
    assert_int_equal(verdict_of_head(jpeg, sizeof jpeg - 1, &why), VERDICT_IMAGE);
    assert_int_equal(verdict_of("http://h/x", jpeg, sizeof jpeg - 1, &why), VERDICT_CUT);
    assert_string_equal(why, "truncated JPEG");
    assert_int_equal(verdict_of("http://h/x", "", 0, &why), VERDICT_DEAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(flickrs_placeholder),
                                       cmocka_unit_test(pages_and_cut_images)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
