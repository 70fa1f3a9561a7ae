#include "io/data/trainlog.h"

#include "io/base/err.h"
#include "io/data/json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { N_REALS = 4 };
static const char *const REAL_KEY[N_REALS] = {"loss", "lr", "captions_per_s", "val_loss"};

static void write_finite(FILE *out, const char *key, double value)
{
    if (!isfinite(value))
        return;
    fprintf(out, ",\"%s\":", key);
    json_put_real(out, value);
}

static void write_scores(FILE *out, const LogScores *s)
{
    write_finite(out, "val_word_loss", s->words.loss);
    write_finite(out, "val_perplexity", s->words.perplexity);
    write_finite(out, "val_bleu4", s->bleu4);
    write_finite(out, "val_rouge_l", s->rouge_l);
    write_finite(out, "val_cider", s->cider);
}

static void write_words(FILE *out, const LogWords *w)
{
    write_finite(out, "word_loss", w->loss);
    write_finite(out, "perplexity", w->perplexity);
}

static void write_reward(FILE *out, const LogReward *r)
{
    fputs(",\"reward\":", out);
    json_put_real(out, r->reward);
    fputs(",\"baseline\":", out);
    json_put_real(out, r->baseline);
}

int log_write(FILE *out, const LogEvent *e, Err *err)
{
    const double reals[N_REALS] = {e->loss, e->lr, e->captions_per_s, e->val_loss};
    for (int i = 0; i < N_REALS; i++)
        if (isinf(reals[i]))
            return err_set(err, "training log: \"%s\" is infinite", REAL_KEY[i]);
    errno = 0;
    fputs(LOG_LEAD, out);
    if (json_put_text(out, e->event))
        return err_set(err, "training log: \"event\" is not UTF-8");
    fprintf(out, ",\"iteration\":%" PRId64, e->iteration);
    if (e->epoch >= 0)
        fprintf(out, ",\"epoch\":%" PRId64, e->epoch);
    for (int i = 0; i < N_REALS; i++)
        if (!isnan(reals[i])) {
            fprintf(out, ",\"%s\":", REAL_KEY[i]);
            json_put_real(out, reals[i]);
        }
    if (e->words)
        write_words(out, e->words);
    if (e->scores)
        write_scores(out, e->scores);
    if (e->reward)
        write_reward(out, e->reward);
    if (*e->run)
        fprintf(out, ",\"run\":\"%s\",\"plan\":\"%s\"", e->run, e->plan);
    fputs("}\n", out);
    if (fflush(out) || ferror(out))
        return err_set(err, "training log: %s", errno ? strerror(errno) : "write error");
    return 0;
}

/* A mark that is not one of log_write's counts as absent: other programs may use its key for something else. */
static void read_mark(char mark[LOG_MARK + 1], const Json *json, const char *key)
{
    const char *text;
    if (json_get_text(json, key, &text, NULL) == 1 && strlen(text) == LOG_MARK &&
        strspn(text, "0123456789abcdef") == LOG_MARK)
        memcpy(mark, text, LOG_MARK + 1);
}

static int read_event(LogEvent *e, const Json *json, Err *err)
{
    const char *name;
    double *const reals[N_REALS] = {&e->loss, &e->lr, &e->captions_per_s, &e->val_loss};
    int rc = json_get_text(json, "event", &name, err);
    if (rc == 0)
        return err_set(err, "no \"event\"");
    if (rc < 0)
        return -1;
    if (strlen(name) >= sizeof e->event)
        return err_set(err, "\"event\": longer than %zu bytes", sizeof e->event - 1);
    memcpy(e->event, name, strlen(name) + 1);
    rc = json_get_int(json, "iteration", 0, INT64_MAX, &e->iteration, err);
    if (rc == 0)
        return err_set(err, "no \"iteration\"");
    if (rc < 0 || json_get_int(json, "epoch", 0, INT64_MAX, &e->epoch, err) < 0)
        return -1;
    for (int i = 0; i < N_REALS; i++) {
        const Json *member = json_member(json, REAL_KEY[i]);
        double v;
        if (json_is_number(member) && json_get_real(json, REAL_KEY[i], &v, NULL) < 0)
            e->not_finite = REAL_KEY[i];
        else if (json_get_real(json, REAL_KEY[i], reals[i], err) < 0)
            return -1;
    }
    read_mark(e->run, json, "run");
    read_mark(e->plan, json, "plan");
    return 0;
}

/* Many programs (Python's json among them) write NaN and Infinity, which JSON does not have. Outside strings they
 * become a number beyond all doubles. Returns a copy, or NULL if there are none or memory is short. */
static char *replace_words(const char *line, size_t len, size_t *out_len)
{
    static const char *const WORD[] = {"NaN", "Infinity"};
    static const char INFINITE[] = "1e999";
    char *out = malloc(2 * len + 1);
    size_t n = 0;
    bool in_string = false, found = false;
    for (size_t i = 0; out && i < len;) {
        size_t skip = 0;
        for (int k = 0; k < 2 && !in_string && !skip; k++)
            if (len - i >= strlen(WORD[k]) && !memcmp(line + i, WORD[k], strlen(WORD[k])))
                skip = strlen(WORD[k]);
        if (skip) {
            memcpy(out + n, INFINITE, sizeof INFINITE - 1);
            n += sizeof INFINITE - 1;
            i += skip;
            found = true;
            continue;
        }
        if (line[i] == '"')
            in_string = !in_string;
        else if (line[i] == '\\' && in_string && i + 1 < len)
            out[n++] = line[i++];
        out[n++] = line[i++];
    }
    if (!found) {
        free(out);
        return NULL;
    }
    *out_len = n;
    return out;
}

/* The line as JSON, or with its NaN and Infinity replaced. */
static Json *parse_line(const char *line, size_t len, Err *err)
{
    Json *json = json_parse_object(line, len, err);
    size_t n;
    char *copy = json ? NULL : replace_words(line, len, &n);
    if (copy)
        json = json_parse_object(copy, n, err);
    free(copy);
    return json;
}

int log_parse(LogEvent *e, const char *line, size_t len, Err *err)
{
    *e = (LogEvent){.epoch = -1, .loss = NAN, .lr = NAN, .captions_per_s = NAN, .val_loss = NAN};
    Json *json = parse_line(line, len, err);
    if (!json)
        return -1;
    int rc = read_event(e, json, err);
    json_free(json);
    return rc;
}

double log_value(const char *line, size_t len, const char *key)
{
    double value = NAN;
    Json *json = parse_line(line, len, NULL);
    if (json && json_get_real(json, key, &value, NULL) != 1)
        value = NAN;
    json_free(json);
    return value;
}

/* Whether the list has the name as a whole. */
static bool is_listed(const char *names, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = names; (at = strstr(at, name)); at += n)
        if ((at == names || at[-1] == ' ') && (!at[n] || at[n] == ','))
            return true;
    return false;
}

void log_names(const char *line, size_t len, char names[LOG_NAMES])
{
    Json *json = parse_line(line, len, NULL);
    for (const Json *m = json ? json_first(json) : NULL; m; m = json_next(m)) {
        const char *name = json_key(m);
        size_t n = strlen(names);
        if (json_is_number(m) && !is_listed(names, name) && n + strlen(name) + 3 <= LOG_NAMES)
            snprintf(names + n, LOG_NAMES - n, "%s%s", n ? ", " : "", name);
    }
    json_free(json);
}
