#include "daemon/net/transfer.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static bool is_token(struct slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char character = (unsigned char)text.at[i];
        if (character <= ' ' || character >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", character))
            return false;
    }
    return text.size > 0;
}

static bool is_value(struct slice text, unsigned char least)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char character = (unsigned char)text.at[i];
        if ((character < least && character != '\t') || character == 0x7f)
            return false;
    }
    return true;
}

static bool can_carry(const struct message *message)
{
    if (!is_token(message->method) || message->header_count > MESSAGE_HEADERS ||
        !slice_starts(message->target, SLICE("/")) || !is_value(message->target, '!') ||
        memchr(message->target.at, '#', message->target.size) != NULL)
        return false;
    for (size_t i = 0; i < message->header_count; i++) {
        if (!is_token(message->headers[i].name) || !is_value(message->headers[i].value, ' '))
            return false;
    }
    return true;
}

static bool add_line(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer != NULL)
        *list = longer;
    return longer != NULL;
}

/* libcurl's own additions are taken out: the definition says everything that is sent. */
static bool add_headers(struct transfer *transfer, const struct message *message)
{
    bool typed = false;
    bool good = add_line(&transfer->headers, "Expect:");
    for (size_t i = 0; i < message->header_count && good; i++) {
        struct slice name = message->headers[i].name, value = message->headers[i].value;
        struct buffer line = {0};
        buffer_init(&line, 64 * 1024);
        buffer_append(&line, name);
        buffer_text(&line, value.size == 0 ? ";" : ": ");
        buffer_append(&line, value);
        good = line.status == STATUS_OK && add_line(&transfer->headers, line.at);
        buffer_free(&line);
        typed = typed || (name.size == 12 && strncasecmp(name.at, "Content-Type", 12) == 0);
    }
    return good && (typed || add_line(&transfer->headers, "Content-Type:"));
}

static char *put(char **at, struct slice text)
{
    char *piece = *at;
    if (text.size > 0)
        memcpy(piece, text.at, text.size);
    piece[text.size] = '\0';
    *at += text.size + 1;
    return piece;
}

static bool copy_message(struct transfer *transfer, const struct message *message)
{
    char *at = malloc(message->method.size + message->target.size + message->body.size + 3);
    if (at == NULL)
        return false;
    transfer->method = put(&at, message->method);
    transfer->target = put(&at, message->target);
    transfer->message = put(&at, message->body);
    transfer->message_size = message->body.size;
    return true;
}

enum status transfer_new(const struct message *message, size_t largest_body, struct transfer **ret)
{
    if (!can_carry(message))
        return STATUS_INVALID;
    struct transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL)
        return STATUS_NO_MEMORY;
    buffer_init(&transfer->body, largest_body);
    if (!copy_message(transfer, message) || !add_headers(transfer, message)) {
        transfer_free(transfer);
        return STATUS_NO_MEMORY;
    }
    *ret = transfer;
    return STATUS_OK;
}

void transfer_free(struct transfer *transfer)
{
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->addresses);
    buffer_free(&transfer->body);
    free(transfer->method);
    free(transfer);
}

static void see_certificate(struct transfer *transfer)
{
    struct curl_tlssessioninfo *session = NULL;
    if (curl_easy_getinfo(transfer->easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK ||
        session == NULL || session->backend != CURLSSLBACKEND_OPENSSL || session->internals == NULL)
        return;
    X509 *certificate = SSL_get0_peer_certificate(session->internals);
    struct tm ends;
    if (certificate != NULL && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &ends) == 1)
        transfer->certificate_expires = timegm(&ends);
}

/* Called when a connection stands, before each time the message goes out. libcurl sends a message
 * again by itself when a reused connection died without an answer, which may do a write twice and
 * repeats a nonce: the second time is refused. */
