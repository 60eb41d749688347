/* The few entry points of Linux-PAM that a login needs, bound at run time.
   Source: pam(3), pam_conv(3), pam_start(3); the numbers and layouts are its ABI, which has one version (libpam.so.0). */
#include "CPAM.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, BUF_ERR = 5, AUTHINFO_UNAVAIL = 9, CONV_ERR = 19 };
enum { PROMPT_ECHO_OFF = 1, PROMPT_ECHO_ON = 2, ERROR_MSG = 3, TEXT_INFO = 4 };
enum { ITEM_RHOST = 4 };
enum { DISALLOW_NULL_AUTHTOK = 1 };
/* More messages at once than any module sends (PAM_MAX_NUM_MSG). */
enum { MOST_MESSAGES = 32 };

struct message { int style; const char *text; };
struct response { char *text; int unused; };
struct conversation { int (*talk)(int, const struct message **, struct response **, void *); void *data; };
typedef struct handle handle;

static struct {
    int (*start)(const char *, const char *, const struct conversation *, handle **);
    int (*start_in)(const char *, const char *, const struct conversation *, const char *, handle **);
    int (*set_item)(handle *, int, const void *);
    int (*authenticate)(handle *, int);
    int (*account)(handle *, int);
    int (*end)(handle *, int);
    const char *(*words)(handle *, int);
} pam;
static int is_bound;

static int bind(void *library, const char *name, void *entry) {
    void *found = dlsym(library, name);
    memcpy(entry, &found, sizeof found);
    return found != NULL;
}

static void load(void) {
    void *library = dlopen("libpam.so.0", RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL) return;
    /* Since Linux-PAM 1.4; without it the system's folder is the only one. */
    bind(library, "pam_start_confdir", &pam.start_in);
    is_bound = bind(library, "pam_start", &pam.start) && bind(library, "pam_set_item", &pam.set_item) && bind(library, "pam_authenticate", &pam.authenticate)
        && bind(library, "pam_acct_mgmt", &pam.account) && bind(library, "pam_end", &pam.end) && bind(library, "pam_strerror", &pam.words);
}

int understudy_pam_is_available(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_bound;
}

static void discard(struct response *answers, int count) {
    for (int index = 0; index < count; index++) {
        if (answers[index].text == NULL) continue;
        explicit_bzero(answers[index].text, strlen(answers[index].text));
        free(answers[index].text);
    }
    free(answers);
}

/* Answers a question that is not to be seen with the password. There is nobody who could answer another. */
static int talk(int count, const struct message **messages, struct response **responses, void *data) {
    if (count <= 0 || count > MOST_MESSAGES) return CONV_ERR;
    struct response *answers = calloc((size_t) count, sizeof *answers);
    if (answers == NULL) return BUF_ERR;
    for (int index = 0; index < count; index++) {
        int style = messages[index]->style;
        if (style == ERROR_MSG || style == TEXT_INFO) continue;
        if (style == PROMPT_ECHO_OFF) answers[index].text = strdup(data);
        if (answers[index].text == NULL) {
            discard(answers, count);
            return style == PROMPT_ECHO_OFF ? BUF_ERR : CONV_ERR;
        }
    }
    *responses = answers;
    return SUCCESS;
}

static understudy_pam_verdict verdict(int status) {
    if (status == SUCCESS) return UNDERSTUDY_PAM_RIGHT;
    /* Whatever else is a no: pam_exec says "system error" for its script's. */
    return status == BUF_ERR || status == AUTHINFO_UNAVAIL || status == CONV_ERR ? UNDERSTUDY_PAM_IMPOSSIBLE : UNDERSTUDY_PAM_WRONG;
}

understudy_pam_verdict understudy_pam_judge(const char *service, const char *user, const char *password, const char *host,
                                            const char *folder, char *reason, size_t size) {
    if (!understudy_pam_is_available() || (folder != NULL && pam.start_in == NULL)) {
        snprintf(reason, size, "the library libpam.so.0 is not there, or too old");
        return UNDERSTUDY_PAM_IMPOSSIBLE;
    }
    /* PAM does not change it; its type has no const. */
    struct conversation conversation = {talk, (void *) password};
    handle *session = NULL;
    int status = folder == NULL ? pam.start(service, user, &conversation, &session) : pam.start_in(service, user, &conversation, folder, &session);
    if (status != SUCCESS) {
        snprintf(reason, size, "pam_start: status %d", status);
        return UNDERSTUDY_PAM_IMPOSSIBLE;
    }
    const char *step = "pam_set_item";
    if (host != NULL) status = pam.set_item(session, ITEM_RHOST, host);
    if (status == SUCCESS) {
        step = "pam_authenticate";
        status = pam.authenticate(session, DISALLOW_NULL_AUTHTOK);
    }
    if (status == SUCCESS) {
        step = "pam_acct_mgmt";
        status = pam.account(session, 0);
    }
    if (status != SUCCESS) snprintf(reason, size, "%s: %s", step, pam.words(session, status));
    pam.end(session, status);
    return verdict(status);
}
