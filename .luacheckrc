-- Lua 5.4 as hooks see it; the library itself is given its primitives as arguments.
std = "lua54"
max_line_length = 160
not_globals = { "io", "debug", "dofile", "loadfile", "package" }
files["lua/understudy/internal/environment.lua"] = { globals = { "_G" } }
exclude_files = { "lua/meta" }
-- What tests of hooks are written in: busted's words, and assertions of ours.
files["**/*_spec.lua"] = { read_globals = { "describe", "it", "before_each", "after_each", "pending", assert = { other_fields = true } } }
