// The account of a scenario as the program gives it, with its proofs, in this thread.
import { readFileSync } from 'node:fs';
import { isHarmed } from '../../dist/analysis/verdicts/harmed.js';
import { unseenOf } from '../../dist/analysis/verdicts/unseen-harm.js';
import { subjectOf } from '../../dist/cli/proof-subject.js';
import { prove } from '../../dist/cli/proving.js';
import { isStopped } from '../../dist/run/run.js';
import { storyBlocks } from '../../dist/report/story/blocks.js';
import {
  compile,
  formatDiagnostic,
  loadScenario,
  runPlan,
  summarise,
} from '../../dist/library/index.js';

/**
 * The result of the first variant of a text, with the blocks of its story and the events of its runs and of those of its
 * proof. `path`: the file of the text. `proof`: `none`, `usual` as without a flag, or `full` as with `--explain`.
 */
export async function accountOf(
  text,
  { proof = 'usual', replications = null, only = 0, path } = {},
) {
  // A file may name others beside it, such as a recorded load.
  const read = (name) => ({ text: path === undefined ? text : readFileSync(name, 'utf8') });
  const { file: all, problems } = loadScenario(path ?? 'case.yaml', read);
  if (all === null) throw new Error(problems.map(formatDiagnostic).join('\n'));
  const file = { ...all, variants: [all.variants[only]] };
  const [variant] = file.variants;
  const plan = compile(variant, file);
  const count = replications ?? variant.scenario.run.replications;
  const records = runsOf(plan, count);
  const bare = summarise(file, [plan], [records], '0');
  const [inferred] = bare.variants;
  const isWorth = isHarmed(inferred) || unseenOf(inferred.cascade.events).length > 0;
  let spent = 0;
  const runPlans = async (plans, wanted) =>
    plans.map((own) => {
      const made = runsOf(own, wanted);
      spent += eventsOf(made);
      return made.some(isStopped) ? null : made;
    });
  const task = { plan, variant, result: inferred, records };
  const subject = subjectOf(file, task, proof === 'full' ? null : 1);
  const own = proof === 'none' || !isWorth ? null : await prove(subject, runPlans);
  const proofs = own === null ? undefined : new Map([[plan.variant, own]]);
  const result = summarise(file, [plan], [records], '0', null, null, proofs);
  const blocks = storyBlocks(result, { source: 'case.yaml' });
  return { result, variant: result.variants[0], blocks, events: eventsOf(records), spent };
}

function runsOf(plan, replications) {
  return Array.from({ length: replications }, (_, k) => runPlan(plan, k));
}

function eventsOf(records) {
  return records.reduce((sum, { totals }) => sum + totals.events, 0);
}
