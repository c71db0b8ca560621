# Types each argument into an interactive zsh with a TAB behind it, and prints what the line has become.
zmodload zsh/zpty
zpty -b shell 'TERM=dumb zsh -f -i'
zpty -w shell "unset zle_bracketed_paste; PS1='> '; autoload -Uz compinit; compinit -D; source <(sf-ops completion zsh); print RE''ADY"
zpty -r shell output '*READY*'
for typed in "$@"; do
  # What the completion has inserted is seen when the line is run, as an argument of print.
  zpty -w -n shell $'\C-u'"$typed"$'\t\C-aprint -r -- \C-e; print DO\'\'NE\n'
  zpty -r shell output '*DONE*'
  print -r -- "${${${output%$'\r\n'DONE*}##*$'\n'}%$'\r'}"
done
zpty -d shell
