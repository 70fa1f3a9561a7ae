#include "cmd/net_options.h"

#include <string.h>

/* Each writes its rows to `options` and returns their number. */

static int add_times(HttpOptions *http, CliOption *options)
{
    const CliOption rows[] = {{.name = "timeout",
                               .kind = CLI_REAL,
                               .value = &http->total_s,
                               .arg = "S",
                               .help = "seconds for one whole try; 0: no limit",
                               .min = 0,
                               .max = 86400},
                              {.name = "connect-timeout",
                               .kind = CLI_REAL,
                               .value = &http->connect_s,
                               .arg = "S",
                               .help = "seconds to connect",
                               .min = 0.1,
                               .max = 86400},
                              {.name = "stall-timeout",
                               .kind = CLI_REAL,
                               .value = &http->stall_s,
                               .arg = "S",
                               .help = "give up a try that receives nothing for this many seconds",
                               .min = 1,
                               .max = 86400}};
    memcpy(options, rows, sizeof rows);
    return sizeof rows / sizeof *rows;
}

static int add_tries(NetOptions *net, CliOption *options)
{
    const CliOption rows[] = {
        {.name = "retries",
         .kind = CLI_INT,
         .value = &net->retries,
         .arg = "N",
         .help = "retries after 5xx, 429, time-outs and broken connections",
         .min = 0,
         .max = 100},
        {.name = "backoff",
         .kind = CLI_REAL,
         .value = &net->http->backoff_s,
         .arg = "S",
         .help = "seconds before the first retry, doubled for each further one, but at most 30, and shortened at "
                 "random by up to half; a Retry-After of up to 30 s is honoured",
         .min = 0,
         .max = 3600},
        {.name = "max-redirects",
         .kind = CLI_INT,
         .value = &net->redirects,
         .arg = "N",
         .help = "redirects to follow at most; never out of http and https",
         .min = 0,
         .max = 50}};
    memcpy(options, rows, sizeof rows);
    return sizeof rows / sizeof *rows;
}

static int add_size(NetOptions *net, CliOption *options)
{
    const CliOption rows[] = {{.name = "max-bytes",
                               .kind = CLI_INT,
                               .value = &net->max_bytes,
                               .arg = "N",
                               .help = "give up downloads that are larger than this",
                               .min = 1,
                               .max = 1e15}};
    memcpy(options, rows, sizeof rows);
    return sizeof rows / sizeof *rows;
}

static int add_hosts(NetOptions *net, CliOption *options)
{
    const CliOption rows[] = {{.name = "per-host",
                               .kind = CLI_INT,
                               .value = &net->per_host,
                               .arg = "N",
                               .help = "downloads at once from one server; 0: only --parallel limits them",
                               .min = 0,
                               .max = 1024},
                              {.name = "rate",
                               .kind = CLI_TEXT,
                               .value = &net->rate,
                               .arg = "N/s",
                               .help = "at most N requests per second to one server (or N/m, N/h)"}};
    memcpy(options, rows, sizeof rows);
    return sizeof rows / sizeof *rows;
}

static int add_public_only(HttpOptions *http, CliOption *options)
{
    const CliOption rows[] = {
        {.name = "public-only",
         .kind = CLI_FLAG,
         .value = &http->public_only,
         .help = "never connect to private, loopback or link-local addresses, whatever names or redirects lead "
                 "there; for untrusted URLs; turns proxies off"}};
    memcpy(options, rows, sizeof rows);
    return sizeof rows / sizeof *rows;
}

static int add_trust(HttpOptions *http, CliOption *options)
{
    const CliOption rows[] = {
        {.name = "cacert",
         .kind = CLI_TEXT,
         .value = &http->cacert,
         .arg = "FILE",
         .help = "trust the certificates in this file (PEM) instead of the system's"},
        {.name = "insecure",
         .kind = CLI_FLAG,
         .value = &http->insecure,
         .help = "do not check certificates: anyone on the network path can impersonate the server"}};
    memcpy(options, rows, sizeof rows);
    return sizeof rows / sizeof *rows;
}

int net_options(NetOptions *net, HttpOptions *http, int which, CliOption options[NET_MAX])
{
    int n = 0;
    *net = (NetOptions){.http = http,
                        .retries = http->retries,
                        .redirects = http->redirects,
                        .max_bytes = http->max_bytes,
                        .per_host = http->per_host};
    if (which & NET_TIMES)
        n += add_times(http, options + n);
    if (which & NET_TRIES)
        n += add_tries(net, options + n);
    if (which & NET_SIZE)
        n += add_size(net, options + n);
    if (which & NET_HOSTS)
        n += add_hosts(net, options + n);
    if (which & NET_PUBLIC)
        n += add_public_only(http, options + n);
    return n + add_trust(http, options + n);
}

/* "5", "5/s", "300/m", "1000/h"; returns tries per second. */
static double read_rate(const char *text)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"/s", 1}, {"/m", 60}, {"/h", 3600}};
    char number[32];
    double n, seconds = 1;
    size_t len = strcspn(text, "/");
    for (size_t i = 0; text[len] && i < 3; i++)
        if (!strcmp(text + len, units[i].unit))
            seconds = units[i].seconds;
    bool known = !text[len] || seconds > 1 || !strcmp(text + len, "/s");
    snprintf(number, sizeof number, "%.*s", len < sizeof number ? (int)len : 0, text);
    if (!known || !cli_read_real(number, 1e-3, 1e6, &n))
        cli_usage_error("--rate: '%s': expected a rate from 0.001 to 1000000, such as 5/s, 300/m or 1000/h", text);
    return n / seconds;
}

void net_apply(const NetOptions *net)
{
    net->http->retries = (int)net->retries;
    net->http->redirects = (int)net->redirects;
    net->http->max_bytes = net->max_bytes;
    net->http->per_host = (int)net->per_host;
    if (net->rate)
        net->http->rate = read_rate(net->rate);
    if (net->http->insecure)
        cli_error("--insecure: server certificates are not checked");
}
