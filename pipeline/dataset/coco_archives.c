#include "pipeline/dataset/coco_archives.h"

#include <string.h>

static int ends_with(const char *name, const char *suffix)
{
    size_t n = strlen(name), m = strlen(suffix);
    return n > m && !strchr(name, '/') && !strcmp(name + n - m, suffix);
}

static int is_photograph(const char *name)
{
    return ends_with(name, ".jpg");
}

/* The archive holds boxes, outlines and key points as well, seven times as large. */
static int is_captions(const char *name)
{
    return !strncmp(name, "captions_", 9) && ends_with(name, ".json");
}

static int is_splits(const char *name)
{
    return !strncmp(name, "dataset_", 8) && ends_with(name, ".json");
}

#define COCO(path) "http://images.cocodataset.org/" path, path
#define KARPATHY "http://cs.stanford.edu/people/karpathy/deepimagesent/caption_datasets.zip", "caption_datasets.zip"

static const CocoArchive ALL[] = {
    {2014, "annotations", COCO("annotations/annotations_trainval2014.zip"), "annotations/", "annotations",
     is_captions, 252872794, 100000000},
    {2014, "karpathy", KARPATHY, "", "karpathy", is_splits, 36745453, 210000000},
    {2014, "val", COCO("zips/val2014.zip"), "val2014/", "images/val2014", is_photograph, 6645013297, 6650000000},
    {2014, "train", COCO("zips/train2014.zip"), "train2014/", "images/train2014", is_photograph, 13510573713,
     13550000000},
    {2017, "annotations", COCO("annotations/annotations_trainval2017.zip"), "annotations/", "annotations",
     is_captions, 252907541, 100000000},
    {2017, "val", COCO("zips/val2017.zip"), "val2017/", "images/val2017", is_photograph, 815585330, 820000000},
    {2017, "train", COCO("zips/train2017.zip"), "train2017/", "images/train2017", is_photograph, 19336861798,
     19400000000},
    {0},
};

const CocoArchive *coco_archives(void)
{
    return ALL;
}

const CocoArchive *coco_archives_find(int year, const char *part, int len)
{
    for (const CocoArchive *a = ALL; a->part; a++)
        if (a->year == year && (int)strlen(a->part) == len && !strncmp(a->part, part, (size_t)len))
            return a;
    return NULL;
}

int64_t coco_archives_space(const CocoArchive *const *archives, const CocoState *states, int n, bool drop)
{
    int64_t used = 0, most = 0;
    for (int i = 0; i < n; i++) {
        if (states[i].unpacked)
            continue;
        int64_t missing = archives[i]->packed - states[i].packed;
        used += (missing > 0 ? missing : 0) + archives[i]->unpacked;
        most = used > most ? used : most;
        if (drop)
            used -= archives[i]->packed;
    }
    return most;
}
