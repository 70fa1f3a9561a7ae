/* Files: reading them whole, paths, and output files that appear complete or not at all.
 *
 * Every function is safe from any thread on objects of its own. */
#ifndef COCO_IO_FILE_FILE_H
#define COCO_IO_FILE_FILE_H

#include "io/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* --- a file that appears complete or not at all ---
 * Begin gives a temporary path beside the target; the caller writes and closes that file; commit syncs it to disk and
 * renames it to the target. Until then the target is untouched: a crash leaves the old file, and beside it the
 * temporary one, until the next begin (io/file/scratch.h). Symbolic links are followed, so that what they lead to is
 * replaced, or made, and the links stay; the temporary file is beside that. A target that exists and is not a regular
 * file (a device, a pipe), or has no name of its own (/dev/stdout may lead to a file that was removed), is written in
 * place. */
typedef struct {
    char *target; /* where the file will be */
    char *path;   /* where to write it */
    int in_place;
    int lock; /* a descriptor of the temporary file, or -1; undefined without a path */
} OutFile;

int outfile_begin(OutFile *out, const char *target, Err *err);
/* Both end the file and free what begin allocated. A commit that fails has aborted. */
int outfile_commit(OutFile *out, Err *err);
void outfile_abort(OutFile *out); /* removes the temporary file; safe on a zero-initialized or ended OutFile */

/* All of it around a function that writes the stream. If that returns 0, the target appears; if it returns anything
 * else, the target stays as it was and the value is returned (for -1, the target's name is put before the error). A
 * target of "-" is standard output; *reader_gone: its reader has closed the pipe. */
typedef int (*WriteFn)(void *ctx, FILE *out, Err *err);
int file_write(const char *target, WriteFn write, void *ctx, bool *reader_gone, Err *err);

/* Writes bytes into a file, in place: for one that is not complete yet. */
int file_put(const char *path, const void *bytes, size_t len, Err *err);

/* --- reading --- */

/* A whole file, with a NUL after it that *len does not count. Fails above `max` bytes. The caller frees. */
char *file_read(const char *path, size_t max, size_t *len, Err *err);

/* --- paths --- */

/* "dir/name" in a new string; name alone if it is absolute or dir is NULL. NULL: out of memory. */
char *path_join(const char *dir, const char *name);
/* Makes the directory and its parents. */
int file_mkdirs(const char *path, Err *err);
/* 1: something is at the path. 0: nothing is (ENOENT, ENOTDIR; errno tells which). -1: nobody knows, as the path
 * cannot be looked at, or it is a link that leads nowhere: neither is absence, which callers take for "leave it
 * out". */
int file_exists(const char *path, Err *err);
/* Removes the slashes at its end, but not the only one of "/". */
void path_trim(char *path);
/* Where the path leads once the symbolic links that its last name stands for have been followed, whether or not
 * anything is there. The caller frees; NULL with errno, ELOOP if they lead in a circle. */
char *path_follow(const char *path);
/* The absolute path of something that need not exist, though its parent must. The caller frees; NULL with errno. */
char *path_absolute(const char *path);
/* The path as it is called from the directory that holds `file`; links are resolved in both, and the parents of both
 * must exist. The caller frees; NULL with errno. */
char *path_from(const char *file, const char *path);
/* Whether both paths lead to one place, also through links, whether or not anything is there; 0 if unknown. */
int path_same(const char *a, const char *b);
/* Whether the path is absolute, or contains "..": not to be followed if it comes from data. */
int path_escapes(const char *path);

#endif
