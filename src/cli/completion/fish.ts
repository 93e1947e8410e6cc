import type { CommandWords } from './words.js';

/** A script for fish. */
export function fishScript(commands: readonly CommandWords[]): string {
  const none = 'complete -c faultline -n __fish_use_subcommand';
  const lines = commands.flatMap(({ name, summary, options, choices }) => {
    const here = `complete -c faultline -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `${none} -f -a ${name} -d ${quoted(summary)}`,
      ...options.map(({ name: option, summary: words, value, choices: values }) => {
        const given = {
          none: '',
          file: ' -r -F',
          folder: " -x -a '(__fish_complete_directories)'",
          choice: ` -x -a ${quoted(values.join(' '))}`,
          other: ' -x',
        }[value];
        return `${here} -l ${option.slice(2)}${given} -d ${quoted(words)}`;
      }),
      ...(choices.length === 0 ? [] : [`${here} -f -a ${quoted(choices.join(' '))}`]),
    ];
  });
  return `# faultline completion for fish: faultline completion fish | source\n${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