/* NOLINTNEXTLINE(readability-non-const-parameter): curl's type */
static int before_sending(void *context, char *remote, char *local, int remote_port, int local_port)
{
    (void)remote, (void)local, (void)remote_port, (void)local_port;
    struct transfer *transfer = context;
    if (transfer->sent) {
        transfer->again = true;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->sent = true;
    see_certificate(transfer);
    return CURL_PREREQFUNC_OK;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): curl's type */
static size_t take_body(char *at, size_t one, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t size = one * count;
    buffer_append(&transfer->body, (struct slice){at, size});
    if (transfer->body.status == STATUS_OK)
        return size;
    transfer->too_large = true;
    return 0;
}

static bool header_is(struct slice *line, const char *name)
{
    size_t size = strlen(name);
    if (line->size <= size || line->at[size] != ':' || strncasecmp(line->at, name, size) != 0)
        return false;
    *line = slice_trim((struct slice){line->at + size + 1, line->size - size - 1});
    return true;
}

static void keep(char text[TRANSFER_HEADER_BYTES], struct slice value)
{
    if (value.size >= TRANSFER_HEADER_BYTES)
        value.size = 0;
    memcpy(text, value.at, value.size);
    text[value.size] = '\0';
}

static void begin_reply(struct transfer *transfer)
{
    transfer->arrived_ns = uv_hrtime();
    transfer->content_type[0] = transfer->retry_after[0] = '\0';
    transfer->date[0] = transfer->etag[0] = '\0';
}

/* NOLINTNEXTLINE(readability-non-const-parameter): curl's type */
static size_t take_header(char *at, size_t one, size_t count, void *context)
{
    struct transfer *transfer = context;
    struct slice line = {at, one * count};
    int64_t length;
    if (slice_starts(line, SLICE("HTTP/")))
        begin_reply(transfer);
    else if (header_is(&line, "Content-Type"))
        keep(transfer->content_type, line);
    else if (header_is(&line, "Retry-After"))
        keep(transfer->retry_after, line);
    else if (header_is(&line, "Date"))
        keep(transfer->date, line);
    else if (header_is(&line, "ETag"))
        keep(transfer->etag, line);
    else if (header_is(&line, "Content-Length") && slice_integer(line, &length) && length >= 0 &&
             (uint64_t)length > transfer->body.limit) {
        transfer->too_large = true;
        return 0;
    }
    return one * count;
}

struct setting_long {
    CURLoption option;
    long value;
};

static CURLcode set_longs(CURL *easy, const struct http_options *options)
{
    const struct setting_long table[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_QUICK_EXIT, 1},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_SSL_VERIFYPEER, 1},
        {CURLOPT_SSL_VERIFYHOST, 2},
        {CURLOPT_SSLVERSION,
         options->tls_minimum == 13 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_TCP_KEEPALIVE, 1},
        /* A firewall forgets an idle connection without a word. */
        {CURLOPT_MAXAGE_CONN, 45},
        {CURLOPT_CONNECTTIMEOUT_MS, (long)options->connect_timeout_ms},
        {CURLOPT_TIMEOUT_MS, (long)options->timeout_ms},
        {CURLOPT_LOW_SPEED_LIMIT, (long)options->low_speed_bytes},
        {CURLOPT_LOW_SPEED_TIME, (long)((options->low_speed_ms + 999) / 1000)},
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < sizeof table / sizeof *table && code == CURLE_OK; i++)
        code = curl_easy_setopt(easy, table[i].option, table[i].value);
    return code;
}

struct setting_text {
    CURLoption option;
    const char *value;
    bool even_empty;
};

static CURLcode set_texts(CURL *easy, const struct transfer *transfer,
                          const struct http_options *options)
{
    const struct setting_text table[] = {
        {CURLOPT_URL, options->url, true},
        {CURLOPT_REQUEST_TARGET, transfer->target, true},
        {CURLOPT_PROXY, "", true}, /* else taken from the environment */
        {CURLOPT_PROTOCOLS_STR, options->plaintext ? "https,http" : "https", true},
        {CURLOPT_CAINFO, options->ca_file, false},
        {CURLOPT_SSLCERT, options->client_certificate, false},
        {CURLOPT_SSLKEY, options->client_key, false},
        {CURLOPT_PINNEDPUBLICKEY, options->pinned_key, false},
    };
    CURLcode code = CURLE_OK;
    for (size_t i = 0; i < sizeof table / sizeof *table && code == CURLE_OK; i++) {
        if (table[i].even_empty || table[i].value[0] != '\0')
            code = curl_easy_setopt(easy, table[i].option, table[i].value);
    }
    /* With a CA of one's own, the system's folder would be trusted beside it. */
    if (code == CURLE_OK && options->ca_file[0] != '\0')
        code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    return code;
}

