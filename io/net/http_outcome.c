#include "io/net/http_outcome.h"

#include "io/net/url.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>

bool outcome_is_temporary(int curl_code, long code)
{
    switch ((CURLcode)curl_code) {
    case CURLE_OK:
        return code == 408 || code == 425 || code == 429 || code >= 500;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_HTTP3:
    case CURLE_QUIC_CONNECT_ERROR:
        return true;
    default:
        return false;
    }
}

/* libcurl's code in common words. */
static const char *reason_of(CURLcode rc)
{
    switch (rc) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return "host not found";
    case CURLE_COULDNT_CONNECT:
        return "cannot connect";
    case CURLE_OPERATION_TIMEDOUT:
        return "timed out";
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return "connection broken";
    case CURLE_PEER_FAILED_VERIFICATION:
        return "certificate not trusted";
    case CURLE_SSL_CONNECT_ERROR:
        return "TLS failed";
    case CURLE_TOO_MANY_REDIRECTS:
        return "too many redirects";
    case CURLE_UNSUPPORTED_PROTOCOL:
        return "the answer is not HTTP";
    default:
        return curl_easy_strerror(rc);
    }
}

/* No connection came about; after a redirect that says nothing of the server that was asked. */
static bool is_unreachable(const Transfer *t, CURLcode rc)
{
    return !t->code &&
           (rc == CURLE_COULDNT_RESOLVE_HOST || rc == CURLE_COULDNT_RESOLVE_PROXY || rc == CURLE_COULDNT_CONNECT);
}

static int redirected_out(const Transfer *t, CURLcode rc)
{
    return rc == CURLE_UNSUPPORTED_PROTOCOL && t->code >= 300 && t->code < 400;
}

static int has_foreign_host(const char *url)
{
    size_t n, i = 0;
    const char *host = url_host(url, &n);
    while (i < n && (unsigned char)host[i] < 0x80)
        i++;
    return i < n;
}

/* A reason of our own; `error` is a longer line, or NULL. */
static HttpOutcome say(Transfer *t, HttpOutcome outcome, const char *reason, const char *error)
{
    snprintf(t->reason, sizeof t->reason, "%s", reason);
    snprintf(t->error, sizeof t->error, "%s", error ? error : reason);
    return outcome;
}

/* We ended the try ourselves. */
static HttpOutcome outcome_of_cut(Transfer *t)
{
    char line[TRY_ERROR_LEN];
    if (t->cut == UNWANTED)
        return HTTP_REFUSED;
    if (t->cut == NOT_PUBLIC)
        return say(t, HTTP_DEAD, "an address that is not public", NULL);
    if (t->cut == STALLED) {
        snprintf(line, sizeof line, "timed out: nothing received for %g s", t->options->stall_s);
        return say(t, HTTP_FAILED, "timed out", line);
    }
    if (t->cut == HEAD_TOO_LARGE)
        return say(t, HTTP_FAILED, "headers too large", NULL);
    snprintf(line, sizeof line, "larger than %" PRId64 " bytes", t->options->max_bytes);
    return say(t, HTTP_FAILED, "too large", line);
}

HttpOutcome outcome_of_try(Transfer *t, int curl_code)
{
    CURLcode rc = (CURLcode)curl_code;
    char line[32];
    if (t->cut != NOT_CUT)
        return outcome_of_cut(t);
    if (rc == CURLE_OK && t->code >= 200 && t->code < 300)
        return HTTP_DONE;
    if (rc == CURLE_OK) {
        snprintf(line, sizeof line, "HTTP %ld", t->code);
        t->answered = true;
        return say(t, outcome_is_temporary(rc, t->code) ? HTTP_FAILED : HTTP_DEAD, line, NULL);
    }
    if (redirected_out(t, rc))
        return say(t, HTTP_DEAD, "redirected out of http and https", NULL);
    if (rc == CURLE_URL_MALFORMAT && has_foreign_host(t->final_url ? t->final_url : t->url))
        return say(t, HTTP_DEAD, "the host's name cannot be written in ASCII (IDNA)", NULL);
    t->unreachable = is_unreachable(t, rc);
    snprintf(t->reason, sizeof t->reason, "%s", reason_of(rc));
    if (!t->error[0])
        snprintf(t->error, sizeof t->error, "%s", curl_easy_strerror(rc));
    return rc == CURLE_TOO_MANY_REDIRECTS || rc == CURLE_URL_MALFORMAT ? HTTP_DEAD : HTTP_FAILED;
}
