/* One HTTP request by libcurl, whose own functions take any number of arguments, which Swift cannot call.
 *
 * Redirects are not followed: the caller decides. Blocking: for a thread of its own. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *method;
    const char *url;
    /* "Name: value", NULL at the end. */
    const char *const *headers;
    /* NULL: none. */
    const uint8_t *body;
    size_t body_count;
    long timeout_milliseconds;
    /* Of the answer's body and of its headers; longer ones end the request. */
    size_t limit;
    /* Files; NULL for the system's authorities, and for no certificate. */
    const char *authorities;
    const char *certificate;
    /* Asked about once in a while: true gives the request up. */
    bool (*is_given_up)(void *context);
    void *context;
} understudy_http_request;

typedef struct {
    long status;
    uint8_t *body;
    size_t body_count;
    /* As they came, a line each. */
    uint8_t *headers;
    size_t headers_count;
    /* Where the answer points to, made absolute; NULL when nowhere. */
    char *redirect;
    bool is_too_large;
    /* What went wrong, when the function returned false. */
    char error[256];
} understudy_http_response;

/* Once, before the first request and before threads begin; false when there is no memory. */
bool understudy_http_prepare(void);

/* false: there is no whole answer, `error` says why. Free the response in either case. */
bool understudy_http_perform(const understudy_http_request *request, understudy_http_response *response);
void understudy_http_free(understudy_http_response *response);

/* "scheme\nhost\nport" of an address, as the request will take it; false where it is none, or not http or https. */
bool understudy_http_origin(const char *url, char *origin, size_t size);
