/* Numbers on the command lines of the tools. */
#ifndef COCO_TESTS_SUPPORT_NUMBER_H
#define COCO_TESTS_SUPPORT_NUMBER_H

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/* A whole number in decimal digits, and nothing else; -1: the text is not one, or it is above INT_MAX. */
static inline int whole_number(const char *text)
{
    char *end;
    errno = 0;
    long n = isdigit((unsigned char)*text) ? strtol(text, &end, 10) : -1;
    return n < 0 || errno || *end || n > INT_MAX ? -1 : (int)n;
}

#endif
