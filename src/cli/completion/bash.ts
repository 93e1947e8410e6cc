import type { CommandWords } from './words.js';

/** A script for bash. One word is one line, so that names of files may have blanks. */
export function bashScript(commands: readonly CommandWords[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(({ value }) => value !== 'none')
      .map(
        ({ name: option, value, choices }) =>
          `    ${quoted(`${name} ${option}`)}) ${
            {
              file: `${REPLY} compgen -f -- "$cur")`,
              folder: `${REPLY} compgen -d -- "$cur")`,
              choice: `${REPLY} compgen -W ${lines(choices)} -- "$cur")`,
              other: ':',
            }[value as Exclude<typeof value, 'none'>]
          }; return ;;`,
      ),
  );
  const options = commands.map(
    ({ name, options: own }) =>
      `    ${name}) ${REPLY} compgen -W ${lines(own.map((option) => option.name))} -- "$cur") ;;`,
  );
  const choices = commands
    .filter((command) => command.choices.length > 0)
    .map(
      (command) =>
        `    ${command.name}) ${REPLY} compgen -W ${lines(command.choices)} -- "$cur"); return ;;`,
    );
  return `# faultline completion for bash: source <(faultline completion bash)
_faultline() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    if [[ \${COMP_WORDS[at]} != -* ]]; then command=\${COMP_WORDS[at]}; break; fi
  done
  if [[ -z $command ]]; then
    ${REPLY} compgen -W ${lines([...commands.map(({ name }) => name), '--help', '--version'])} -- "$cur")
    return
  fi
  case "$command $prev" in
${values.join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${options.map((line) => `  ${line}`).join('\n')}
    esac
    return
  fi
  case $command in
${choices.join('\n')}
  esac
  ${REPLY} compgen -f -- "$cur")
}
complete -o filenames -F _faultline faultline
`;
}

const REPLY = "mapfile -t COMPREPLY < <(IFS=$'\\n';";

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Words one below the other, as a string of bash. */
function lines(words: readonly string[]): string {
  return `$'${words.join('\\n')}'`;
}
