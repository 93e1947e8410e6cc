import {
  OUTCOME_NAMES,
  isSuccess,
  kindIndex,
  writtenStatus,
  type OutcomeName,
} from '../../contracts/outcome.js';
import type { TraceRecord } from '../../contracts/record/record.js';
import type { Exemplar, Span } from '../../contracts/result/result.js';
import { quantileRank } from '../../stats/rank.js';
import { firstFaultNs } from './faulted.js';
import { instanceName, partName } from '../../contracts/plan/names.js';
import { type VariantData } from './variant-data.js';

/** A request that is shown in every variant. */
interface Chosen {
  readonly key: string;
  readonly why: string;
}

/** A traced request of one variant. */
interface Root {
  readonly row: number;
  readonly key: string;
  readonly part: number;
  readonly load: number;
  readonly arrival: number;
  readonly startNs: number;
  readonly durationNs: number;
  readonly success: boolean;
}

/**
 * The same few requests in every variant, by variant name: a median one and a slow one from before the first fault,
 * then requests during the fault `headline` whose outcomes differ most between the variants, each of a different
 * request type while there are any. Only requests that are traced in all variants count. Ties go to the earlier
 * arrival.
 */
export function exemplarsOf(
  variants: readonly VariantData[],
  wanted: number,
  headline: string | null,
): ReadonlyMap<string, readonly Exemplar[]> {
  const exemplars = new Map<string, readonly Exemplar[]>();
  let open: readonly Traced[] = variants.map((data) => ({ data, roots: rootsOf(data) }));
  while (open.length > 0) {
    const { members, rest } = together(open);
    const shared = sharedRoots(members);
    const chosen = choose(members, shared, wanted, headline);
    for (const { data, roots } of members) {
      const own = chosen.map(({ key, why }) => exemplarOf(data, roots.get(key)!, why));
      exemplars.set(data.variant.name, own);
    }
    open = rest;
  }
  return exemplars;
}

/** A variant and its traced requests by key. */
interface Traced {
  readonly data: VariantData;
  readonly roots: ReadonlyMap<string, Root>;
}

/** Minimum number of common requests for variants to be shown side by side. */
const ENOUGH = 20;

/**
 * The first variant, and all others that have enough requests in common with it and with each other. A variant with a
 * different load has different requests and gets separate exemplars.
 */
function together(open: readonly Traced[]): {
  readonly members: readonly Traced[];
  readonly rest: readonly Traced[];
} {
  const members: Traced[] = [open[0]];
  const rest: Traced[] = [];
  for (const traced of open.slice(1)) {
    const enough = Math.min(ENOUGH, sharedRoots(members).length);
    if (sharedRoots([...members, traced]).length >= enough) members.push(traced);
    else rest.push(traced);
  }
  return { members, rest };
}

function sharedRoots(members: readonly Traced[]): readonly Root[] {
  return [...members[0].roots.values()]
    .filter((root) => members.every(({ roots }) => roots.has(root.key)))
    .sort((a, b) => a.startNs - b.startNs || a.load - b.load || a.arrival - b.arrival);
}

function rootsOf(data: VariantData): Map<string, Root> {
  const { traces } = data.records[0];
  const roots = new Map<string, Root>();
  for (let row = 0; row < traces.rows; row++) {
    if (traces.parent[row] >= 0) continue;
    const startNs = startOf(traces, row);
    if (startNs < data.plan.warmupNs) continue;
    const load = traces.load[row];
    const workload = data.plan.components[data.plan.loads[load].component].name;
    const key = `${workload}#${traces.arrival[row]}`;
    roots.set(key, {
      row,
      key,
      part: traces.part[row],
      load,
      arrival: traces.arrival[row],
      startNs,
      durationNs: endOf(traces, row) - startNs,
      success: isSuccess(traces.outcome[row]),
    });
  }
  return roots;
}

function choose(
  members: readonly Traced[],
  shared: readonly Root[],
  wanted: number,
  headline: string | null,
): readonly Chosen[] {
  const base = members[0].data;
  if (shared.length === 0) return [];
  const faultNs = firstFaultNs(base);
  const before = shared.filter((root) => root.startNs < faultNs && root.success);
  const chosen: Chosen[] = [];
  const take = (root: Root | undefined, why: string): void => {
    if (root === undefined || chosen.length >= wanted) return;
    if (!chosen.some(({ key }) => key === root.key)) chosen.push({ key: root.key, why });
  };
  const byDuration = [...before].sort(
    (a, b) => a.durationNs - b.durationNs || a.arrival - b.arrival,
  );
  take(byDuration[byDuration.length >> 1], 'median');
  const isFaulty = faultNs < base.plan.endNs;
  take(
    byDuration[quantileRank(0.99, byDuration.length) - 1],
    isFaulty ? 'slow before the fault' : 'slow',
  );
  const fault = base.plan.faults.find((candidate) => candidate.id === headline);
  const span = fault?.spans[0];
  if (fault !== undefined && span !== undefined) {
    const { fromNs, untilNs } = span;
    const during = shared.filter((root) => root.startNs >= fromNs && root.startNs < untilNs);
    for (const root of byDifference(members, during)) take(root, `during ${fault.id}`);
  }
  for (const root of [...byDuration].reverse()) take(root, 'slow');
  return chosen;
}

