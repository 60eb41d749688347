#include "CHTTP.h"
#include <curl/curl.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

bool understudy_http_prepare(void) { return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; }

struct sink {
    uint8_t **bytes;
    size_t *count;
    size_t limit;
    bool *is_too_large;
};

static size_t take(char *data, size_t size, size_t count, void *context)
{
    struct sink *sink = context;
    size_t added = size * count;
    if (added > sink->limit - *sink->count) {
        *sink->is_too_large = true;
        return 0;
    }
    uint8_t *grown = realloc(*sink->bytes, *sink->count + added + 1);
    if (!grown)
        return 0;
    memcpy(grown + *sink->count, data, added);
    *sink->bytes = grown;
    *sink->count += added;
    return added;
}

static int look(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const understudy_http_request *request = context;
    (void)a, (void)b, (void)c, (void)d;
    return request->is_given_up(request->context) ? 1 : 0;
}

static struct curl_slist *list(const char *const *headers)
{
    struct curl_slist *first = NULL;
    for (; *headers; headers++) {
        struct curl_slist *longer = curl_slist_append(first, *headers);
        if (!longer) {
            curl_slist_free_all(first);
            return NULL;
        }
        first = longer;
    }
    return first;
}

static void set_up(CURL *curl, const understudy_http_request *request, struct sink *body, struct sink *headers, struct curl_slist *lines, char *error)
{
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    if (request->body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_count);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    }
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request->timeout_milliseconds);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    /* The hook named the host; neither the environment nor a .netrc has a say. */
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, headers);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, request);
    if (request->authorities)
        curl_easy_setopt(curl, CURLOPT_CAINFO, request->authorities);
    if (request->certificate)
        curl_easy_setopt(curl, CURLOPT_SSLCERT, request->certificate);
}

static bool transfer(CURL *curl, struct curl_slist *lines, const understudy_http_request *request, understudy_http_response *response)
{
    char words[CURL_ERROR_SIZE] = "";
    char *redirect = NULL;
    struct sink body = {&response->body, &response->body_count, request->limit, &response->is_too_large};
    struct sink headers = {&response->headers, &response->headers_count, request->limit, &response->is_too_large};
    set_up(curl, request, &body, &headers, lines, words);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK) {
        snprintf(response->error, sizeof response->error, "%s", words[0] ? words : curl_easy_strerror(code));
        return false;
    }
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &response->status);
    if (curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &redirect) == CURLE_OK && redirect)
        response->redirect = strdup(redirect);
    return true;
}

bool understudy_http_perform(const understudy_http_request *request, understudy_http_response *response)
{
    memset(response, 0, sizeof *response);
    CURL *curl = curl_easy_init();
    struct curl_slist *lines = list(request->headers);
    bool is_done = false;
    if (curl && (lines || !*request->headers))
        is_done = transfer(curl, lines, request, response);
    else
        snprintf(response->error, sizeof response->error, "out of memory");
    curl_slist_free_all(lines);
    curl_easy_cleanup(curl);
    return is_done;
}

void understudy_http_free(understudy_http_response *response)
{
    free(response->body);
    free(response->headers);
    free(response->redirect);
}

bool understudy_http_origin(const char *url, char *origin, size_t size)
{
    CURLU *parts = curl_url();
    char *scheme = NULL, *host = NULL, *port = NULL;
    bool is_known = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK
                 && curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK
                 && curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK
                 && curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK
                 && (strcmp(scheme, "http") == 0 || strcmp(scheme, "https") == 0);
    is_known = is_known && (size_t)snprintf(origin, size, "%s\n%s\n%s", scheme, host, port) < size;
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return is_known;
}
