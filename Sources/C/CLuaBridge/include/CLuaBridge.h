/* One Lua state in which hook code runs under a budget. Values go in and out as bytes (see codec.h for the form).
 *
 * Nothing here raises: every entry does its Lua work inside a protected call or a coroutine, and a panic ends the
 * process with status 70. Hook code asks for something by yielding; the caller answers with `sandbox_resume`, so no
 * frame of the caller's is ever between two Lua frames. One thread at a time. */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct sandbox sandbox;

typedef struct {
    /* Bytes that Lua may hold at once, and one text of it. */
    size_t memory, string;
    /* How long from now the event may run in all. */
    uint64_t budget_nanoseconds;
    /* CPU time between two requests of the hook, and in all. */
    uint64_t slice_nanoseconds, cpu_nanoseconds;
    /* After one of these: how long until the daemon kills the process. What is to be closed has half of that; a stuck C
     * function makes the process end itself after three quarters. */
    uint64_t grace_nanoseconds;
    /* Lines of log that are written; the rest is dropped. */
    int log_lines;
    /* Where log frames go, blocking: a length of four bytes, little-endian, and the value. A hang-up ends the process;
     * when no more comes from there, the event is cancelled. */
    int channel;
} sandbox_limits;

typedef enum {
    /* The hook asks for something; the output says what. Answer with `sandbox_resume`. */
    SANDBOX_CALL,
    /* The boot chunk returned; the output is its value. */
    SANDBOX_DONE,
    /* It failed; the output is a map with `class`, `message` and, where known, `file`, `line`, `step`. */
    SANDBOX_FAULT,
} sandbox_status;

/* NULL when memory, threads or descriptors ran out. Free with `sandbox_destroy`. */
sandbox *sandbox_create(const sandbox_limits *limits);
/* The bytes that Lua did not give back: 0. */
size_t sandbox_destroy(sandbox *box);

/* `clock` in the request, { at, seed }, is the time in seconds since 1970 and what random numbers begin with.
 * Compiles the boot chunk (text, never bytecode) and runs it with the engine's primitives and the decoded request. */
sandbox_status sandbox_start(sandbox *box, const char *chunk_name, const char *text, size_t text_count,
                             const uint8_t *request, size_t request_count);

/* Answers the call that is waiting: a map with `value`, or with `failed` = { class, message, is_final }; and `at`, the time. */
sandbox_status sandbox_resume(sandbox *box, const uint8_t *answer, size_t answer_count);

/* Answers the call that is waiting: nobody is there to do it any more, the event is over. */
sandbox_status sandbox_cancel(sandbox *box);

/* What the last status speaks of; valid until the next call. */
const uint8_t *sandbox_output(const sandbox *box, size_t *count);

/* Ended the process: Lua panicked; a hook was stuck in C beyond its budget (the fault was sent first). */
#define SANDBOX_EXIT_PANIC 70
#define SANDBOX_EXIT_STUCK 71
