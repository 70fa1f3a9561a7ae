#include "pipeline/tag/tag.h"

#include "io/base/text.h"
#include "io/base/utf8.h"
#include "io/data/record.h"
#include "io/data/vocab.h"
#include "io/file/file.h"
#include "io/file/sniff.h"
#include "pipeline/common/root.h"
#include "pipeline/tag/form.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const TagOptions *options;
    const TagForm *form;
    Root root;
    OwnTexts *own;
} Run;

/* --- the picture --- */

/* The path of the record's picture, which the caller frees. NULL: it names none, or none that may be touched. */
static char *find_picture(const Run *run, const char *file, Err *why)
{
    const Root *root = &run->root;
    char *path = NULL;
    if (!file || !*file)
        err_set(why, "the record names no file");
    else if (root->real && *file == '/') {
        char *real = realpath(file, NULL);
        if (!real)
            err_set(why, "%s", strerror(errno));
        else if (!root_holds(root, file, real))
            err_set(why, "the file's path leads out of the directory");
        else if (!(path = strdup(file)))
            err_set(why, "out of memory");
        free(real);
    } else if (root->real && path_escapes(file))
        err_set(why, "the file's path leads out of the directory");
    else if (!(path = path_join(root->real, file)))
        err_set(why, "out of memory");
    return path;
}

/* It must be a regular file that begins like a picture. */
static int check_picture(const char *path, Err *why)
{
    struct stat st;
    char head[SNIFF_LEN];
    if (stat(path, &st))
        return err_set(why, "%s", strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(why, "not a regular file");
    FILE *in = fopen(path, "rbe");
    if (!in)
        return err_set(why, "%s", strerror(errno));
    size_t n = fread(head, 1, sizeof head, in);
    int broken = ferror(in) ? errno : 0;
    fclose(in);
    if (broken)
        return err_set(why, "%s", strerror(broken));
    const char *wrong = sniff_not_image(head, n);
    return wrong ? err_set(why, "%s", wrong) : 0;
}

/* --- one record --- */

/* Whether the caption is one to write. */
static bool is_wanted(const TagOptions *o, const Record *r, Err *why)
{
    if (record_is_blank(r))
        err_set(why, "an empty caption");
    else if (strstr(r->caption, vocab_special[VOCAB_UNK]))
        err_set(why, "its caption has an unknown word: coco-sample --no-unk never says one");
    else if (isnan(o->min_logprob) || r->logprob >= o->min_logprob)
        return true;
    else if (isnan(r->logprob))
        err_set(why, "no logprob");
    else
        err_set(why, "logprob %g is below %g", r->logprob, o->min_logprob);
    return false;
}

/* *target is what is to be written, once that is known. */
static TagState tag_record(const Run *run, const Record *r, char **target, Err *why)
{
    const TagOptions *o = run->options;
    char *picture = find_picture(run, r->file, why);
    if (picture)
        *target = run->form->suffix ? form_sidecar(picture, run->form->suffix) : strdup(picture);
    char *caption = text_paragraph(r->caption);
    TagState state = TAG_FAILED;
    if (picture && (!*target || !caption))
        err_set(why, "out of memory");
    else if (picture && !is_wanted(o, r, why))
        state = TAG_SKIPPED;
    else if (picture && !check_picture(picture, why))
        state = run->form->put(&(TagTask){.picture = picture,
                                          .caption = caption,
                                          .target = *target,
                                          .force = o->force,
                                          .dry = o->dry,
                                          .own = run->own},
                               why);
    free(caption);
    free(picture);
    return state;
}

static void put_member(const char *key, const char *text)
{
    if (text && utf8_valid(text, strlen(text))) {
        printf(",\"%s\":", key);
        json_put_text(stdout, text);
    }
}

static int write_status(const Record *r, TagState state, bool dry, const char *target, const char *reason, Err *err)
{
    static const char *const WORDS[TAG_STATES] = {"written", "same", "kept", "skipped", "failed"};
    errno = 0;
    printf("{\"image_id\":%" PRId64, r->image_id);
    put_member("file", r->file);
    put_member("status", dry && state == TAG_WRITTEN ? "to write" : WORDS[state]);
    put_member("path", target);
    if (state != TAG_WRITTEN && state != TAG_SAME)
        put_member("reason", reason);
    fputs("}\n", stdout);
    if (fflush(stdout) || ferror(stdout))
        return err_set(err, "writing a status record: %s", errno ? strerror(errno) : "write error");
    return 0;
}

/* --- all records --- */

static int64_t done(const TagCount *count)
{
    int64_t n = count->bad_lines;
    for (int i = 0; i < TAG_STATES; i++)
        n += count->n[i];
    return n;
}

static int tag_records(const Run *run, RecordReader *in, const Report *report, TagCount *count, Err *err)
{
    Record record;
    const char *line;
    size_t len;
    int rc = 0, next;
    Err why;
    while (!rc && !report_stop(report)) {
        report_wait(report, true);
        next = record_next(in, &record, &line, &len, &why);
        report_wait(report, false);
        if (next == 0)
            break;
        if (next < 0) {
            count->bad_lines++;
            report_warn(report, "%s", why.text);
        } else {
            char *target = NULL;
            TagState state = tag_record(run, &record, &target, &why);
            count->n[state]++;
            rc = write_status(&record, state, run->options->dry, target, why.text, err);
            free(target);
            record_free(&record);
        }
        report_progress(report, done(count), 0);
    }
    return rc;
}

int tag_run(const TagOptions *options, const Report *report, TagCount *count, Err *err)
{
    Run run = {.options = options, .form = form_of(options->form)};
    memset(count, 0, sizeof *count);
    int rc = options->images ? root_open(&run.root, options->images, err) : 0;
    run.own = rc ? NULL : own_texts_open(err);
    RecordReader *in = run.own ? record_open(options->input, err) : NULL;
    rc = in ? tag_records(&run, in, report, count, err) : -1;
    record_close(in);
    own_texts_close(run.own);
    root_close(&run.root);
    return rc;
}
