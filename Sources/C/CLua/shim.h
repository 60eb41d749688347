/* Lua 5.4. Only CLuaBridge may use it: almost every call here can longjmp, and no Swift frame may be jumped over. */
#pragma once
#include <lua.h>
#include <lauxlib.h>
#include <lualib.h>
