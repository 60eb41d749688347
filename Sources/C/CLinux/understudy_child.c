#define _GNU_SOURCE
#include "understudy_child.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Moves a descriptor out of 0, 1, 2, which the child's own will take. */
static int above_standard(int descriptor)
{
    if (descriptor > 2)
        return descriptor;
    int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    int error = errno;
    close(descriptor);
    errno = error;
    return moved;
}

static int spawn(const char *path, const char *verb, int channel, int errors, pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    char *const arguments[] = {(char *)path, (char *)verb, NULL};
    char *const environment[] = {NULL};
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, channel, 0);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, errors, 2);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    int error = posix_spawn(pid, path, &files, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static void close_pair(const int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0)
            close(pair[i]);
}

int understudy_start_child(const char *path, const char *verb, understudy_child *child)
{
    int channel[2] = {-1, -1}, errors[2] = {-1, -1};
    bool has_ends = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) == 0
                 && pipe2(errors, O_CLOEXEC | O_NONBLOCK) == 0
                 && (channel[1] = above_standard(channel[1])) >= 0 && (errors[1] = above_standard(errors[1])) >= 0;
    int error = has_ends ? spawn(path, verb, channel[1], errors[1], &child->pid) : errno;
    if (error) {
        close_pair(channel);
        close_pair(errors);
        return error;
    }
    close(channel[1]);
    close(errors[1]);
    fcntl(channel[0], F_SETFL, O_NONBLOCK);
    child->channel = channel[0];
    child->errors = errors[0];
    child->process = pidfd_open(child->pid, 0);
    if (child->process >= 0)
        return 0;
    /* Without a way to see it end, it must not live. */
    error = errno;
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    close(channel[0]);
    close(errors[0]);
    return error;
}

int understudy_reap_child(const understudy_child *child, int *status)
{
    pid_t reaped = waitpid(child->pid, status, WNOHANG);
    return reaped > 0 ? 1 : reaped;
}

void understudy_kill_child(const understudy_child *child) { pidfd_send_signal(child->process, SIGKILL, NULL, 0); }

int understudy_is_stopped(pid_t pid)
{
    char path[32], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    /* pid (name) state: the name is our own executable's, without a bracket in it. */
    bool is_read = fscanf(file, "%*d (%*[^)]) %c", &state) == 1;
    fclose(file);
    return is_read && (state == 'T' || state == 't');
}

static bool limit(int resource, rlim_t value)
{
    struct rlimit both = {value, value};
    return setrlimit(resource, &both) == 0;
}

/* The address space in use now, from /proc: pages, first number. */
static uint64_t address_space(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    bool is_read = fscanf(file, "%lu", &pages) == 1;
    fclose(file);
    return is_read ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

int understudy_confine(uint64_t memory)
{
    uint64_t used = address_space();
    bool is_confined = used > 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0)
                    && limit(RLIMIT_NOFILE, 16) && limit(RLIMIT_AS, used + memory);
    return is_confined ? 0 : -1;
}

int understudy_limit_cpu(uint64_t seconds)
{
    struct timespec used;
    struct rlimit cpu;
    if (getrlimit(RLIMIT_CPU, &cpu) != 0)
        return -1;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    cpu.rlim_cur = (rlim_t)used.tv_sec + 1 + seconds;
    return setrlimit(RLIMIT_CPU, &cpu);
}
