import { blamedIn } from '../../src/analysis/story/blamed.js';
import { prove, type RunPlans, type Subject } from '../../src/cli/proving.js';
import { compile } from '../../src/plan/compile.js';
import { suggested } from '../../src/plan/interventions/index.js';
import type { Source } from '../../src/plan/interventions/kind.js';
import { isStopped } from '../../src/run/run.js';
import type { Counterfactuals } from '../../src/spec/result/counterfactual.js';
import type { Ran } from '../theory/program.js';
import { runPlan } from './built.js';

/** Runs plans in this thread; null for those that a guard ended. */
export const runPlans: RunPlans = (plans, replications) => {
  const all = plans.map((plan) => {
    const records = Array.from({ length: replications }, (_, k) => runPlan(plan, k));
    return records.some(isStopped) ? null : records;
  });
  return Promise.resolve(all);
};

/** The first variant of a scenario as a source of interventions. */
export function sourceOf({ plans, file }: Ran): Source {
  const [variant] = file.variants;
  return {
    plan: plans[0]!,
    recompiled: (edit) => compile({ ...variant!, scenario: edit(variant!.scenario) }, file),
  };
}

/** The proof of the first variant of a scenario. */
export async function proofOf(
  ran: Ran,
  options: Partial<Pick<Subject, 'candidates' | 'thrifty'>> = {},
  runs: RunPlans = runPlans,
): Promise<Counterfactuals> {
  const source = sourceOf(ran);
  const candidates = options.candidates ?? suggested(source.plan, ran.variant());
  const thrifty = options.thrifty ?? true;
  const records = ran.records[0]!;
  const blamed = blamedIn(ran.variant().cascade);
  const ended = { variant: ran.file.variants[0]!, cascade: ran.variant().cascade };
  const subject = { source, records, blamed, candidates, ended, thrifty };
  const own = await prove(subject, runs);
  if (own === null) throw new Error('the runs without faults did not end');
  return own;
}
