/* PAM, found when it is needed: a machine without the library runs the same binary without the method. */
#pragma once
#include <stddef.h>

typedef enum { UNDERSTUDY_PAM_RIGHT, UNDERSTUDY_PAM_WRONG, UNDERSTUDY_PAM_IMPOSSIBLE } understudy_pam_verdict;

/* Whether the library is there: 1 or 0. */
int understudy_pam_is_available(void);

/* Asks PAM whether this is the user's password and whether the account may be used. Blocks for as long as the service's
   modules do. `host` may be NULL; `folder` is where the service is described, NULL for the system's. `reason` gets words
   about a verdict that is not RIGHT, never the password. */
understudy_pam_verdict understudy_pam_judge(const char *service, const char *user, const char *password, const char *host,
                                            const char *folder, char *reason, size_t size);
