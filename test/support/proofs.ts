import { subjectOf } from '../../src/api/proving/subject.js';
import { prove, type RunPlans, type Subject } from '../../src/api/proving/proof.js';
import { compile } from '../../src/plan/compile.js';
import type { Source } from '../../src/plan/interventions/kind.js';
import { isStopped } from '../../src/run/run.js';
import type { Counterfactuals } from '../../src/contracts/result/counterfactual.js';
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
  options: Partial<Pick<Subject, 'candidates' | 'share'>> = {},
  runs: RunPlans = runPlans,
): Promise<Counterfactuals> {
  const [variant] = ran.file.variants;
  const task = {
    plan: ran.plans[0]!,
    variant: variant!,
    result: ran.variant(),
    records: ran.records[0]!,
  };
  const usual = subjectOf(ran.file, task, options.share === undefined ? 1 : options.share);
  const subject = { ...usual, ...options };
  const own = await prove(subject, runs);
  if (own === null) throw new Error('the runs without faults did not end');
  return own;
}
