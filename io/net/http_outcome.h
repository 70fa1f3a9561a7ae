/* What the end of a try means: for io/net/http_try.c alone. */
#ifndef COCO_IO_NET_HTTP_OUTCOME_H
#define COCO_IO_NET_HTTP_OUTCOME_H

#include "io/net/http_try.h"

#include <stdbool.h>

/* Whether the failure may pass, by libcurl's code and, if that is CURLE_OK, the HTTP status. */
bool outcome_is_temporary(int curl_code, long code);

/* The outcome if there is no other try; puts it into words in t->reason and t->error. Reads the transfer's cut, code,
 * and what libcurl has written to error; sets `answered` if the server's status is the answer. */
HttpOutcome outcome_of_try(Transfer *t, int curl_code);

#endif
