/* What a sandbox says of an event that failed, written without a call that could raise outside of a protected one. */
#include "sandbox.h"
#include <stdio.h>

struct fault {
    char class[16];
    char message[2048]; /* long enough for any sentence; a hook that raises a megabyte says nothing by it */
    struct place place;
};

/* Fills the fault at index 1 from the error value at index 2; runs protected. */
static int describe(lua_State *L)
{
    struct fault *fault = lua_touserdata(L, 1);
    const char *class, *message;
    struct place place = {{0}, 0};
    fault_describe(L, 2, &class, &message, &place);
    snprintf(fault->class, sizeof fault->class, "%s", class);
    snprintf(fault->message, sizeof fault->message, "%s", message);
    if (place.line)
        fault->place = place;
    return 0;
}

static sandbox_status write_fault(struct sandbox *box, const struct fault *fault, const char *step)
{
    buffer_clear(&box->output);
    if (!fault_write(&box->output, fault->class, fault->message, &fault->place, step))
        buffer_clear(&box->output);
    return SANDBOX_FAULT;
}

sandbox_status report_verdict(struct sandbox *box)
{
    struct fault fault = {.place = box->cancelled_in};
    snprintf(fault.class, sizeof fault.class, "%s", box->verdict_class);
    snprintf(fault.message, sizeof fault.message, "%s", box->verdict);
    return write_fault(box, &fault, box->cancelled_step);
}

sandbox_status report_fault(struct sandbox *box, lua_State *failed, int status)
{
    struct fault fault = {.class = "code", .message = "an error that cannot be described", .place = box->failed_in};
    lua_State *L = box->main;
    if (box->is_cancelled)
        return report_verdict(box);
    if (!fault.place.line)
        fault.place = box->handler;
    if (status == LUA_ERRMEM || box->is_out_of_memory) {
        snprintf(fault.class, sizeof fault.class, "budget");
        snprintf(fault.message, sizeof fault.message, "needs more memory than a hook may hold");
        return write_fault(box, &fault, box->step);
    }
    box->limits.memory = SIZE_MAX; /* what it takes to say what is wrong is little, and no longer the hook's */
    lua_pushcfunction(L, describe);
    lua_pushlightuserdata(L, &fault);
    if (failed == L)
        lua_pushvalue(L, -3);
    else
        lua_xmove(failed, L, 1);
    if (lua_pcall(L, 2, 0, 0) != LUA_OK)
        lua_pop(L, 1);
    return write_fault(box, &fault, box->step);
}
