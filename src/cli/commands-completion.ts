import { Argument } from 'commander';
import { splitLines } from '../text/line.js';
import { examples, type Add } from './command-parts.js';
import { EXIT } from './exit.js';
import type { Terminal } from './terminal.js';

/** `completion SHELL`. */
export const addCompletion: Add = (program, action) => {
  program
    .command('completion')
    .summary('a script that completes commands and options with the tab key')
    .description(
      'Prints a script for a shell. It completes commands, options, their values and the names of files.',
    )
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      examples(
        'source <(faultline completion bash)     # in ~/.bashrc',
        'source <(faultline completion zsh)      # in ~/.zshrc, after compinit',
        'faultline completion fish | source      # in ~/.config/fish/config.fish',
      ),
    )
    .action(
      action(() => async (shell: 'bash' | 'zsh' | 'fish', _flags: unknown, terminal: Terminal) => {
        const { completions } = await import('./completion/index.js');
        const { wordsOf } = await import('./completion/words.js');
        terminal.out(splitLines(completions[shell](wordsOf(program)).trimEnd()));
        return EXIT.ok;
      }),
    );
};
