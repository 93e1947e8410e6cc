import { EDGE_COUNTERS } from '../../contracts/patterns/policy.js';
import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import type { EdgeResult } from '../../contracts/result/components.js';
import { answerResult } from './components.js';
import { ejectionsOf } from './ejections.js';
import { handledStats } from './handled.js';
import { outcomesByRun } from './outcomes.js';
import { windowsDuring } from './faulted.js';
import { sumOf } from '../../stats/sums.js';
import { ratio } from './estimate.js';
import { movedOf, openNs, sizeOf } from '../../telemetry/machines.js';
import { isAsked } from './breakers.js';
import { edgeSums, partSums } from './column-sums.js';
import type { Asked } from './question.js';
import { selectStats } from './subjects.js';
import { finishedOf, namedOutcomes, succeededOf, sumTable } from './sums.js';
import { instanceName } from '../../contracts/plan/names.js';
import { type VariantData } from './variant-data.js';

/** Results of every component edge of a variant, by name. Counts are sums over all runs. */
export function edgeResults(data: VariantData): Readonly<Record<string, EdgeResult>> {
  const results: Record<string, EdgeResult> = {};
  for (const edge of data.edges) {
    const selection = selectStats(edge.stats, data);
    const result = edgeResult({ data, selection, window: data.whole });
    const handled = handledCalls(data, edge.stats);
    results[edge.name] = handled === null ? result : { ...result, handled };
  }
  return results;
}

/** Calls of an edge that fail no request of the caller; null if none of them fails. */
function handledCalls(data: VariantData, stats: readonly number[]): EdgeResult['handled'] | null {
  const known = handledStats(data.plan);
  const own = stats.filter((stat) => known.has(stat));
  const selection = selectStats(own, data);
  const outcomes = outcomesByRun({ data, selection, window: data.whole });
  const finished = sumOf(outcomes.map((run) => finishedOf(run)));
  const failed = finished - sumOf(outcomes.map((run) => succeededOf(run)));
  if (failed === 0) return null;
  const isBackground = own.every((stat) => known.get(stat) === 'background');
  return { finished, failed, ...(isBackground && { isBackground }) };
}

function edgeResult(asked: Asked): EdgeResult {
  const { data, selection, window } = asked;
  const calls = sumOf(edgeSums(asked, 'calls'));
  const attempts = sumOf(edgeSums(asked, 'attempts'));
  const tables = data.records.flatMap((record) =>
    selection.stats.map((stat) => record.edges[stat].attemptOutcomes),
  );
  const counted = sumTable(
    data.records.flatMap((record) => selection.stats.map((stat) => record.edges[stat].counters)),
    window.cells,
    EDGE_COUNTERS.length,
  );
  const counters: Record<string, number> = {};
  EDGE_COUNTERS.forEach((name, i) => {
    if (counted[i] > 0) counters[name] = counted[i];
  });
  const ejections = ejectionsIn(asked);
  if (ejections > 0) counters['ejections'] = ejections;
  return {
    ...answerResult(asked, false),
    calls,
    attempts,
    amplification: ratio(attempts, calls),
    amplificationDuring: amplificationDuring(asked),
    attemptOutcomes: namedOutcomes(sumTable(tables, window.cells, OUTCOME_KINDS)),
    counters,
    wastedWork: ratio(sumOf(edgeSums(asked, 'wastedNs')), sumOf(partSums(asked, 'busyNs'))),
    breaker: breakerResult(asked),
  };
}

/** Ejections of instances of the callee by its callers, over all runs. */
function ejectionsIn({ data, selection }: Asked): number {
  const { callers, callees } = selection;
  const { warmupNs, endNs } = data.plan;
  return sumOf(
    data.records.map((record) =>
      ejectionsOf(
        record,
        warmupNs,
        endNs,
        ({ callerComponent, calleeComponent }) =>
          (callers === null || callers.has(callerComponent)) && callees.has(calleeComponent),
      ),
    ),
  );
}

function amplificationDuring(asked: Asked): Readonly<Record<string, number | null>> {
  const { data } = asked;
  const during: Record<string, number | null> = {};
  for (const fault of data.plan.faults) {
    const windows = windowsDuring(data, fault);
    const attempts = sumOf(edgeSums(asked, 'attempts', windows));
    during[fault.id] = ratio(attempts, sumOf(edgeSums(asked, 'calls', windows)));
  }
  return during;
}

function breakerResult(asked: Asked): EdgeResult['breaker'] {
  const { data } = asked;
  const { plan, records } = data;
  const spans = [{ fromNs: plan.warmupNs, untilNs: plan.endNs }];
  let open = 0;
  let time = 0;
  let transitions: { at: number; instance: string; state: string }[] = [];
  let hasBreakers = false;
  let dryRun = true;
  records.forEach((record, replication) => {
    for (const block of record.machines) {
      if (!isAsked(asked, block.machine)) continue;
      hasBreakers = true;
      dryRun &&= block.machine.dryRun;
      time += (plan.endNs - plan.warmupNs) * sizeOf(block);
    }
    for (const { machine, transitions: own } of movedOf(record, plan.warmupNs)) {
      if (!isAsked(asked, machine)) continue;
      open += openNs(machine, own, spans);
      if (replication > 0) continue;
      const caller = machine.instance < 0 ? 'all' : instanceName(plan, machine.instance);
      const { calleeInstance } = machine;
      const instance =
        calleeInstance < 0 ? caller : `${caller}->${instanceName(plan, calleeInstance)}`;
      transitions = transitions.concat(
        own.map(({ atNs, state }) => ({
          at: (atNs - plan.warmupNs) / 1e9,
          instance,
          state: machine.states[state],
        })),
      );
    }
  });
  if (!hasBreakers) return null;
  // The sort is stable: machines keep their order if they have a transition at the same time.
  transitions.sort((a, b) => a.at - b.at);
  return { transitions, openFor: time > 0 ? open / time : 0, dryRun };
}
