import { examples, once, withChanges, withSelection, withThreads } from './command-parts.js';
import type { Add } from './command-parts.js';

/** `story FILE|RESULT`. */
export const addStory: Add = (program, terminal, finish) => {
  const command = program
    .command('story')
    .summary('what happened and why, for an incident channel or a post-mortem')
    .description(
      'Prints the account of a scenario, which it runs, or of a result document: verdict, timeline, causes ' +
        'with their proofs, recovery, budgets that are not met. Variants that fail come first.',
    )
    .argument('<file|result>', 'scenario (YAML) or result document (JSON); - is standard input');
  withChanges(withSelection(command));
  withThreads(command)
    .option('--markdown', 'print Markdown instead of plain text')
    .option(
      '--explain',
      'prove the causes in all variants that fail (default: in the baseline and the first that fails)',
    )
    .option('--no-explain', 'make no runs without single faults')
    .option('--quiet', 'draw no progress')
    .addHelpText(
      'after',
      examples(
        'faultline story scenarios/checkout.yaml',
        'faultline story scenarios/checkout.yaml --variant naive --markdown > post-mortem.md',
        'faultline run scenarios/first.yaml --quiet --json result.json && faultline story result.json',
        'faultline run scenarios/first.yaml --quiet --json - | faultline story -',
      ),
    )
    .action(async (file: string, flags) => {
      finish(
        await once([file], flags, terminal, async () => {
          const { story } = await import('./commands/story.js');
          return story(file, flags, terminal);
        }),
      );
    });
};
