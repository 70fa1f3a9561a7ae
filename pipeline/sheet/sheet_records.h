/* The caption records of one input, in memory, in the order in which the sheet shows them.
 *
 *   input ──► every line checked ──► records, as far as the sheet shows them
 *                    └──► facts about all of them
 *
 * A record takes a few hundred bytes. A signal may end the process at any time while it reads. Afterwards any thread
 * may look at the records. */
#ifndef COCO_PIPELINE_SHEET_SHEET_RECORDS_H
#define COCO_PIPELINE_SHEET_SHEET_RECORDS_H

#include "io/base/err.h"
#include "io/data/record.h"

#include <stdbool.h>

typedef enum {
    SHEET_AS_READ,
    SHEET_BY_SCORE,   /* best first */
    SHEET_BY_LOGPROB, /* likeliest first */
    SHEET_SHUFFLED    /* NumPy's permutation */
} SheetOrder;

typedef struct {
    SheetOrder by;
    bool reverse;  /* records without the key stay last */
    uint32_t seed; /* of SHEET_SHUFFLED */
} SheetSort;

enum { SHEET_SPLITS = 4 };

/* What is true of the records together. */
typedef struct {
    int64_t n;
    int64_t keyed;             /* records that have the key they are sorted by */
    int n_splits;              /* SHEET_SPLITS + 1: more than are counted */
    char *split[SHEET_SPLITS]; /* NULL: records that name no split */
    int64_t in_split[SHEET_SPLITS];
    bool references;  /* some record has a reference */
    bool sampled;     /* some record has a logprob */
    bool truth_alone; /* every caption equals one of its references and has no logprob: nothing is generated */
    bool exact;       /* some caption equals one of its references */
    bool confident;   /* some record has the probabilities of its words */
    bool network;     /* some image may have to be downloaded */
} SheetFacts;

typedef struct SheetRecords SheetRecords;

/* Reads all of the input ("-" is stdin): lines, or one array of records. The lists of the dataset directory `data`,
 * which may be NULL, name the images of records that do not. Of each record's references it keeps the one that equals
 * the caption and the first `references` others. NULL: a line that is not a record, or no records; err says which. */
SheetRecords *sheet_records_read(const char *input, const char *data, const SheetSort *sort, int references,
                                 Err *err);
void sheet_records_free(SheetRecords *records); /* NULL is legal */
const SheetFacts *sheet_records_facts(const SheetRecords *records);
/* Record i of 0 .. n-1, in the sorted order; borrowed. */
const Record *sheet_records_at(const SheetRecords *records, int64_t i);

#endif
