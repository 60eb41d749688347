/* Programs that outlive whoever starts them. */
#pragma once
#include <sys/types.h>

/* Starts arguments[0] (looked up in PATH) in a session of its own with no input, all output appended to the file
   `output` (mode 0600), no inherited descriptors, and all signals at their defaults. 0, or an error number. */
int understudy_spawn(pid_t *pid, char *const arguments[], char *const environment[], const char *output);
