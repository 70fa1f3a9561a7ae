/* What the end of a try means: for io/net/http_try.c alone. */
#ifndef COCO_IO_NET_HTTP_OUTCOME_H
#define COCO_IO_NET_HTTP_OUTCOME_H

#include "io/net/http_try.h"

#include <stdbool.h>

/* Whether asking again soon may help, after libcurl's code and, where that is CURLE_OK, the HTTP status. */
bool judge_worth_another(int curl_code, long code);

/* The outcome if there is no other try, with t->reason and t->error in words. Of the transfer it needs cut, code, and
 * what libcurl has left in error; it sets answered where the server's status is the answer. */
HttpOutcome judge_end(Transfer *t, int curl_code);

#endif
