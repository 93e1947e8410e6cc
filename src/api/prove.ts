import { summarise } from '../analysis/summarise.js';
import type { Proofs } from '../analysis/story/proof.js';
import type { Result } from '../contracts/result/result.js';
import { isFailure } from '../report/view/budget-words.js';
import { isStopped } from '../run/run.js';
import { VERSION } from '../text/version.js';
import { inThisThread, type Execute } from './execute.js';
import { RUN_OPTIONS, scenarioOf, type RunOptions, type ScenarioInput } from './options.js';
import { counterfactualsOf, isWorthProof, recommended } from './proving/counterfactuals.js';
import { eventsOf } from './proving/events.js';
import type { RunPlans } from './proving/proof.js';
import { wholeEnough } from './until.js';
import { remembered } from './simulate.js';

/** How much is proved. */
export interface ProveOptions extends RunOptions {
  /**
   * true: the baseline and every variant that breaks a budget, with all runs, as `story --explain` has it. Default: the
   * baseline and the first variant that breaks one, with about as many events as the usual runs, as `run` and `story`
   * have it.
   */
  readonly explain?: boolean;
}

/**
 * Runs a scenario, then runs it again without its faults and other possible causes, as `faultline run` and `story` do.
 * `counterfactuals` of a variant says how much harm remains without each fault and with each remedy, and its `cascade`
 * names the proved causes; `enough` of the recommended variant says which of its changes are enough.
 *
 * Rejects as `simulate` does.
 */
export async function prove(scenario: ScenarioInput, options: ProveOptions = {}): Promise<Result> {
  const prepared = scenarioOf(scenario, options, [...RUN_OPTIONS, 'explain']);
  const { plans, path } = prepared;
  const { execute = inThisThread, explain } = options;
  const { records, file, until } = await wholeEnough(prepared, { execute, path });
  const ran = { prepared, records };
  const of = (proofs?: Proofs): Result => {
    const own = summarise(file, plans, records, VERSION, null, null, proofs);
    return until === null ? own : { ...own, until };
  };
  const result = of();
  if (!plans.some((plan, k) => isWorthProof(explain, plan, records[k]!)))
    return remembered(result, ran);
  const spent = { events: 0 };
  const by = { ...ran, runPlans: () => proofRuns(execute, spent), isOver: () => false };
  const isAsked = ({ baseline, budgets }: Result['variants'][number]): boolean =>
    baseline || budgets.some(isFailure);
  const proofs = (await counterfactualsOf(by, result, { explain, isAsked })) ?? new Map();
  const proved = proofs.size === 0 ? result : of(proofs);
  const watcher = { isOver: () => false, onTried: () => {}, onEnd: () => {} };
  const { made } = await recommended(ran, proved, {
    explain,
    spent: spent.events,
    execute,
    watcher,
  });
  return remembered(made, ran);
}

/** The runs of a proof; null for a plan of which a guard ended one. */
function proofRuns(execute: Execute, spent: { events: number }): RunPlans {
  return async (plans, replications) => {
    const rows = await execute(plans, replications);
    return rows.map((row) => {
      const whole = row.filter((record) => !isStopped(record));
      spent.events += eventsOf(whole);
      return whole.length === replications ? row : null;
    });
  };
}
