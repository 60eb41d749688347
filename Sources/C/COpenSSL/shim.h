/* OpenSSL, and by name what it has only as macros, which Swift cannot see. */
#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* No compression, no renegotiation, no session that outlives its connection; an end without close_notify is an end. */
static inline void understudy_ssl_harden(SSL_CTX *context)
{
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET
                                     | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 0);
}

/* Buffers only while they hold something; one read for header and body of a record; writes that may be cut and moved. */
static inline void understudy_ssl_economise(SSL_CTX *context)
{
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
}

static inline void understudy_ssl_prefer_own_ciphers(SSL_CTX *context) { SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE); }
static inline int understudy_ssl_set_least_version(SSL_CTX *context, int version) { return SSL_CTX_set_min_proto_version(context, version); }
static inline int understudy_ssl_set_groups(SSL_CTX *context, const char *names) { return (int)SSL_CTX_set1_groups_list(context, names); }
static inline void understudy_ssl_use_own_dh(SSL_CTX *context) { SSL_CTX_set_dh_auto(context, 1); }
static inline int understudy_ssl_name_host(SSL *ssl, const char *host) { return (int)SSL_set_tlsext_host_name(ssl, host); }

static inline void understudy_bio_retry_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void understudy_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }

/* As on the wire: a length, then the name. */
static const unsigned char understudy_alpn[] = "\x0apostgresql";
enum { understudy_alpn_size = sizeof understudy_alpn - 1 };

/* For SSL_CTX_set_alpn_select_cb: PostgreSQL's protocol, or the end of the handshake. */
static inline int understudy_alpn_select(SSL *ssl, const unsigned char **chosen, unsigned char *size, const unsigned char *offered,
                                         unsigned int offered_size, void *unused)
{
    (void)ssl;
    (void)unused;
    int found = SSL_select_next_proto((unsigned char **)chosen, size, understudy_alpn, understudy_alpn_size, offered, offered_size);
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}
