#ifndef COCO_MODEL_LEAST_H
#define COCO_MODEL_LEAST_H

static inline int least(int a, int b)
{
    return a < b ? a : b;
}

#endif
