-- Lua 5.4 as hooks see it; the library itself is given its primitives as arguments.
std = "lua54"
max_line_length = 160
not_globals = { "io", "debug", "dofile", "loadfile", "package" }
files["lua/understudy/internal/environment.lua"] = { globals = { "_G" } }
exclude_files = { "lua/meta" }
