/* Captions files: each format right and wrong, and rows of CSV. */
#include "tests/support/test.h"

#include "io/captions/captions.h"
#include "io/captions/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Err err;

/* --- CSV --- */

static void check_csv(const char *text, const char *want)
{
    char *copy = strdup(text), got[512] = "";
    CsvReader reader = csv_begin(copy, ',');
    CsvRow row;
    int rc;
    while ((rc = csv_next(&reader, &row, &err)) > 0) {
        text_add(got, sizeof got, "%lld", row.line);
        for (int i = 0; i < row.n; i++)
            text_add(got, sizeof got, "[%s]%s", row.field[i], row.quoted[i] ? "q" : "");
        text_add(got, sizeof got, ";");
    }
    if (rc < 0)
        text_add(got, sizeof got, "%s", err.text);
    assert_string_equal(got, want);
    csv_end(&reader);
    free(copy);
}

static void csv_rows(void **state)
{
    (void)state;
    check_csv("", "");
    check_csv("\n \n\r\n", "");
    check_csv("a,b", "1[a][b];");
    check_csv("a,b\n", "1[a][b];");
    check_csv("a,b\r\nc,d\r\n", "1[a][b];2[c][d];");
    check_csv("a,\n,\n", "1[a][];2[][];");
    check_csv("\"a\",\"b,c\"\n", "1[a]q[b,c]q;");
    check_csv("a,\"say \"\"hi\"\"\"\n", "1[a][say \"hi\"]q;");
    check_csv("a,\"two\nlines\"\nb,c", "1[a][two\nlines]q;3[b][c];");
    check_csv("a,\"\"\nb,c", "1[a][]q;2[b][c];");
    check_csv("a,5\" by 7\"\n", "1[a][5\" by 7\"];");
    check_csv("a, \"b\"\n", "1[a][ \"b\"];");
    check_csv("a,\"b\" c\n", "1[a][b]q;");
    check_csv("a,b,c,d,e,f,g,h,i,j\n", "1[a][b][c][d][e][f][g][h][i][j];");
    check_csv("x,y\na,\"never\nends", "1[x][y];line 2: a quote that never ends");
    check_csv("a,\"b\"\r\n\"c\",d\r\n", "1[a][b]q;2[c]q[d];");
}

/* --- formats --- */

typedef struct {
    char text[4096];
} Said;

static void say(Said *said, const char *key, const char *value)
{
    if (value)
        text_add(said->text, sizeof said->text, " %s=%s", key, value);
}

static int take(void *ctx, const CaptionItem *item, Err *why)
{
    Said *said = ctx;
    if (!strcmp(item->caption, "stop"))
        return err_set(why, "stopped");
    text_add(said->text, sizeof said->text, "%s|%s", item->file, item->caption);
    say(said, "split", item->split);
    say(said, "url", item->url);
    say(said, "number", item->number);
    text_add(said->text, sizeof said->text, "\n");
    return 0;
}

static void pass_over(void *ctx, const char *place, const char *why)
{
    Said *said = ctx;
    text_add(said->text, sizeof said->text, "skip %s: %s\n", strrchr(place, '/') + 1, why);
}

static int read_bytes(const char *bytes, size_t len, Said *said, const char **format)
{
    char *path = tmp_path(tmp_dir, "c");
    CaptionSink sink = {take, pass_over, said};
    *said = (Said){""};
    tmp_write(path, bytes, len);
    int rc = captions_read(path, &sink, format, &err);
    free(path);
    return rc;
}

static void reads(const char *text, const char *format, const char *want)
{
    Said said;
    const char *name;
    assert_ok(read_bytes(text, strlen(text), &said, &name));
    assert_string_equal(said.text, want);
    assert_string_equal(name, format);
}

static void refuses_bytes(const char *bytes, size_t len, const char *why)
{
    Said said;
    const char *name;
    assert_int_equal(read_bytes(bytes, len, &said, &name), -1);
    assert_says(err.text, why);
}

static void refuses(const char *text, const char *why)
{
    refuses_bytes(text, strlen(text), why);
}

