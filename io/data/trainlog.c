#include "io/data/trainlog.h"

#include "io/base/err.h"
#include "io/data/json.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { N_REALS = 4 };
static const char *const REAL_KEY[N_REALS] = {"loss", "lr", "captions_per_s", "val_loss"};

int log_write(FILE *out, const LogEvent *e, Err *err)
{
    const double reals[N_REALS] = {e->loss, e->lr, e->captions_per_s, e->val_loss};
    for (int i = 0; i < N_REALS; i++)
        if (isinf(reals[i]))
            return err_set(err, "training log: \"%s\" is infinite", REAL_KEY[i]);
    errno = 0;
    fputs("{\"event\":", out);
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
    fputs("}\n", out);
    if (fflush(out) || ferror(out))
        return err_set(err, "training log: %s", errno ? strerror(errno) : "write error");
    return 0;
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
    for (int i = 0; i < N_REALS; i++)
        if (json_get_real(json, REAL_KEY[i], reals[i], err) < 0)
            return -1;
    return 0;
}

int log_parse(LogEvent *e, const char *line, size_t len, Err *err)
{
    *e = (LogEvent){.epoch = -1, .loss = NAN, .lr = NAN, .captions_per_s = NAN, .val_loss = NAN};
    Json *json = json_parse_object(line, len, err);
    if (!json)
        return -1;
    int rc = read_event(e, json, err);
    json_free(json);
    return rc;
}
