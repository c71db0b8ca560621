import type { Completion, CompletionRules, Offer } from './completion-rules.js';

/** The completion script for fish 3 or newer. */
export function fishScript({ commands, flags, values, arguments: positions }: CompletionRules): string {
  return `# fish completion for sf-ops; made by: sf-ops completion fish

# Each answers with lines of "word<tab>description", or with ":file" or ":live KIND".
function __sf_ops_commands
    switch $argv[1]
${cases([...commands].map(([path, offers]) => [path, list(offers)]))}
    end
end

function __sf_ops_flags
    switch $argv[1]
${cases([...flags].map(([path, offers]) => [path, list(offers)]))}
    end
end

function __sf_ops_value
    switch $argv[1]
${cases([...values].map(([key, completion]) => [key, action(completion)]))}
        case '*'
            return 1
    end
end

function __sf_ops_argument
    switch $argv[1]
${cases([...positions].map(([key, completion]) => [key.replace('*', 'rest'), action(completion)]))}
        case '*'
            return 1
    end
end

function __sf_ops
    set -l typed (commandline -opc)
    set -l current (commandline -ct)
    set -l where ''
    set -l flag ''
    set -l place 0
    set -l rule
    set -e typed[1]
    for word in $typed
        if test -n "$flag"
            set flag ''
            continue
        end
        switch $word
            case '--*=*'
            case '-*'
                __sf_ops_value "$where $word" >/dev/null; and set flag $word
            case '*'
                if test $place = 0; and __sf_ops_commands "$where" | string match -q -r "^$word\\t"
                    set where (string trim "$where $word")
                else
                    set place (math $place + 1)
                end
        end
    end
    set -l before ''
    if test -n "$flag"
        set rule (__sf_ops_value "$where $flag")
    else if string match -q -- '--*=*' $current
        set before (string replace -r '=.*' '=' -- $current)
        set rule (__sf_ops_value "$where "(string replace -r '=.*' '' -- $current))
        set current (string replace -r '^[^=]*=' '' -- $current)
    else if string match -q -- '-*' $current
        set rule (__sf_ops_flags "$where")
    else
        set rule (__sf_ops_commands "$where")
        if test -z "$rule"
            set rule (__sf_ops_argument "$where "(math $place + 1); or __sf_ops_argument "$where rest")
        end
    end
    switch "$rule[1]"
        case ':file'
            __fish_complete_path $current
            return
        case ':live *'
            set rule (sf-ops __complete (string replace ':live ' '' $rule[1]) "$current" -- $typed 2>/dev/null)
    end
    for line in $rule
        echo $before$line
    end
end

complete -c sf-ops -f -a '(__sf_ops)'
`;
}

function cases(entries: readonly [key: string, action: string][]): string {
  const keysOf = new Map<string, string[]>();
  for (const [key, answer] of entries) keysOf.set(answer, [...(keysOf.get(answer) ?? []), key]);
  return [...keysOf]
    .map(([answer, keys]) => `        case ${keys.map(quoted).join(' ')}\n            ${answer}`)
    .join('\n');
}

function action(completion: Completion): string {
  if ('files' in completion) return 'echo :file';
  if ('live' in completion) return `echo ':live ${completion.live}'`;
  return list(completion.words);
}

function list(offers: readonly Offer[]): string {
  if (offers.length === 0) return 'true';
  return `printf '%s\\t%s\\n' ${offers.flatMap(({ word, meaning }) => [quoted(word), quoted(meaning)]).join(' ')}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
