// The smallest part of the changes of a variant that holds the budgets, by running all parts, the smallest ones first.
import { exploredBudgets } from '../../dist/analysis/explore.js';
import { slowLimits } from '../../dist/analysis/verdicts/harm.js';
import { Runner, Trials } from '../../dist/api/tune/trials.js';
import { memoryOf } from '../../dist/cli/memory.js';
import { runEach } from '../../dist/cli/plan-runs.js';
import { prepare } from '../../dist/cli/prepare.js';
import { compile } from '../../dist/plan/compile.js';
import { withFaults } from '../../dist/plan/without.js';
import { simulators } from '../../dist/run/replicate.js';
import { withWorkerThreads } from '../../dist/run/worker-threads.js';
import { differences } from '../../dist/scenario/tuning/differences.js';

const SILENT = { note: () => {}, out: () => {}, raw: () => {}, progress: () => {} };

/** `most`: parts that are as large need not run. */
export async function smallestPart({ file, from, to, budgets, replications, most }) {
  const selection = { replications, ...(budgets.length > 0 && { budget: budgets }) };
  const prepared = prepare(file, selection, SILENT);
  const variant = prepared.file.variants.find(({ name }) => name === from);
  const plan = compile(variant, prepared.file);
  const text = (name) => prepared.texts.get(name).patched;
  const { settings } = differences(text(from), text(to));
  const moves = settings.map((own) => ({ ...own, effort: 1 }));
  const share = memoryOf({}, [plan], file);
  return withWorkerThreads(simulators(share.heapMiB, [], share.memory), async (threads) => {
    const execute = (plans, count, first) =>
      runEach(plans, count, { threads, share, path: file }, first);
    const runner = new Runner({ execute, isOver: () => false });
    const calm = [plan, withFaults(plan, () => false)];
    const [usual, without] = await runner.records(calm, replications);
    const { judged } = exploredBudgets(prepared.file.budgets, from, true);
    const judging = { budgets: judged, limits: slowLimits(plan, without) };
    const trials = new Trials(prepared, { variant, plan, records: usual }, judging, runner);
    const last = Math.min(moves.length, most === null ? moves.length : most - 1);
    for (let size = 1; size <= last; size++) {
      for (const set of setsOf(moves, size)) {
        const [first] = await trials.of([set], 1);
        if (first?.holds !== true) continue;
        const [all] = replications === 1 ? [first] : await trials.of([set], replications);
        if (all?.holds === true) return { size, of: moves.length, runs: runner.done };
      }
    }
    // No smaller part holds, so the part that was found, or all of the changes, is the smallest.
    return { size: last + 1, of: moves.length, runs: runner.done };
  });
}

/** All sets of a size. */
function setsOf(moves, size) {
  if (size === 0) return [[]];
  return moves.flatMap((move, k) =>
    setsOf(moves.slice(k + 1), size - 1).map((rest) => [move, ...rest]),
  );
}
