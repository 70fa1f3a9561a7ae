/* The training log: JSON Lines, one object per event. coco-train writes it and coco-plot reads it:
 *
 *   {"event":"iteration","iteration":1,"epoch":1,"loss":76.91348,"lr":0.005,"captions_per_s":1850.2,
 *    "word_loss":6.9107,"perplexity":1002.9}                                                            (one line)
 *   {"event":"epoch","iteration":16000,"epoch":1,"loss":38.2,"lr":0.005,"val_loss":39.1}
 *
 * The first line of a file also tells which run wrote it: "run" is a number for what stays the same when a run is
 * resumed (most settings, the captions, the start), and "plan" one for its length and validation.
 *
 * Numbers read back as the same bits. Any thread, on its own events and streams. */
#ifndef COCO_IO_DATA_TRAINLOG_H
#define COCO_IO_DATA_TRAINLOG_H

#include "io/base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What every line begins with. */
#define LOG_LEAD "{\"event\":"

enum { LOG_MARK = 16 }; /* hexadecimal digits */

/* The mean loss of a word, natural logarithm, and its exponential, written as word_loss and perplexity. */
typedef struct {
    double loss, perplexity;
} LogWords;

/* Of a validation, written as val_word_loss and val_perplexity; and with --val-metrics val_bleu4, val_rouge_l,
 * val_cider. What is not finite is left out. */
typedef struct {
    LogWords words;
    double bleu4, rouge_l, cider; /* as coco-eval's */
} LogScores;

/* Of self-critical training, written as reward and baseline: means over the captions of an iteration. */
typedef struct {
    double reward, baseline;
} LogReward;

typedef struct {
    char event[16];    /* "iteration", "epoch", "validation" (inside an epoch), "checkpoint", "done" */
    int64_t iteration; /* from 1 */
    int64_t epoch;     /* negative: absent */
    double loss;       /* NaN: absent; likewise for the values below */
    double lr;
    double captions_per_s;
    double val_loss;
    char run[LOG_MARK + 1], plan[LOG_MARK + 1]; /* "": absent */
    const char
        *not_finite; /* of a parsed line: the key of a number that was NaN or infinite, and so counts as absent */
    const LogScores *scores; /* to write; NULL: none. log_parse does not read them */
    const LogWords *words;   /* likewise */
    const LogReward *reward; /* likewise */
} LogEvent;

/* Writes the event and a newline, and flushes, so that a reader of the growing file sees whole lines.
 * -1: the stream failed, or a number is infinite. */
int log_write(FILE *out, const LogEvent *event, Err *err);

/* Parses one line. `event` and `iteration` are required; unknown keys are ignored; null counts as absent, and
 * so do the NaN, Infinity and 1e999 that other programs write for a loss.
 * -1: the line is not an event; err says why ("no \"iteration\""). */
int log_parse(LogEvent *event, const char *line, size_t len, Err *err);
/* The number of that key in a line that log_parse accepts; NaN: it has none, or none that is finite. */
double log_value(const char *line, size_t len, const char *key);
/* Adds the names of the numbers of such a line that are not in the list yet: "iteration, loss, lr". Those for which
 * there is no room are left out. */
enum { LOG_NAMES = 512 };
void log_names(const char *line, size_t len, char names[LOG_NAMES]);

#endif
