import type { CommandWords, OptionWords } from './words.js';

/** A script for zsh, to be sourced or put into a folder of `fpath` as `_faultline`. */
export function zshScript(commands: readonly CommandWords[]): string {
  const names = commands.map(
    ({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`,
  );
  const cases = commands.map(({ name, options, choices }) => {
    const last = choices.length === 0 ? '*:file:_files' : `*:name:(${choices.join(' ')})`;
    const all = [...options.map(optionText), last].map((each) => `        ${quoted(each)}`);
    return `    ${name})\n      _arguments \\\n${all.join(' \\\n')}\n      ;;`;
  });
  return `#compdef faultline
# faultline completion for zsh: source <(faultline completion zsh)
_faultline() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  local -a commands
  commands=(
${names.join('\n')}
  )
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe -t commands 'command' commands; return ;;
  esac
  case $line[1] in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _faultline ]]; then _faultline "$@"; else compdef _faultline faultline; fi
`;
}

function optionText({ name, summary, value, choices }: OptionWords): string {
  const words = summary.replace(/[[\]\\:]/g, '\\$&');
  const given = {
    none: '',
    file: ':file:_files',
    folder: ':folder:_files -/',
    choice: `:value:(${choices.join(' ')})`,
    other: ':value: ',
  }[value];
  return `*${name}[${words}]${given}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
