#define _GNU_SOURCE
#include "sandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* How often the warden looks at the clocks while Lua runs. */
#define TICK_MILLISECONDS 50
/* CPU time between two requests after which a hook runs at the lowest priority for good. */
#define COURTESY_NANOSECONDS 100000000
/* It calls nothing deep, and the address space of the process is limited. */
#define STACK_BYTES (128 * 1024)

bool channel_write(int channel, const struct buffer *frame)
{
    uint8_t head[4];
    for (int i = 0; i < 4; i++)
        head[i] = (uint8_t)(frame->count >> (8 * i));
    const uint8_t *parts[] = {head, frame->bytes};
    size_t counts[] = {sizeof head, frame->count};
    for (int part = 0; part < 2; part++) {
        size_t done = 0;
        while (done < counts[part]) {
            ssize_t written = write(channel, parts[part] + done, counts[part] - done);
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                return false;
            done += (size_t)written;
        }
    }
    return true;
}

/* A C function does not come back: the process is lost, so its fault is sent from here. The lock is held. */
static void give_up(struct sandbox *box, const char *message)
{
    struct buffer note = {0};
    if (fault_write(&note, "budget", message, &box->warden.place, box->warden.step))
        channel_write(box->limits.channel, &note);
    _exit(SANDBOX_EXIT_STUCK);
}

/* Leaves the processor to everybody else, for good. Lua's thread is the process's first, so it has the process's number.
 * Where the kernel groups processes by session, a priority counts inside of one only: then the session's is lowered too.
 * Nothing depends on it, so it is tried and no more. Source: sched(7). */
static void give_way(struct warden *warden)
{
    struct sched_param none = {0};
    warden->has_given_way = true;
    setpriority(PRIO_PROCESS, (id_t)getpid(), 19);
    sched_setscheduler(getpid(), SCHED_IDLE, &none);
    int group = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
    if (group < 0)
        return;
    ssize_t ignored = write(group, "19", 2);
    (void)ignored;
    close(group);
}

static bool has_passed(uint64_t since, uint64_t patience) { return since && clock_nanoseconds(CLOCK_MONOTONIC) > since + patience; }

static void look(struct sandbox *box)
{
    struct warden *warden = &box->warden;
    uint64_t patience = box->limits.grace_nanoseconds / 4 * 3, used = clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    char message[128];
    /* Held for long only while a log frame waits to be taken: then the daemon decides. */
    if (pthread_mutex_trylock(&warden->lock) != 0)
        return;
    if (warden->is_running && (has_passed(atomic_load(&warden->cancelled_at), patience) || has_passed(warden->deadline, patience))) {
        snprintf(message, sizeof message, "one library call did not return within the budget of %g s",
                 (double)box->limits.budget_nanoseconds / 1e9);
        give_up(box, message);
    }
    /* The count hook speaks first; this is for calls in which it cannot. */
    if (warden->is_running && !atomic_load(&warden->cancelled_at) && used > warden->slice_deadline + box->limits.slice_nanoseconds / 2) {
        snprintf(message, sizeof message, "one library call computed for more than %g s", (double)box->limits.slice_nanoseconds / 1e9);
        give_up(box, message);
    }
    /* Whoever computes that long is no promotion: traffic goes first. */
    if (warden->is_running && !warden->has_given_way && used > warden->courtesy)
        give_way(warden);
    pthread_mutex_unlock(&warden->lock);
}

static void *watch(void *argument)
{
    struct sandbox *box = argument;
    struct pollfd both[2] = {{box->limits.channel, POLLRDHUP, 0}, {box->warden.wake, POLLIN, 0}};
    while (true) {
        poll(both, 2, TICK_MILLISECONDS);
        if (both[1].revents)
            return NULL;
        if (both[0].revents & (POLLHUP | POLLERR))
            _exit(0); /* the daemon is gone, or has no more use for this */
        if (both[0].revents & POLLRDHUP) {
            both[0].events = 0; /* said once; hanging up is still seen */
            atomic_store(&box->warden.is_cancel_asked, true);
        }
        look(box);
    }
}

bool warden_start(struct sandbox *box)
{
    struct warden *warden = &box->warden;
    pthread_attr_t attributes;
    warden->wake = eventfd(0, EFD_CLOEXEC);
    if (warden->wake < 0)
        return false;
    pthread_mutex_init(&warden->lock, NULL);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    int status = pthread_create(&warden->thread, &attributes, watch, box);
    pthread_attr_destroy(&attributes);
    if (status == 0)
        return true;
    close(warden->wake);
    return false;
}

void warden_stop(struct sandbox *box)
{
    eventfd_write(box->warden.wake, 1);
    pthread_join(box->warden.thread, NULL);
    close(box->warden.wake);
    pthread_mutex_destroy(&box->warden.lock);
}

void warden_running(struct sandbox *box, bool is_running)
{
    struct warden *warden = &box->warden;
    pthread_mutex_lock(&warden->lock);
    warden->is_running = is_running;
    warden->deadline = box->deadline;
    warden->slice_deadline = box->slice_deadline;
    warden->courtesy = box->slice_deadline - box->limits.slice_nanoseconds + COURTESY_NANOSECONDS;
    if (is_running)
        snprintf(warden->step, sizeof warden->step, "%s", box->step);
    if (is_running && !warden->place.line)
        warden->place = box->handler;
    pthread_mutex_unlock(&warden->lock);
}
