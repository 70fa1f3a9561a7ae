/* Where the program of METEOR is. Main thread. */
#ifndef COCO_PIPELINE_EVAL_METEOR_JAR_H
#define COCO_PIPELINE_EVAL_METEOR_JAR_H

#include "io/base/err.h"

/* The path of meteor-1.5.jar: `given`; or if that is NULL $COCO_METEOR_JAR; or that of pip's package pycocoevalcap,
 * in the directories of $PYTHONPATH, in those of the Pythons beside the directories of $PATH (PREFIX/bin has packages
 * in PREFIX/lib/python3*), or in the user's own. The caller frees. NULL: it is not there. */
char *meteor_jar_find(const char *given, Err *err);

#endif
