/* The caption records of one input, put aside on the disk, in the order in which they shall be shown.
 *
 *   input ──► read whole, each line checked ──► spool ──► record i, any number of times, from any thread
 *                        └──► facts of them all   └──► 16 bytes a record in memory: place and sort key
 *
 * shelf_read waits for the input and touches nothing that a signal must not cut off. */
#ifndef COCO_PIPELINE_SHEET_SHEET_RECORDS_H
#define COCO_PIPELINE_SHEET_SHEET_RECORDS_H

#include "io/base/err.h"
#include "io/data/record.h"

#include <stdbool.h>

typedef enum {
    SHELF_AS_READ,
    SHELF_SCORE,   /* the best first */
    SHELF_LOGPROB, /* the likeliest first */
    SHELF_RANDOM   /* NumPy's permutation */
} ShelfOrder;

typedef struct {
    ShelfOrder by;
    bool reverse;  /* the other way round; records without the key stay last */
    uint32_t seed; /* SHELF_RANDOM */
} ShelfSort;

enum { SHELF_SPLITS = 4 };

/* What is true of the records together. */
typedef struct {
    int64_t n;
    int64_t keyed;             /* of them have the key that was sorted by */
    int n_splits;              /* SHELF_SPLITS + 1: more than are counted */
    char *split[SHELF_SPLITS]; /* NULL: records that name none */
    int64_t in_split[SHELF_SPLITS];
    bool references;  /* some record has one */
    bool sampled;     /* some record has a logprob */
    bool truth_alone; /* every caption is one of its references and has no probability: nothing is generated */
    bool exact;       /* some caption is one of its references word for word */
    bool network;     /* some image may have to be downloaded */
} ShelfFacts;

typedef struct Shelf Shelf;

/* Reads all of the input ("-" is stdin). NULL: a line that is no record, or no records; err says which. */
Shelf *shelf_read(const char *input, const ShelfSort *sort, Err *err);
void shelf_free(Shelf *shelf); /* NULL is legal */
const ShelfFacts *shelf_facts(const Shelf *shelf);
/* Record i of 0 .. n-1, in the order asked for. The caller frees it. */
int shelf_record(const Shelf *shelf, int64_t i, Record *record, Err *err);

#endif
