/* Which downloads are accepted as images: not pages, truncated images or Flickr's placeholder. */
#include "pipeline/images/image_check.h"
#include "tests/support/test.h"

#include <string.h>

/* From Flickr, the placeholder's size is enough to recognise it, unless it is a JPEG. */
static void flickrs_placeholder(void **state)
{
    (void)state;
    unsigned char gif[2051] = "GIF89a\1\0\1\0";
    const char *why;
    gif[13] = 0x3B; /* its end */
    assert_int_equal(image_check("https://live.staticflickr.com/1/2_z.jpg", gif, sizeof gif, &why), IMAGE_WRONG);
    assert_says(why, "Flickr's 'photo unavailable'");
    assert_int_equal(image_check("https://s.yimg.com/x.gif", gif, sizeof gif, &why), IMAGE_WRONG);
    assert_int_equal(image_check("https://notflickr.com/x.gif", gif, sizeof gif, &why), IMAGE_GOOD);
    assert_int_equal(image_check("https://h/flickr.com/x.gif", gif, sizeof gif, &why), IMAGE_GOOD);
    assert_int_equal(image_check("https://live.staticflickr.com/x.gif", gif, sizeof gif - 1, &why), IMAGE_GOOD);
    assert_int_equal(image_check("https://h/a/photo_unavailable_z.gif?x=/y", gif, 14, &why), IMAGE_WRONG);
    assert_int_equal(image_check("https://h/photo_unavailable/z.gif", gif, 14, &why), IMAGE_GOOD);
}

static void pages_and_cut_images(void **state)
{
    (void)state;
    const char *why, page[] = "<!DOCTYPE html><html>", jpeg[] = "\xff\xd8\xff\xe0\0\x04xx";
    assert_int_equal(image_check_head(page, sizeof page - 1, &why), IMAGE_WRONG);
    assert_says(why, "HTML");
    assert_int_equal(image_check("http://h/x", page, sizeof page - 1, &why), IMAGE_WRONG);
    assert_int_equal(image_check_head(jpeg, sizeof jpeg - 1, &why), IMAGE_GOOD);
    assert_int_equal(image_check("http://h/x", jpeg, sizeof jpeg - 1, &why), IMAGE_TRUNCATED);
    assert_string_equal(why, "truncated JPEG");
    assert_int_equal(image_check("http://h/x", "", 0, &why), IMAGE_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(flickrs_placeholder),
                                       cmocka_unit_test(pages_and_cut_images)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
