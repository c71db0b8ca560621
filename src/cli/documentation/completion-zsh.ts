import type { Completion, CompletionRules, Offer } from './completion-rules.js';

/** The completion script for zsh, as a function file `_sf-ops` of $fpath or to be sourced. */
export function zshScript({ commands, flags, values, arguments: positions }: CompletionRules): string {
  return `#compdef sf-ops
# zsh completion for sf-ops; made by: sf-ops completion zsh

# Each answers with an array of "word:description" in reply, or with (:file) or (:live KIND).
_sf_ops_commands() {
  reply=()
  case $1 in
${arms([...commands].map(([path, offers]) => [path, list(offers)]))}
  esac
}

_sf_ops_flags() {
  reply=()
  case $1 in
${arms([...flags].map(([path, offers]) => [path, list(offers)]))}
  esac
}

_sf_ops_value() {
  reply=()
  case $1 in
${arms([...values].map(([key, completion]) => [key, action(completion)]))}
    (*) return 1 ;;
  esac
}

_sf_ops_argument() {
  reply=()
  case $1 in
${arms([...positions].map(([key, completion]) => [key, action(completion)]))}
    (*) return 1 ;;
  esac
}

_sf-ops() {
  local current=$PREFIX where='' flag='' word
  local -i place=0
  local -a reply typed offered
  typed=(\${words[2,CURRENT-1]})
  for word in $typed; do
    if [[ -n $flag ]]; then flag=''; continue; fi
    case $word in
      (--*=*) ;;
      (-*) _sf_ops_value "$where $word" && flag=$word ;;
      (*)
        _sf_ops_commands "$where"
        if (( place == 0 )) && (( \${reply[(I)$word:*]} )); then
          where=\${where:+$where }$word
        else
          place+=1
        fi
        ;;
    esac
  done
  if [[ -n $flag ]]; then
    _sf_ops_value "$where $flag"
  elif [[ $current == --*=* ]]; then
    _sf_ops_value "$where \${current%%=*}"
    compset -P '*='
    current=$PREFIX
  elif [[ $current == -* ]]; then
    _sf_ops_flags "$where"
  else
    _sf_ops_commands "$where"
    (( $#reply )) || _sf_ops_argument "$where $((place + 1))" || _sf_ops_argument "$where *"
  fi
  case \${reply[1]-} in
    (:file) _files; return ;;
    (:live*)
      offered=("\${(@f)$(sf-ops __complete \${reply[2]} "$current" -- $typed 2>/dev/null)}")
      # Colons are part of words like net_op:70000001; a description follows a tab.
      offered=("\${(@)offered//:/\\\\:}")
      reply=("\${(@)offered/$'\\t'/:}")
      [[ -n $reply ]] || return 1
      ;;
  esac
  _describe -t words 'sf-ops' reply
}

if [[ $funcstack[1] == _sf-ops ]]; then
  _sf-ops "$@"
else
  compdef _sf-ops sf-ops
fi
`;
}

function arms(entries: readonly [key: string, action: string][]): string {
  const keysOf = new Map<string, string[]>();
  for (const [key, answer] of entries) keysOf.set(answer, [...(keysOf.get(answer) ?? []), key]);
  return [...keysOf]
    .map(([answer, keys]) => `    (${keys.map((key) => quoted(key)).join('|')}) ${answer} ;;`)
    .join('\n');
}

function action(completion: Completion): string {
  if ('files' in completion) return 'reply=(:file)';
  if ('live' in completion) return `reply=(:live ${completion.live})`;
  return list(completion.words);
}

function list(offers: readonly Offer[]): string {
  const words = offers.map(({ word, meaning }) => {
    const escaped = word.replaceAll(':', String.raw`\:`);
    return quoted(meaning === '' ? escaped : `${escaped}:${meaning}`);
  });
  return `reply=(${words.join(' ')})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
