/* Files: whole reads, lines, directories, and files that appear whole or not at all.
 *
 * Every function is safe from any thread on objects of its own. */
#ifndef COCO_IO_FILE_FILE_H
#define COCO_IO_FILE_FILE_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* --- a file that appears whole or not at all ---
 * Begin gives a temporary path beside the target; the caller writes and closes it; commit flushes it
 * to disk and renames it onto the target. Until then the target is untouched: a crash leaves the old
 * file, and beside it what was written, until the next begin (io/file/scratch.h). A symbolic link is followed,
 * so that its target is replaced and the link stays. A target that exists and is no regular file (a
 * device, a pipe) is written in place. */
typedef struct {
    char *target; /* where it shall be */
    char *path;   /* what to write meanwhile; equal text to target when written in place */
    int in_place;
    int lock; /* a descriptor of the temporary file, or -1; of no meaning without a path */
} OutFile;

int outfile_begin(OutFile *out, const char *target, Err *err);
/* Ends the file, one way or the other, and frees what begin allocated. A failed commit has aborted. */
int outfile_commit(OutFile *out, Err *err);
void outfile_abort(OutFile *out); /* removes the temporary file; legal on a zeroed or ended OutFile */

/* All of it around one function that writes the stream: the target appears when it returns 0, and stays as it
 * was when it returns anything else, which is returned (-1 with its line, to which the target's name is
 * added). A target of "-" is standard output; *reader_gone says that its reader has closed the pipe. */
typedef int (*WriteFn)(void *ctx, FILE *out, Err *err);
int file_write(const char *target, WriteFn write, void *ctx, bool *reader_gone, Err *err);

/* --- reading --- */

/* The whole of a file, with a NUL behind it; *len without that NUL. Fails above `max` bytes.
 * The caller frees. */
char *file_read(const char *path, size_t max, size_t *len, Err *err);

/* --- paths --- */

/* "dir/name" in a new string (name alone where it is absolute or dir is NULL). NULL: out of memory. */
char *path_join(const char *dir, const char *name);
/* Makes the directory and its parents. */
int file_mkdirs(const char *path, Err *err);
/* 1 where the path exists (of any kind), else 0. */
int file_exists(const char *path);
/* The absolute path of something that need not be there, below a parent that is. The caller frees; NULL with errno. */
char *path_absolute(const char *path);
/* 1 where both paths lead to one place, whether something is there or not, through links too; 0 where that cannot be
 * told. */
int path_same(const char *a, const char *b);
/* 1 where a relative path climbs out with "..", or is absolute: not to be followed from data. */
int path_escapes(const char *path);

#endif
