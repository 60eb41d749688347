/* What the files of this target share. */
#pragma once
#include "CLuaBridge.h"
#include "codec.h"
#include <lua.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* A line of hook code. */
struct place {
    char file[64]; /* the chunk's name; empty when nothing is known */
    int line;
};

/* Watches from a thread of its own what Lua cannot: a C function that does not come back, a daemon that is gone. */
struct warden {
    pthread_t thread;
    pthread_mutex_t lock; /* over everything below, and over writing log frames */
    int wake;             /* eventfd: leave */
    bool is_running;      /* Lua runs; the deadlines below count */
    uint64_t deadline;    /* monotonic */
    uint64_t cpu_deadline;
    struct place place; /* of the latest call into a library */
    char step[128];
};

struct sandbox {
    sandbox_limits limits;
    lua_State *main; /* owns everything, runs no hook code */
    lua_State *hook; /* the coroutine in which hook code runs */
    size_t memory_used;
    uint64_t deadline;     /* monotonic nanoseconds */
    uint64_t cpu_deadline; /* of this process, nanoseconds */
    unsigned checks;
    bool is_killed; /* sticky: no Lua code gets further */
    char verdict_class[16];
    char verdict[256];
    struct place killed_at;
    struct place handler; /* where the running handler begins, when no better line is known */
    char step[128];       /* the step under way; empty between steps */
    int unyieldable;      /* coroutines below that a host call cannot be passed through */
    int log_lines;
    struct buffer output, log;
    struct warden warden;
};

struct sandbox *sandbox_of(lua_State *L);

/* budget.c */
uint64_t clock_nanoseconds(clockid_t clock);
void *budget_allocate(void *box, void *block, size_t old, size_t wanted);
void budget_watch(lua_State *L);
void budget_new_slice(struct sandbox *box);
/* Sticky: whatever hook code does from now on raises. */
void budget_kill(struct sandbox *box, lua_State *L, const char *class, const char *verdict);

/* fault.c */
bool place_find(lua_State *L, struct place *place);
/* Raises a fault of `class` with the text on top of the stack, at the hook's line. */
int fault_raise(lua_State *L, const char *class);
/* The class and message of an error value without running Lua code. */
void fault_describe(lua_State *L, int index, const char **class, const char **message, struct place *place);
void fault_open(lua_State *L);
/* Writes a fault as the codec's map. */
bool fault_write(struct buffer *out, const char *class, const char *message, const struct place *place, const char *step);

/* libraries.c, coroutines.c, host.c: what hook code can reach */
void libraries_open(lua_State *L);
void coroutines_open(lua_State *L);
/* Pushes the table of primitives for the boot chunk. */
void host_push(lua_State *L);
/* On top of a coroutine that yielded: the engine is meant, not the hook's own resume. */
extern const char host_tag;

/* warden.c */
bool warden_start(struct sandbox *box);
void warden_stop(struct sandbox *box);
void warden_running(struct sandbox *box, bool is_running);
bool channel_write(int channel, const struct buffer *frame);
