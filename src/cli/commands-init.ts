import { examples, type Add } from './command-parts.js';
import { usageError } from './exit.js';
import { nameList, pathName, textList } from './flags.js';

/** `init [FILE]`. */
export const addInit: Add = (program, _action, perform, terminal) => {
  program
    .command('init')
    .summary('a scenario to begin with')
    .description(
      'Writes a scenario that runs as it is: a chain of services, a load, a fault and budgets. Values that you have to ' +
        'measure are marked "# guess". With --from it is made of manifests and traces, as import does. On a terminal and ' +
        'without these options, it asks.',
    )
    .argument('[file]', 'the scenario; - is standard output', 'resilience.yaml')
    .option('--services <list>', 'each calls the next one (default: shop,payments)', nameList)
    .option('--rate <rate>', 'arrivals of requests (default: 200/s)')
    .option('--success <share>', 'the success that users need (default: 99%)')
    .option('--from <path>', 'a file or folder to import instead; repeatable', textList)
    .option('--force', 'overwrite a file that exists')
    .option('--quiet', 'ask and print nothing')
    .addHelpText(
      'after',
      examples(
        'faultline init && faultline run resilience.yaml',
        'faultline init checkout.yaml --services web,orders,payments --rate 350/s',
        'faultline init shop.yaml --from k8s/ --from traces.jsonl',
      ),
    )
    .action(async (file: string, flags) => {
      const { watch, from } = flags as { readonly watch?: boolean; readonly from?: string[] };
      if (watch === true && from === undefined)
        throw usageError('--watch follows files: add --from PATH');
      await perform(from ?? [], flags, async () => {
        const { init } = await import('./commands/init.js');
        return init(pathName(file), flags, terminal);
      });
    });
};
