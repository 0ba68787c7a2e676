#include "daemon/net/endpoint.h"

#include "daemon/net/resolve.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXTS_MOST = 256 * 1024 };

static const char *copy_text(struct endpoint *endpoint, const char *text)
{
    return arena_copy(&endpoint->texts, slice_of(text == NULL ? "" : text)).at;
}

static int64_t or_default(int64_t value, int64_t standard)
{
    return value > 0 ? value : standard;
}

static enum status copy_options(struct endpoint *endpoint, const struct http_options *given)
{
    struct http_options *options = &endpoint->options;
    *options = *given;
    options->url = copy_text(endpoint, given->url);
    options->key = copy_text(endpoint, given->key);
    options->ca_file = copy_text(endpoint, given->ca_file);
    options->client_certificate = copy_text(endpoint, given->client_certificate);
    options->client_key = copy_text(endpoint, given->client_key);
    options->pinned_key = copy_text(endpoint, given->pinned_key);
    options->parallel = (unsigned)or_default(given->parallel, 4);
    options->parallel =
        options->parallel < ENDPOINT_PARALLEL_MOST ? options->parallel : ENDPOINT_PARALLEL_MOST;
    options->connect_timeout_ms = or_default(given->connect_timeout_ms, 10000);
    options->timeout_ms = or_default(given->timeout_ms, 60000);
    options->low_speed_bytes = or_default(given->low_speed_bytes, 10);
    options->low_speed_ms = or_default(given->low_speed_ms, 20000);
    if (options->largest_body == 0)
        options->largest_body = (size_t)64 * 1024 * 1024;
    bool whole = options->url && options->key && options->ca_file && options->client_certificate &&
                 options->client_key && options->pinned_key;
    return whole ? STATUS_OK : STATUS_NO_MEMORY;
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK)
        return false;
    bool some = text[0] != '\0' && !(part == CURLUPART_PATH && strcmp(text, "/") == 0);
    curl_free(text);
    return some;
}

/* Takes host and port; false: not such an address. */
static bool take_address(struct endpoint *endpoint, CURLU *url)
{
    static const CURLUPart forbidden[] = {CURLUPART_USER,  CURLUPART_PASSWORD, CURLUPART_PATH,
                                          CURLUPART_QUERY, CURLUPART_FRAGMENT, CURLUPART_ZONEID};
    char *scheme = NULL, *port = NULL;
    bool good = curl_url_set(url, CURLUPART_URL, endpoint->options.url, 0) == CURLUE_OK;
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden && good; i++)
        good = !has_part(url, forbidden[i]);
    good = good && curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
           curl_url_get(url, CURLUPART_HOST, &endpoint->host, 0) == CURLUE_OK &&
           curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK;
    good = good && (strcmp(scheme, "https") == 0 ||
                    (endpoint->options.plaintext && strcmp(scheme, "http") == 0));
    if (good)
        endpoint->port = strtol(port, NULL, 10);
    curl_free(scheme);
    curl_free(port);
    return good;
}

static bool is_literal(const char *host)
{
    struct in_addr four;
    return host[0] == '[' || inet_pton(AF_INET, host, &four) == 1;
}

static bool admits_literal(const char *host)
{
    char address[64] = "";
    size_t size = strlen(host);
    if (host[0] != '[')
        return resolve_admits(host);
    if (size < 2 || size - 2 >= sizeof address)
        return false;
    memcpy(address, host + 1, size - 2);
    return resolve_admits(address);
}

static enum status read_address(struct endpoint *endpoint, struct fault *fault)
{
    CURLU *url = curl_url();
    if (url == NULL)
        return STATUS_NO_MEMORY;
    bool good = take_address(endpoint, url);
    curl_url_cleanup(url);
    if (!good)
        return fault_set(fault, STATUS_INVALID, "", 0, endpoint->options.key, endpoint->options.url,
                         endpoint->options.plaintext ? "http(s)://host[:port], nothing behind it"
                                                     : "https://host[:port], nothing behind it");
    endpoint->literal = is_literal(endpoint->host);
    if (endpoint->literal && !admits_literal(endpoint->host))
        return fault_set(fault, STATUS_INVALID, "", 0, endpoint->options.key, endpoint->options.url,
                         "an address that a platform can have: none unspecified, multicast or link-local");
    return STATUS_OK;
}

static enum status check_files(const struct endpoint *endpoint, struct fault *fault)
{
    const char *files[] = {endpoint->options.ca_file, endpoint->options.client_certificate,
                           endpoint->options.client_key};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i][0] != '\0' && access(files[i], R_OK) != 0)
            return fault_set(fault, STATUS_INVALID, "", 0, endpoint->options.key, files[i],
                             "a PEM file that can be read");
    }
    return STATUS_OK;
}

enum status endpoint_read(const struct http_options *options, struct endpoint *ret,
                          struct fault *ret_fault)
{
    *ret = (struct endpoint){0};
    arena_init(&ret->texts, TEXTS_MOST);
    enum status status = copy_options(ret, options);
    if (status == STATUS_OK)
        status = check_files(ret, ret_fault);
    if (status == STATUS_OK)
        status = read_address(ret, ret_fault);
    return status;
}

void endpoint_free(struct endpoint *endpoint)
{
    curl_free(endpoint->host);
    arena_free(&endpoint->texts);
    *endpoint = (struct endpoint){0};
}