/**
 * Orders requests by how much their outcomes differ between the variants; the request types take turns. With a single
 * variant nothing differs: the slowest failures come first, in turn with the slowest successes.
 */
function byDifference(members: readonly Traced[], during: readonly Root[]): readonly Root[] {
  const scored = during.map((root) => {
    const own = members.map(({ roots }) => roots.get(root.key)!);
    const ok = own.filter((other) => other.success).length;
    const differing = Math.min(ok, own.length - ok);
    const durations = own.map((other) => other.durationNs);
    const spread = Math.max(...durations) - Math.min(...durations);
    return { root, differing, spread, failed: own.length - ok, longest: Math.max(...durations) };
  });
  scored.sort(
    (a, b) =>
      b.differing - a.differing ||
      b.spread - a.spread ||
      b.failed - a.failed ||
      b.longest - a.longest ||
      a.root.load - b.root.load ||
      a.root.arrival - b.root.arrival,
  );
  const seen = new Map<string, number>();
  const ranked = scored.map((entry, order) => {
    const ending = members.length === 1 ? entry.failed : 0;
    const kind = `${entry.root.part} ${ending}`;
    const turn = seen.get(kind) ?? 0;
    seen.set(kind, turn + 1);
    return { ...entry, turn, order };
  });
  ranked.sort((a, b) => a.turn - b.turn || a.order - b.order);
  return ranked.map((entry) => entry.root);
}

function exemplarOf(data: VariantData, root: Root, why: string): Exemplar {
  const { traces } = data.records[0];
  const id = traces.id[root.row];
  const rows: number[] = [];
  for (let row = 0; row < traces.rows; row++) if (traces.root[row] === id) rows.push(row);
  const spans = rows
    .map((row) => spanOf(data, row, root))
    .sort((a, b) => a.called - b.called || a.sent - b.sent || a.id - b.id);
  return {
    key: root.key,
    request: partName(data.plan, root.part),
    why,
    at: (root.startNs - data.plan.warmupNs) / 1e9,
    duration: root.durationNs / 1e9,
    outcome: outcomeAt(traces, root.row),
    spans,
  };
}

function spanOf(data: VariantData, row: number, root: Root): Span {
  const { plan } = data;
  const { traces } = data.records[0];
  // Times before the request itself were not recorded for it.
  const relative = (at: number): number | null =>
    at < root.startNs ? null : (at - root.startNs) / 1e9;
  const edge = traces.edge[row];
  const caller = edge < 0 ? '' : partName(data.plan, data.plan.statEdges[edge].from);
  const called = Math.max(root.startNs, startOf(traces, row));
  const sent = Math.max(called, traces.sent[row]);
  return {
    id: traces.id[row],
    parent: traces.parent[row] < 0 ? null : traces.parent[row],
    name: partName(plan, traces.part[row]),
    caller,
    instance: traces.instance[row] < 0 ? '' : instanceName(plan, traces.instance[row]),
    attempt: traces.attempt[row],
    called: relative(called)!,
    sent: relative(sent)!,
    arrived: relative(traces.arrived[row]),
    begun: relative(traces.begun[row]),
    ended: relative(traces.ended[row]),
    answered: relative(traces.answered[row]),
    gone: relative(traces.callerLeftAt[row]),
    ...(traces.opened[row] < 0 ? {} : { opened: relative(traces.opened[row])! }),
    outcome: outcomeAt(traces, row),
    ...statusAt(traces, row),
    ...(traces.background[row] === 1 ? { background: true as const } : {}),
  };
}

/** Status code of a failed response. */
function statusAt(traces: TraceRecord, row: number): { readonly status?: number } {
  const outcome = traces.outcome[row];
  const status = isSuccess(outcome) ? null : writtenStatus(outcome);
  return status === null ? {} : { status };
}

/** Outcome of a row. An attempt that its caller left before the response has none: it was cancelled. */
function outcomeAt(traces: TraceRecord, row: number): OutcomeName {
  return OUTCOME_NAMES[kindIndex(traces.outcome[row])] ?? 'cancelled';
}

/** Time of the first event of a row. */
function startOf(traces: TraceRecord, row: number): number {
  for (const column of [traces.called, traces.sent, traces.arrived, traces.begun]) {
    if (column[row] >= 0) return column[row];
  }
  return 0;
}

/** Time of the last event of a row, as its caller saw it. */
function endOf(traces: TraceRecord, row: number): number {
  if (traces.answered[row] >= 0) return traces.answered[row];
  if (traces.callerLeftAt[row] >= 0) return traces.callerLeftAt[row];
  return traces.ended[row] >= 0 ? traces.ended[row] : startOf(traces, row);
}
