/* Child processes that are given one socket and nothing else, and limits that a process puts on itself. */
#pragma once
#include <stdint.h>
#include <sys/types.h>

typedef struct {
    pid_t pid;
    /* Readable when the child has ended. */
    int process;
    /* Our end of the child's descriptor 0; non-blocking. */
    int channel;
    /* What the child writes to descriptor 2; non-blocking at both ends, so it holds at most a pipe's worth. */
    int errors;
} understudy_child;

/* Starts `path verb` with an empty environment, a session of its own (which the scheduler weighs by itself), default signals, the channel as descriptor 0,
 * /dev/null as 1, and nothing else open. 0, or the error's number. All descriptors are close-on-exec. */
int understudy_start_child(const char *path, const char *verb, understudy_child *child);

/* Reaps the child: 1 and its status as wait() gives it, 0 while it still runs, -1 and errno. Does not block. */
int understudy_reap_child(const understudy_child *child, int *status);

/* Sends SIGKILL; a child that has ended is left alone. */
void understudy_kill_child(const understudy_child *child);

/* 1 when somebody stopped the process (SIGSTOP, a debugger), 0 when not or when it cannot be told. */
int understudy_is_stopped(pid_t pid);

/* For the child itself: no new privileges, no core file, no file writes, few descriptors, and `memory` bytes of
 * address space beyond what it has now. 0, or -1 and errno. */
int understudy_confine(uint64_t memory);

/* From now on, at most so many more seconds of CPU; then SIGXCPU. */
int understudy_limit_cpu(uint64_t seconds);

/* A program with pipes, for its input and output. */
typedef struct {
    pid_t pid;
    /* Readable when it has ended. */
    int process;
    /* Our ends, non-blocking, close-on-exec. */
    int input, output, errors;
} understudy_program;

/* Starts arguments[0] (an absolute path) in a process group of its own, with default signals and nothing open but its pipes.
 * 0, or the error's number. */
int understudy_start_program(char *const arguments[], char *const environment[], understudy_program *program);

/* Sends a signal to the program's whole group. The program must not have been reaped. */
void understudy_signal_program(const understudy_program *program, int signal);
