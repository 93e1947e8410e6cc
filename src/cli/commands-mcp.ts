import { statSync } from 'node:fs';
import { examples, type Add } from './command-parts.js';
import { usageError } from './exit.js';
import { pathName, wholeNumber } from './flags.js';

/** `mcp [FOLDER]`. */
export const addMcp: Add = (program, action) => {
  program
    .command('mcp')
    .summary('a server for assistants (Model Context Protocol)')
    .description(
      'Serves validate, lint, run, ask, compare, fix and explain as tools on standard input and output. It reads scenarios ' +
        'below the folder, writes nothing there, and opens no connection. It needs the package @modelcontextprotocol/sdk.',
    )
    .argument('[folder]', 'the folder with the scenarios', pathName, '.')
    .option('--timeout <seconds>', 'longest time of one call', wholeNumber(1, 86_400), 120)
    .addHelpText(
      'after',
      examples(
        'faultline mcp                        # in the settings of the assistant: command faultline, argument mcp',
        'faultline mcp resilience/ --timeout 300',
      ),
    )
    .action(
      action(() => async (folder: string, flags: { readonly timeout: number }) => {
        if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
          throw usageError(`${folder} is no folder: name the one with the scenarios`);
        const { serve } = await import('./mcp/server.js');
        return serve({ folder, seconds: flags.timeout });
      }),
    );
};
