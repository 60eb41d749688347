-- Understudy's library, which is given its primitives as arguments. Hooks and their tests: lua/meta/luacheckrc.
std = "lua54"
max_line_length = 160
not_globals = { "io", "debug", "dofile", "loadfile", "package" }
files["lua/understudy/internal/environment.lua"] = { globals = { "_G" } }
exclude_files = { "lua/meta" }
