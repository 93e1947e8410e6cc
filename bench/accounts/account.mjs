// The account of a scenario as the program gives it, with its proofs, in this thread.
import { readFileSync } from 'node:fs';
import { isHarmed } from '../../dist/analysis/verdicts/harmed.js';
import { unseenOf } from '../../dist/analysis/verdicts/unseen-harm.js';
import { subjectOf } from '../../dist/api/proving/subject.js';
import { prove } from '../../dist/api/proving/proof.js';
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
 * The result of some variants of a text, with the blocks of its story and the events of its runs and of those of its
 * proofs. `path`: the file of the text. `proof`: `none`, `usual` as without a flag, or `full` as with `--explain`. `only`:
 * the index of a single variant.
 */
export async function documentOf(text, { proof = 'usual', replications, only, path } = {}) {
  // A file may name others beside it, such as a recorded load.
  const read = (name) => ({ text: path === undefined ? text : readFileSync(name, 'utf8') });
  const { file: all, problems } = loadScenario(path ?? 'case.yaml', read);
  if (all === null) throw new Error(problems.map(formatDiagnostic).join('\n'));
  const file = { ...all, variants: only === undefined ? all.variants : [all.variants[only]] };
  const plans = file.variants.map((variant) => compile(variant, file));
  const records = plans.map((plan, k) =>
    runsOf(plan, replications ?? file.variants[k].scenario.run.replications),
  );
  const bare = summarise(file, plans, records, '0');
  const proofs = new Map();
  let spent = 0;
  const runPlans = async (wanted, count) =>
    wanted.map((own) => {
      const made = runsOf(own, count);
      spent += eventsOf(made);
      return made.some(isStopped) ? null : made;
    });
  for (const [k, plan] of plans.entries()) {
    const inferred = bare.variants[k];
    const isWorth = isHarmed(inferred) || unseenOf(inferred.cascade.events).length > 0;
    if (proof === 'none' || !isWorth) continue;
    const task = { plan, variant: file.variants[k], result: inferred, records: records[k] };
    const own = await prove(subjectOf(file, task, proof === 'full' ? null : 1), runPlans);
    if (own !== null) proofs.set(plan.variant, own);
  }
  const result = summarise(file, plans, records, '0', null, null, proofs);
  const blocks = storyBlocks(result, { source: 'case.yaml' });
  const events = records.reduce((sum, own) => sum + eventsOf(own), 0);
  return { result, blocks, events, spent };
}

/** The same of a single variant, by default the first one. */
export async function accountOf(text, { only = 0, ...options } = {}) {
  const own = await documentOf(text, { ...options, only });
  return { ...own, variant: own.result.variants[0] };
}

function runsOf(plan, replications) {
  return Array.from({ length: replications }, (_, k) => runPlan(plan, k));
}

function eventsOf(records) {
  return records.reduce((sum, { totals }) => sum + totals.events, 0);
}
