#!/usr/bin/env bash
# The shell completions, as built: each shell reads them, and bash's and fish's answers are right.
set -euo pipefail

completions=${CRLITE_BUILD:?}/man/completions
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

# has PROGRAM: or says that it is missing.
has() { command -v "$1" >/dev/null || { echo "  not tried: $1 is not installed" && false; }; }

# answers WORD...: what bash offers for the last word, sorted, on one line.
answers() {
  local function
  function=$(complete -p "$1" | sed 's/.*-F \([^ ]*\) .*/\1/')
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  "$function" 2>/dev/null
  ((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' '
}

# expect ANSWERS WORD...
expect() {
  local found
  found=$(answers "${@:2}")
  [[ ${found% } == "$1" ]] || fail "bash: '${*:2}' gives '$found', wanted '$1'"
}

# expect_among WORD-OFFERED WORD...
expect_among() {
  local found
  found=$(answers "${@:2}")
  [[ " $found" == *" $1 "* ]] || fail "bash: '${*:2}' gives '$found', wanted '$1' among them"
}

test_syntax() {
  local tool
  for tool in crlite crlite-mirror crlite-sync; do
    bash -n "$completions/$tool" || fail "bash cannot read $tool"
    if has zsh; then zsh -n "$completions/_$tool" || fail "zsh cannot read _$tool"; fi
    if has fish; then fish -n "$completions/$tool.fish" || fail "fish cannot read $tool.fish"; fi
  done
}

# A PATH without tools: a completion that ran one would say so on stderr, and offer nothing.
test_bash() {
  local tool
  cd "$work"
  mkdir folder
  touch file.pem
  for tool in crlite crlite-mirror crlite-sync; do
    # shellcheck disable=SC1090  # each of them
    source "$completions/$tool"
  done
  expect 'check' crlite che
  expect_among query crlite ''
  expect '--version' crlite --v
  expect '--snapshot' crlite check --sn
  expect 'file.pem folder' crlite check f
  expect 'folder' crlite build --known f
  expect 'file.pem folder' crlite build --ct-logs f
  expect 'v3 v4' crlite build --format ''
  expect 'v3 v4' crlite build --format =
  expect 'v4' crlite build --format = v4
  expect 'priority' crlite build --known folder --reasons p
  expect '' crlite check --at ''
  expect '--issuers' crlite filter --is
  expect 'export' crlite-sync ex
  # The value of an option is no command.
  expect 'export' crlite-sync --state verify ex
  expect '--root-sha256' crlite-sync fetch --ro # options of the tool stand behind verbs too
  expect 'file.pem folder' crlite-sync export f
  expect '--keep' crlite-mirror --k
  expect 'folder' crlite-mirror --output f
  expect '' crlite-mirror --keep ''
}

test_fish() {
  local found
  has fish || return 0
  fish_answers() { fish --no-config -c "source $completions/$1.fish; complete -C '$2'" | cut -f1 | sort | tr '\n' ' '; }
  cd "$work"
  found=$(fish_answers crlite 'crlite che')
  [[ $found == 'check ' ]] || fail "fish: 'crlite che' gives '$found'"
  found=$(fish_answers crlite 'crlite build --format ')
  [[ $found == 'v3 v4 ' ]] || fail "fish: formats are '$found'"
  found=$(fish_answers crlite 'crlite check --sn')
  [[ $found == '--snapshot ' ]] || fail "fish: 'crlite check --sn' gives '$found'"
  found=$(fish_answers crlite-sync 'crlite-sync --state verify ex')
  [[ $found == 'export ' ]] || fail "fish: a value was taken for a command: '$found'"
}

# zsh's answers come from its line editor: what is called is looked at instead.
test_zsh() {
  has zsh || return 0
  local found
  found=$(zsh -f -c "
    _arguments() { print -rl -- \"\$@\" }
    _describe() { :; }
    functions[completion]=\"\$(<$completions/_crlite-mirror)\"
    completion") || fail 'zsh: the completion of crlite-mirror fails'
  [[ $found == *--keep=*:DURATION:* && $found == *--output=*:DIR:_files\ -/* ]] ||
    fail "zsh: options of crlite-mirror are $found"
}

for test in syntax bash fish zsh; do
  echo "$test"
  "test_$test"
done
echo passed
