import type { Completion, CompletionRules, Offer } from './completion-rules.js';

/** The completion script for bash 4.1 or newer; it needs no other script. */
export function bashScript({ commands, flags, values, arguments: positions }: CompletionRules): string {
  return `# bash completion for sf-ops; made by: sf-ops completion bash

_sf_ops_commands() {
  case "$1" in
${[...commands].map(([path, offers]) => arm([path], `echo ${quoted(wordsOf(offers))}`)).join('\n')}
  esac
}

_sf_ops_flags() {
  case "$1" in
${arms([...flags].map(([path, offers]) => [path, `echo ${quoted(wordsOf(offers))}`]))}
  esac
}

# What stands after a flag, or at a place: words, ":file", or ":live KIND".
_sf_ops_value() {
  case "$1" in
${arms([...values].map(([key, completion]) => [key, action(completion)]))}
    *) return 1 ;;
  esac
}

_sf_ops_argument() {
  case "$1" in
${arms([...positions].map(([key, completion]) => [key, action(completion)]))}
    *) return 1 ;;
  esac
}

_sf_ops() {
  local line=\${COMP_LINE:0:COMP_POINT} current='' path='' flag='' place=0 word rule
  local -a typed
  # By spaces: bash itself would also split at the colon of net_op:70000001.
  read -ra typed <<<"$line"
  [[ $line == *[[:space:]] ]] || { current=\${typed[-1]}; unset 'typed[-1]'; }
  for word in "\${typed[@]:1}"; do
    if [[ -n $flag ]]; then flag=''; continue; fi
    case $word in
      --*=*) ;;
      -*) _sf_ops_value "$path $word" >/dev/null && flag=$word ;;
      *)
        if [[ $place == 0 && " $(_sf_ops_commands "$path") " == *" $word "* ]]; then
          path=\${path:+$path }$word
        else
          place=$((place + 1))
        fi
        ;;
    esac
  done
  if [[ -n $flag ]]; then
    rule=$(_sf_ops_value "$path $flag")
  elif [[ $current == --*=* ]]; then
    rule=$(_sf_ops_value "$path \${current%%=*}")
    current=\${current#*=}
  elif [[ $current == -* ]]; then
    rule=$(_sf_ops_flags "$path")
  else
    rule=$(_sf_ops_commands "$path")
    [[ -n $rule ]] || rule=$(_sf_ops_argument "$path $((place + 1))" || _sf_ops_argument "$path *")
  fi
  case $rule in
    :file)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    :live*)
      rule=$(sf-ops __complete "\${rule#:live }" "$current" -- "\${typed[@]:1}" 2>/dev/null)
      # A description follows a tab.
      rule=$(cut -f 1 <<<"$rule")
      ;;
  esac
  local IFS=$' \\t\\n'
  mapfile -t COMPREPLY < <(compgen -W "$rule" -- "$current")
  # bash replaces what follows the last colon or equals sign only.
  local kept=\${COMP_LINE:0:COMP_POINT}
  kept=\${kept##*[[:space:]]}
  if [[ $kept == *[:=]* && $COMP_WORDBREAKS == *[:=]* ]]; then
    local done=\${kept%"\${kept##*[:=]}"} index
    [[ $done == --*= ]] && done=''
    for index in "\${!COMPREPLY[@]}"; do COMPREPLY[index]=\${COMPREPLY[index]#"$done"}; done
  fi
}

complete -F _sf_ops sf-ops
`;
}

/** Places with the same answer share an arm. */
function arms(entries: readonly [key: string, action: string][]): string {
  const keysOf = new Map<string, string[]>();
  for (const [key, answer] of entries) keysOf.set(answer, [...(keysOf.get(answer) ?? []), key]);
  return [...keysOf].map(([answer, keys]) => arm(keys, answer)).join('\n');
}

function arm(keys: readonly string[], answer: string): string {
  return `    ${keys.map(quoted).join(' | ')}) ${answer} ;;`;
}

function action(completion: Completion): string {
  if ('files' in completion) return 'echo :file';
  if ('live' in completion) return `echo ${quoted(`:live ${completion.live}`)}`;
  return `echo ${quoted(wordsOf(completion.words))}`;
}

function wordsOf(offers: readonly Offer[]): string {
  return offers.map(({ word }) => word).join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
