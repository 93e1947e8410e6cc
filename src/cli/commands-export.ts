import { examples, withChanges, type Add } from './command-parts.js';
import { nameList, pathName } from './flags.js';

/** `export FILE`. */
export const addExport: Add = (program, action) => {
  const command = program
    .command('export')
    .summary('the faults of a scenario for Chaos Mesh or AWS FIS, its load for k6')
    .description(
      'Writes the faults of a scenario as an experiment of Chaos Mesh or AWS FIS, or its load as a script of k6, so that the real ' +
        'system can confirm what the runs predict. Whatever has no counterpart is listed with the reason.',
    )
    .argument('<file>', 'scenario (YAML); - is standard input')
    .option('--as <format>', 'chaos-mesh, litmus, fis or k6', 'chaos-mesh')
    .option('--variant <name>', 'the variant; by default the baseline')
    .option('--faults <list>', 'only these faults, such as those that explore has found', nameList)
    .option('--namespace <name>', 'namespace of the pods', 'default');
  withChanges(command, false)
    .option('--out <file>', 'the experiment; - is standard output', pathName, '-')
    .option('--json <file>', 'write the experiment and the list as JSON', pathName)
    .option('--quiet', 'do not list what is written otherwise, or not at all')
    .addHelpText(
      'after',
      examples(
        'faultline export scenarios/first.yaml --as chaos-mesh --namespace shop',
        'faultline export scenarios/first.yaml --as k6 --out load.js',
        'faultline export scenarios/checkout.yaml --as chaos-mesh --faults psp-hang --out chaos.yaml',
      ),
    )
    .action(action(async () => (await import('./commands/export.js')).exportFile));
};
