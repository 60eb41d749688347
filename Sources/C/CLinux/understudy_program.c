#define _GNU_SOURCE
#include "understudy_child.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* A pipe whose ends are above 2, where the program's own will be. `ours` does not block. */
static bool open_pipe(int ends[2], int ours)
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        if (ends[i] > 2)
            continue;
        int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
        close(ends[i]);
        ends[i] = moved;
        if (moved < 0)
            return false;
    }
    return fcntl(ends[ours], F_SETFL, O_NONBLOCK) == 0;
}

static int spawn(char *const arguments[], char *const environment[], const int ends[3], pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    for (int i = 0; i < 3; i++)
        posix_spawn_file_actions_adddup2(&files, ends[i], i);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    int error = posix_spawn(pid, arguments[0], &files, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

int understudy_start_program(char *const arguments[], char *const environment[], understudy_program *program)
{
    int input[2] = {-1, -1}, output[2] = {-1, -1}, errors[2] = {-1, -1};
    bool has_pipes = open_pipe(input, 1) && open_pipe(output, 0) && open_pipe(errors, 0);
    const int theirs[3] = {input[0], output[1], errors[1]}, ours[3] = {input[1], output[0], errors[0]};
    int error = has_pipes ? spawn(arguments, environment, theirs, &program->pid) : errno;
    for (int i = 0; i < 3; i++)
        if (theirs[i] >= 0)
            close(theirs[i]);
    program->process = error ? -1 : pidfd_open(program->pid, 0);
    if (!error && program->process < 0) {
        /* Without a way to see it end, it must not live. */
        error = errno;
        kill(-program->pid, SIGKILL);
        waitpid(program->pid, NULL, 0);
    }
    for (int i = 0; error && i < 3; i++)
        if (ours[i] >= 0)
            close(ours[i]);
    program->input = ours[0];
    program->output = ours[1];
    program->errors = ours[2];
    return error;
}

void understudy_signal_program(const understudy_program *program, int signal) { kill(-program->pid, signal); }
