#include "pipeline/eval/meteor.h"

#include "io/base/child.h"
#include "io/base/err.h"
#include "io/base/memory_stream.h"
#include "pipeline/eval/meteor_jar.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Meteor {
    MeteorOptions options;
    char *jar;
    Child *child[METEOR_PROCESSES];
    char *answer[METEOR_PROCESSES]; /* where the statistics are */
    int n;
    bool failed;
    Err failure;
};

Meteor *meteor_new(const MeteorOptions *options)
{
    Meteor *m = malloc(sizeof *m);
    if (m)
        *m = (Meteor){.options = *options};
    return m;
}

static void forget(Meteor *m)
{
    for (int i = 0; i < METEOR_PROCESSES; i++) {
        free(m->answer[i]);
        m->answer[i] = NULL;
    }
}

void meteor_free(Meteor *m)
{
    if (!m)
        return;
    for (int i = 0; i < m->n; i++)
        child_stop(m->child[i]);
    forget(m);
    free(m->jar);
    free(m);
}

const char *meteor_failure(const Meteor *m)
{
    return m->failed ? m->failure.text : NULL;
}

/* --- processes --- */

/* As pycocoevalcap calls it. The program finds its tables beside the jar. */
static Child *start_one(const char *jar, Err *err)
{
    const char *const argv[] = {"java", "-jar", "-Xmx2G", jar, "-", "-", "-stdio", "-l", "en", "-norm", NULL};
    return child_start(argv, err);
}

/* Starts what processes n captions deserve: each takes seconds to read its tables. */
static int start(Meteor *m, int64_t n)
{
    enum { CAPTIONS_EACH = 500 };
    int most = m->options.processes < METEOR_PROCESSES ? m->options.processes : METEOR_PROCESSES;
    if (!m->jar && !(m->jar = meteor_jar_find(m->options.jar, &m->failure)))
        return -1;
    while (m->n < 1 || (m->n < most && m->n < n / CAPTIONS_EACH)) {
        Child *child = start_one(m->jar, &m->failure);
        if (!child)
            return -1;
        m->child[m->n++] = child;
    }
    return 0;
}

/* --- statistics --- */

/* Without the sign that parts the texts, and with two spaces made one, as pycocoevalcap does; once, from left to
 * right. */
static void put_caption(FILE *out, const char *caption)
{
    bool space = false; /* one was written, and the next is the second of two */
    for (const char *s = caption; *s;) {
        if (!strncmp(s, "|||", 3)) {
            s += 3;
            continue;
        }
        bool second = space && *s == ' ';
        if (!second)
            putc(*s, out);
        space = *s++ == ' ' && !second;
    }
}

/* The question about n captions. The caller frees; NULL: out of memory. */
static char *ask_statistics(const MeteorPair *pairs, int64_t n, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);
    if (!out)
        return NULL;
    for (int64_t i = 0; i < n; i++) {
        fputs("SCORE", out);
        for (int r = 0; r < pairs[i].n_references; r++)
            fprintf(out, " ||| %s", pairs[i].references[r]);
        fputs(" ||| ", out);
        put_caption(out, pairs[i].caption);
        putc('\n', out);
    }
    return memory_stream_close(out, &text) ? NULL : text;
}

/* Parts the answer, which has n lines, into them. -1: one of them is not numbers. */
static int take_statistics(char *answer, int64_t n, const char **statistics, Err *err)
{
    for (int64_t i = 0; i < n; i++) {
        size_t len = strcspn(answer, "\n"), good = strspn(answer, "0123456789.E+- ");
        answer[len] = '\0';
        if (good < len || !len)
            return err_set(err, "java: expected numbers: '%.200s'", answer);
        statistics[i] = answer;
        answer += len + 1;
    }
    return 0;
}

static int count(Meteor *m, const MeteorPair *pairs, int64_t n, const char **statistics)
{
    ChildTalk talk[METEOR_PROCESSES] = {0};
    char *text[METEOR_PROCESSES] = {0};
    int rc = 0;
    for (int i = 0; i < m->n && !rc; i++) {
        int64_t from = n * i / m->n, to = n * (i + 1) / m->n;
        size_t len = 0;
        text[i] = ask_statistics(pairs + from, to - from, &len);
        rc = text[i] ? 0 : err_set(&m->failure, "out of memory");
        talk[i] = (ChildTalk){.child = m->child[i], .text = text[i], .len = len, .lines = to - from};
    }
    if (!rc)
        rc = children_talk(talk, m->n, m->options.seconds, &m->failure);
    for (int i = 0; i < m->n; i++) {
        int64_t from = n * i / m->n;
        free(text[i]);
        m->answer[i] = talk[i].answer;
        if (!rc)
            rc = take_statistics(talk[i].answer, talk[i].lines, statistics + from, &m->failure);
    }
    return rc;
}

int meteor_count(Meteor *m, const MeteorPair *pairs, int64_t n, const char **statistics)
{
    forget(m);
    if (!m->failed)
        m->failed = start(m, n) || count(m, pairs, n, statistics);
    return m->failed ? -1 : 0;
}

/* --- scores --- */

static char *ask_scores(const char *const *statistics, int64_t n, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);
    if (!out)
        return NULL;
    fputs("EVAL", out);
    for (int64_t i = 0; i < n; i++)
        fprintf(out, " ||| %s", statistics[i]);
    putc('\n', out);
    return memory_stream_close(out, &text) ? NULL : text;
}

/* n numbers, a line each, and one more into *all. */
static int take_scores(const char *answer, int64_t n, double *each, double *all, Err *err)
{
    for (int64_t i = 0; i <= n; i++) {
        char *end;
        double score = strtod(answer, &end);
        if (end == answer || *end != '\n' || !isfinite(score))
            return err_set(err, "java: expected a score: '%.*s'", (int)strcspn(answer, "\r\n"), answer);
        if (i == n)
            *all = score;
        else if (each)
            each[i] = score;
        answer = end + 1;
    }
    return 0;
}

static int score(Meteor *m, const char *const *statistics, int64_t n, double *each, double *all)
{
    size_t len = 0;
    char *text = ask_scores(statistics, n, &len);
    if (!text)
        return err_set(&m->failure, "out of memory");
    ChildTalk talk = {.child = m->child[0], .text = text, .len = len, .lines = n + 1};
    int rc = children_talk(&talk, 1, m->options.seconds, &m->failure);
    if (!rc)
        rc = take_scores(talk.answer, n, each, all, &m->failure);
    free(text);
    free(talk.answer);
    return rc;
}

double meteor_score(Meteor *m, const char *const *statistics, int64_t n, double *each)
{
    double all = 0;
    if (!m->failed)
        m->failed = score(m, statistics, n, each, &all) != 0;
    return m->failed ? (double)NAN : all;
}
