--- Command lines of pgpool's configuration as words: split as sh would, with placeholders kept apart, and whatever only a shell could do noticed.
local engine = ...

local words = {}

--- What means something to a shell outside of quotes, and inside double ones.
local special, special_quoted = "[|&;<>()$`\\*?~#%[]", "[$`\\]"

local Reader = {}
Reader.__index = Reader

function Reader:add(piece)
  self.word = self.word or {}
  self.word[#self.word + 1] = piece
end

function Reader:finish()
  if self.word then self.found[#self.found + 1] = self.word end
  self.word = nil
end

--- A placeholder or %%; how many characters it takes.
function Reader:placeholder(at)
  local key = self.template:sub(at + 1, at + 1)
  if key == "%" then
    self:add "%"
  elseif self.known[key] then
    self:add { key }
  else
    engine.fail("code", ("unknown placeholder %%%s in %q: the known ones are %%d %%h %%p %%D %%m %%H %%M %%P %%r %%R %%N %%S and %%%%")
      :format(key, self.template))
  end
  return 2
end

--- An ordinary character, or one that ends or begins something.
function Reader:character(c)
  if self.quote then
    if c == self.quote then
      self.quote = nil
    else
      if self.quote == '"' and c:find(special_quoted) then self.shell = self.shell or c end
      self:add(c)
    end
  elseif c == "'" or c == '"' then
    self.quote = c
    self:add ""
  elseif c:find "%s" then
    self:finish()
  else
    if c:find(special) then self.shell = self.shell or c end
    self:add(c)
  end
end

--- The words of `template`: each a list of texts and of placeholders, `{ "d" }`; and what needs a shell, nil when nothing does.
--- `known` has a key for every placeholder.
function words.split(template, known)
  local reader = setmetatable({ template = template, known = known, found = {} }, Reader)
  local at = 1
  while at <= #template do
    local c = template:sub(at, at)
    if c == "%" then at = at + reader:placeholder(at) else
      reader:character(c)
      at = at + 1
    end
  end
  if reader.quote then engine.fail("code", ("unbalanced %s in %q"):format(reader.quote, template)) end
  reader:finish()
  local program = reader.found[1]
  if not program or (#program == 1 and program[1] == "") then engine.fail("code", "an empty command line cannot be run") end
  return reader.found, reader.shell
end

return words
