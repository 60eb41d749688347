/* What the files of this target share. */
#pragma once
#include "CLuaBridge.h"
#include "codec.h"
#include <lua.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

/* What a cancelled event says of itself; the daemon knows why. */
#define CANCELLED "cancelled"

/* Time as hook code sees it: it stands still between two answers of the engine, so that a replay sees the same. */
struct hook_clock {
    double now;     /* seconds since 1970, of the latest answer */
    double began;   /* of the request */
    int64_t seed;   /* of random numbers */
    int seedings;   /* so that each has its own numbers */
};

/* A line of hook code. */
struct place {
    char file[64]; /* the chunk's name; empty when nothing is known */
    int line;
};

/* Watches from a thread of its own what Lua cannot: a C function that does not come back, a daemon that is gone. */
struct warden {
    pthread_t thread;
    pthread_mutex_t lock; /* over everything below but the atomics, and over writing log frames */
    int wake;             /* eventfd: leave */
    bool is_running;      /* Lua runs; the deadlines below count */
    uint64_t deadline;    /* monotonic */
    uint64_t slice_deadline;
    uint64_t courtesy; /* CPU time from which the process is no longer in a hurry */
    bool has_given_way; /* to traffic */
    struct place place; /* of the latest call into a library */
    char step[128];
    /* The daemon wants no more of this event; set by the warden. */
    atomic_bool is_cancel_asked;
    /* When Lua was told that it is over, monotonic; 0 before. Set by Lua's thread. */
    _Atomic uint64_t cancelled_at;
};

struct sandbox {
    sandbox_limits limits;
    lua_State *main; /* owns everything, runs no hook code */
    lua_State *hook; /* the coroutine in which hook code runs */
    size_t memory_used;
    uint64_t deadline;      /* monotonic nanoseconds */
    uint64_t slice_deadline, cpu_deadline; /* of this process's CPU time, nanoseconds */
    uint64_t next_cpu_look; /* monotonic */
    bool is_cancelled;      /* the event has failed: nothing more is asked of the engine */
    uint64_t kill_at;       /* monotonic: how long what is to be closed may take */
    bool is_killed;         /* sticky: no Lua code gets further */
    char verdict_class[16];
    char verdict[256];
    struct place cancelled_in, failed_in;
    struct place seen_in; /* where hook code was at the latest look at it */
    char cancelled_step[128];
    bool is_out_of_memory;
    struct place handler; /* where the running handler begins, when no better line is known */
    char step[128];       /* the step under way; empty between steps */
    int unyieldable;      /* coroutines below that a host call cannot be passed through */
    int log_lines;
    struct hook_clock clock;
    struct buffer output, log;
    struct warden warden;
};

struct sandbox *sandbox_of(lua_State *L);

/* budget.c */
uint64_t clock_nanoseconds(clockid_t clock);
void *budget_allocate(void *box, void *block, size_t old, size_t wanted);
void budget_watch(lua_State *L);
void budget_new_slice(struct sandbox *box);
/* Raises when time is over. For functions that work long without an instruction of Lua's in between. */
void budget_look(lua_State *L);
/* The event is over, for this reason: the engine is asked nothing any more, and after half the grace nothing runs. */
void budget_cancel(struct sandbox *box, lua_State *L, const char *class, const char *verdict);

/* fault.c */
bool place_find(lua_State *L, struct place *place);
/* Raises a fault of `class` with the text on top of the stack, at the hook's line. */
int fault_raise(lua_State *L, const char *class);
/* The class and message of an error value without running Lua code. */
void fault_describe(lua_State *L, int index, const char **class, const char **message, struct place *place);
void fault_open(lua_State *L);
/* Writes a fault as the codec's map. */
bool fault_write(struct buffer *out, const char *class, const char *message, const struct place *place, const char *step);

/* report.c: the output of a sandbox whose event failed */
/* The event was ended: whatever hook code made of that, this is why. */
sandbox_status report_verdict(struct sandbox *box);
/* For the error value on top of `failed`. */
sandbox_status report_fault(struct sandbox *box, lua_State *failed, int status);

/* libraries.c, bounded.c, clock.c, traversal.c, coroutines.c, host.c: what hook code can reach */
void libraries_open(lua_State *L);
/* Every function of the table on top behind a look at the clocks and a check of its arguments. */
void bound_functions(lua_State *L);
/* Puts recorded time and chance in place of Lua's own. */
void clock_open(lua_State *L);
/* Sets the clock by the request on top, and the random numbers. */
void clock_begin(lua_State *L, int request);
/* Moves the clock to what an answer says. */
void clock_move(lua_State *L, int answer);
/* pairs(t), always in the same order; its upvalue is Lua's next. */
int ordered_pairs(lua_State *L);
void coroutines_open(lua_State *L);
/* message.c: what hook code sends */
/* Opens a map with `kind`, and with where in the hook this is; `more` entries follow. */
void message_begin(lua_State *L, struct buffer *out, const char *kind, uint32_t more);
/* An entry of it: the value at `index`. */
void message_entry(lua_State *L, struct buffer *out, const char *key, int index);
/* log(level, message, fields) */
int message_log(lua_State *L);

/* Pushes the table of primitives for the boot chunk. */
void host_push(lua_State *L);
/* On top of a coroutine that yielded: the engine is meant, not the hook's own resume. */
extern const char host_tag;

/* warden.c */
bool warden_start(struct sandbox *box);
void warden_stop(struct sandbox *box);
void warden_running(struct sandbox *box, bool is_running);
bool channel_write(int channel, const struct buffer *frame);