static CURLcode set_method(CURL *easy, const struct transfer *transfer)
{
    const char *method = transfer->method;
    bool bodily = strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
                  strcmp(method, "PATCH") == 0 || transfer->message_size > 0;
    if (strcmp(method, "HEAD") == 0)
        return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    CURLcode code = CURLE_OK;
    if (bodily) {
        code = curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->message);
        if (code == CURLE_OK)
            code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                    (curl_off_t)transfer->message_size);
    }
    if (code == CURLE_OK && strcmp(method, bodily ? "POST" : "GET") != 0)
        code = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
    return code;
}

static CURLcode set_callbacks(CURL *easy, struct transfer *transfer, CURLSH *share)
{
    CURLcode codes[] = {
        curl_easy_setopt(easy, CURLOPT_SHARE, share),
        curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer),
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers),
        curl_easy_setopt(easy, CURLOPT_RESOLVE, transfer->addresses),
        curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending),
        curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer),
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body),
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer),
        curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header),
        curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer),
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i] != CURLE_OK)
            return codes[i];
    }
    return CURLE_OK;
}

enum status transfer_begin(struct transfer *transfer, CURL *easy,
                           const struct http_options *options, CURLSH *share, const char *addresses)
{
    curl_easy_reset(easy);
    transfer->easy = easy;
    transfer->began_ns = uv_hrtime();
    if (addresses != NULL && !add_line(&transfer->addresses, addresses))
        return STATUS_NO_MEMORY;
    CURLcode code = set_longs(easy, options);
    if (code == CURLE_OK)
        code = set_texts(easy, transfer, options);
    if (code == CURLE_OK)
        code = set_method(easy, transfer);
    if (code == CURLE_OK)
        code = set_callbacks(easy, transfer, share);
    return code == CURLE_OK              ? STATUS_OK
           : code == CURLE_OUT_OF_MEMORY ? STATUS_NO_MEMORY
                                         : STATUS_UNSUPPORTED;
}

/* By the machine's clock as it shows now, whatever it showed then. */
static int64_t arrived_ms(const struct transfer *transfer)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    int64_t since_ms = (int64_t)((uv_hrtime() - transfer->arrived_ns) / 1000000);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - since_ms;
}

static const char *failure_text(const struct transfer *transfer, CURLcode code)
{
    long verified = 0;
    if (transfer->too_large)
        return "the answer is larger than allowed";
    if (transfer->again)
        return "the connection was closed without an answer";
    if (code != CURLE_PEER_FAILED_VERIFICATION)
        return curl_easy_strerror(code);
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_SSL_VERIFYRESULT, &verified);
    /* The chain is good, or nobody looked at it. */
    return verified != X509_V_OK && verified != X509_V_ERR_UNSPECIFIED
               ? X509_verify_cert_error_string(verified)
               : "the certificate is for another name";
}

void transfer_cut(const struct transfer *transfer, struct reply *ret)
{
    *ret = (struct reply){.end = transfer->sent ? REPLY_UNKNOWN : REPLY_NOT_SENT};
    if (transfer->began_ns != 0)
        ret->took_ms = (int64_t)((uv_hrtime() - transfer->began_ns) / 1000000);
}

void transfer_end(struct transfer *transfer, CURLcode code, struct reply *ret,
                  const char **ret_failure)
{
    long status = 0;
    transfer_cut(transfer, ret);
    *ret_failure = code == CURLE_OK ? "" : failure_text(transfer, code);
    if (transfer->too_large)
        ret->end = REPLY_TOO_LARGE;
    else if (code == CURLE_OK)
        ret->end = REPLY_COMPLETE;
    else
        return;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    ret->status = (int)status;
    ret->arrived_ms = arrived_ms(transfer);
    ret->content_type = slice_of(transfer->content_type);
    ret->retry_after = slice_of(transfer->retry_after);
    ret->date = slice_of(transfer->date);
    ret->etag = slice_of(transfer->etag);
    if (ret->end == REPLY_COMPLETE)
        ret->body =
            (struct slice){transfer->body.at == NULL ? "" : transfer->body.at, transfer->body.size};
}