static void coco(void **state)
{
    (void)state;
    reads("{\"images\":[{\"id\":9,\"file_name\":\"x.jpg\",\"coco_url\":\"http://"
          "u\"},{\"id\":7,\"file_name\":\"y.jpg\"}],"
          "\"annotations\":[{\"image_id\":7,\"id\":1,\"caption\":\"a "
          "b\"},{\"image_id\":9,\"id\":2,\"caption\":\"c\"}]}",
          "COCO annotations", "y.jpg|a b\nx.jpg|c url=http://u\n");
    reads("\xef\xbb\xbf{\r\n\"annotations\": [{\"image_id\": 1, \"caption\": \"c\"}, {\"image_id\": 2, "
          "\"caption\": \"d\"}],"
          "\"images\": [{\"id\": 2, \"file_name\": \"y\"}, {\"id\": 2, \"file_name\": \"y\"}]}",
          "COCO annotations", "skip c: annotation 1: no image has the id 1\ny|d\n");
    refuses("{\"annotations\":[]}", "c: no \"images\"");
    refuses("{\"annotations\":[],\"images\":[{\"id\":1,\"file_name\":\"x\"},{\"id\":1,\"file_name\":\"y\"}]}",
            "c: image 2: id 1 is that of 'x' already");
    refuses("{\"annotations\":[{\"image_id\":1}],\"images\":[{\"id\":1,\"file_name\":\"x\"}]}",
            "c: annotation 1: no \"caption\"");
    refuses("{\"annotations\":[", "c: not JSON");
    refuses("{\"annotations\":[],\"images\":[{\"id\":1}]}", "c: image 1: no \"file_name\"");
    refuses("{\"annotations\":[{\"image_id\":1,\"caption\":\"stop\"}],\"images\":[{\"id\":1,\"file_name\":\"x\"}]}",
            "c: annotation 1: ");
}

static void karpathy(void **state)
{
    (void)state;
    reads("{\"images\":[{\"filename\":\"x.jpg\",\"filepath\":\"val2014\",\"split\":\"restval\",\"sentences\":["
          "{\"raw\":\"A cat.\",\"tokens\":[\"a\",\"cat\"]},{\"raw\":\"Two\"}]},"
          "{\"filename\":\"y.jpg\",\"split\":\"test\",\"sentences\":[{\"tokens\":[]},{\"raw\":\"B\"}]},{\"split\":"
          "\"val\"},"
          "{\"filename\":\"z.jpg\"}],\"dataset\":\"coco\"}",
          "Karpathy's dataset JSON",
          "val2014/x.jpg|A cat. split=train\nval2014/x.jpg|Two split=train\n"
          "skip c: image 2: a sentence without \"raw\"\ny.jpg|B split=test\nskip c: image 3: no \"filename\"\n"
          "skip c: image 4: no \"sentences\"\n");
    refuses("{\"images\":3}", "c: \"images\": not a list");
}

static void records(void **state)
{
    (void)state;
    reads("{\"image_id\":1,\"file\":\"x.jpg\",\"caption\":\"a\",\"split\":\"val\",\"references\":[\"b\"],\"url\":"
          "\"u\"}\r\n\n"
          "{\"file\":\"y.jpg\",\"caption\":\"made\",\"logprob\":-1,\"references\":[\"b\"]}\n"
          "{\"image_id\":1,\"caption\":\"a\"}\nnot "
          "json\n{\"file\":\"z\",\"caption\":3}\n{\"file\":\"z\",\"caption\":\"c\"}",
          "caption records",
          "x.jpg|a split=val url=u\nx.jpg|b split=val url=u\ny.jpg|made\nskip c: line 4: no \"file\"\n"
          "skip c: line 5: not JSON: error at byte 1\nskip c: line 6: \"caption\": not a string\nz|c\n");
    /* Hugging Face's metadata.jsonl, and lists. */
    reads("{\"file_name\":\"x.jpg\",\"text\":\"a\"}\n{\"file_name\":\"y.jpg\",\"caption\":\"b\"}\n",
          "caption records", "x.jpg|a\ny.jpg|b\n");
    reads("{\"file\":\"x.jpg\",\"captions\":[\"a\",2,\"b\"],\"split\":\"val\"}\n{\"file\":\"y.jpg\"}\n",
          "caption records",
          "x.jpg|a split=val\nskip c: line 1: a caption that is not a string\nx.jpg|b split=val\n"
          "skip c: line 2: no \"caption\"\n");
    reads("{\"file\":\"x.jpg\",\"captions\":[]}\n"
          "{\"file\":\"y.jpg\",\"captions\":[],\"references\":[\"a\"]}\n"
          "{\"file\":\"z.jpg\",\"captions\":[],\"caption\":\"b\"}\n",
          "caption records", "skip c: line 1: no \"caption\"\nskip c: line 2: no \"caption\"\nz.jpg|b\n");
}

static void csv(void **state)
{
    (void)state;
    reads("image,caption\nx.jpg,A dog .\ny.jpg,\"a, b\"\n", "CSV", "x.jpg|A dog .\ny.jpg|a, b\n");
    reads("\xef\xbb\xbfx.jpg,A dog\r\ny.jpg,B\r\n", "CSV", "x.jpg|A dog\ny.jpg|B\n");
    reads("x.jpg,a dog, a cat, and more\n", "CSV", "x.jpg|a dog, a cat, and more\n");
    reads("Caption,Image,split,URL\na,x.jpg,val,http://u\nb,y.jpg,,\n", "CSV",
          "x.jpg|a split=val url=http://u\ny.jpg|b\n");
    reads("image;caption\nx.jpg;a, b\n", "CSV", "x.jpg|a, b\n");
    reads("x.jpg,\n,a\nx.jpg\n y.jpg ,b\n", "CSV",
          "x.jpg|\nskip c: line 2: no name of an image\nskip c: line 3: one column alone, no caption\ny.jpg|b\n");
    reads("image,caption\n\"two\nlines.jpg\",a\n", "CSV", "skip c: line 2: the image's name holds a line break\n");
    refuses("image,caption\nx.jpg,\"a\n", "c: line 2: a quote that never ends");
    refuses("x.jpg,stop\n", "c: line 1: stopped");
}

static void tsv(void **state)
{
    (void)state;
    reads("x.jpg#0\ta dog, \"big\"\r\nx.jpg#1\tb\tc\ny#z.jpg\td\n\nno tab\n", "TSV",
          "x.jpg|a dog, \"big\" number=0\nx.jpg|b\tc number=1\ny#z.jpg|d\nskip c: line 5: one column alone, no "
          "caption\n");
    reads("filename\tsplit\tcaption\nx.jpg\tval\ta\n", "TSV", "x.jpg|a split=val\n");
}

static void bars(void **state)
{
    (void)state;
    reads("image_name| comment_number| comment\nx.jpg| 0| Two , men .\nx.jpg| 4   A dog runs\ny.jpg|0|a | b\n",
          "Flickr30k's bars",
          "x.jpg| Two , men . number=0\nskip c: line 3: too few columns, no caption\ny.jpg|a | b number=0\n");
    reads("x.jpg| 0| a\n", "Flickr30k's bars", "x.jpg| a number=0\n");
}

static void other_files(void **state)
{
    (void)state;
    refuses("", "c: is empty");
    refuses("\xef\xbb\xbf", "c: is empty");
    refuses("just words\n", "c: is not a captions file of a known format (COCO annotations, ");
    refuses("[{\"image_id\":1,\"caption\":\"a\"}]", "known format");
    refuses("<html>a,b</html>", "known format");
    refuses("{\"a\":1}", "known format");
    refuses_bytes("a,b\nc,\0d\n", 9, "c: line 2: holds a NUL byte");
    refuses_bytes("\xff\xfe"
                  "a\0,\0",
                  6, "c: is UTF-16");
    refuses("a,b\nc,\xe9t\xe9\n", "c: line 2: is not UTF-8");
    Said said;
    const char *format;
    CaptionSink sink = {take, pass_over, &said};
    assert_int_equal(captions_read("/no/such/file", &sink, &format, &err), -1);
    assert_says(err.text, "/no/such/file: No such file");
    assert_int_equal(captions_read(tmp_dir, &sink, &format, &err), -1);
    assert_says(err.text, "Is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_rows),
        cmocka_unit_test_setup_teardown(coco, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(karpathy, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(records, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(csv, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(tsv, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(bars, tmp_setup, tmp_teardown),
        cmocka_unit_test_setup_teardown(other_files, tmp_setup, tmp_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
