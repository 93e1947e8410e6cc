import type { RunRecord } from '../../spec/record/record.js';
import { INSTANCE_STATE, JOURNAL } from '../../spec/record/record.js';
import { processOf } from '../../spec/plan/versions.js';
import { areaOf, gaugesOf } from '../measure/gauges.js';
import { isOpen, movedOf } from '../measure/machines.js';
import { goodputOf, goodShare, RECOVERED_SHARE, type Goodput } from '../measure/goodput.js';
import { recoveryGridIn, recoveryOf, staysGood, windowsFrom } from '../measure/recovery.js';
import type { RunVerdict } from '../measure/story.js';
import { arrivedOf, sumCells, sumOutcomes } from '../measure/sums.js';
import { firstFaultNs, spansIn } from '../measure/faulted.js';
import { isForGood, lastReturnNs } from './outages.js';
import type { VariantData } from '../measure/variant-data.js';
import { cellsOf, type CellSet } from '../measure/window.js';

/** Latest recovery that is prompt: three windows of 5 s. */
const PROMPT_SECONDS = 15;
/** Minimum number of windows after the fault before a run can be called stuck. */
const HORIZON_WINDOWS = 4;
/** Windows at the end in which a sustaining effect is searched. */
const LAST_WINDOWS = 4;
/** Part of the healthy goodput that a rise must reach to be more than noise. */
const WORTHWHILE = 0.05;
/** Growth of the load from which the load explains a failure. */
const SAME_LOAD = 1.1;
const RETRY_GROWTH = 1.5;
const WASTED = 0.3;
const QUEUED_SHARE = 0.5;

/**
 * Verdict on one run, from that run alone. `dying`: its restartLoops. After the fault that ends last:
 * - untouched: no window of 5 s since the first fault has less than 95 % of the goodput share before it (windows with
 *   fewer than 20 arrivals are merged with the next);
 * - recovered within 15 s, slowRecovery later;
 * - undecided: the fault does not end; fewer than 4 windows follow it, or the return of the instances that come back
 *   one by one; goodput rises over the second half of the windows (Mann-Kendall) by 5 % of the healthy goodput; a
 *   breaker has not yet tried to close; or nothing explains the failure. The run was too short to see the end;
 * - overloaded: load is more than 10 % above that before the fault (which shows what is feasible), or instances are
 *   still missing that their platform does not restart (those that it does make it undecided);
 * - metastable: load as before, all instances back, and retries (half more attempts per call than before), wasted
 *   work (30 % of busy time) or queues longer than half their capacity sustain the failure; or, whatever instances
 *   are missing, processes that die again after each restart.
 *
 * Source of the notion: Bronson et al., HotOS 2021; Huang et al., OSDI 2022.
 */
export function verdictOf(
  data: VariantData,
  record: RunRecord,
  dying: readonly string[],
): RunVerdict {
  const { plan } = data;
  const faults = plan.faults.filter((fault) => fault.spans.length > 0);
  // A fault that waits for a condition has no planned spans, and its spans differ from run to run.
  if (faults.length === 0)
    return plan.faults.some(({ when }) => when !== null) ? 'undecided' : 'untouched';
  const { before } = data;
  const goodput = goodputOf(data, record, data.requests);
  const healthy = goodShare(goodput, before);
  if (healthy === null || healthy === 0) return 'undecided';
  if (isUntouched(data, goodput, healthy)) return 'untouched';
  const ends = faults.map((fault) => ({
    id: fault.id,
    endNs: endOf(fault.rollout === null ? fault.spans : spansIn(data, fault, record)),
  }));
  const last = ends.reduce((latest, own) => (own.endNs > latest.endNs ? own : latest));
  const grid = recoveryGridIn(data, last.id, record);
  if (grid === null) return 'undecided';
  const recovery = recoveryOf(goodput, grid);
  if (recovery === null) return 'undecided';
  if (Number.isFinite(recovery)) return recovery <= PROMPT_SECONDS ? 'recovered' : 'slowRecovery';
  if (grid.windows.length < HORIZON_WINDOWS) return 'undecided';
  const shares = grid.windows
    .map((window) => goodShare(goodput, window))
    .filter((share) => share !== null);
  const tail = shares.slice(-Math.max(HORIZON_WINDOWS, shares.length >> 1));
  const gain = tail[tail.length - 1] - tail[0];
  if (isRising(tail) && gain >= WORTHWHILE * healthy) return 'undecided';
  // Instances that came back only recently are still part of the fault.
  if (
    lastReturnNs(data, record) > startOf(data, grid.windows[grid.windows.length - HORIZON_WINDOWS])
  )
    return 'undecided';
  const end = union(grid.windows.slice(-LAST_WINDOWS));
  if (loadOf(data, record, end) > SAME_LOAD * loadOf(data, record, before)) return 'overloaded';
  if (dying.length > 0) return 'metastable';
  const down = instancesDown(record);
  if (down.length > 0) return down.every((id) => isWaiting(data, id)) ? 'undecided' : 'overloaded';
  if (breakerWaits(data, record, grid.windows[grid.windows.length - LAST_WINDOWS]))
    return 'undecided';
  return isSustained(data, record, before, end) ? 'metastable' : 'undecided';
}

/** Share of the goodput before the first fault that is missing after it. */
export function goodputLost(data: VariantData, record: RunRecord): number | null {
  const { plan } = data;
  const goodput = goodputOf(data, record, data.requests);
  const healthy = goodShare(goodput, data.before);
  const after = cellsOf([{ fromNs: firstFaultNs(data), untilNs: plan.endNs }], plan);
  const actual = goodShare(goodput, after);
  if (healthy === null || healthy === 0) return null;
  return actual === null ? 0 : Math.max(0, 1 - actual / healthy);
}

/** Upward trend by Mann-Kendall: more rising than falling pairs, by more than 1.645 sigma. */
export function isRising(values: readonly number[]): boolean {
  const n = values.length;
  if (n < 3) return false;
  let score = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) score += Math.sign(values[j] - values[i]);
  }
  const sigma = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  return score > 1.645 * sigma;
}

function isUntouched(data: VariantData, goodput: Goodput, healthy: number): boolean {
  const windows = windowsFrom(firstFaultNs(data), data.plan.endNs, data);
  return staysGood(goodput, windows, RECOVERED_SHARE * healthy);
}

/** User requests per ns. */
function loadOf(data: VariantData, record: RunRecord, window: CellSet): number {
  const rows = data.requests.map((part) => record.parts[part]);
  return window.lengthNs > 0 ? arrivedOf(sumOutcomes(rows, window.cells)) / window.lengthNs : 0;
}

function isSustained(data: VariantData, record: RunRecord, before: CellSet, end: CellSet): boolean {
  const { plan } = data;
  for (const edge of data.edges) {
    const was = perCall(record, edge.stats, before) ?? 1;
    const is = perCall(record, edge.stats, end) ?? 1;
    if (is >= RETRY_GROWTH * Math.max(1, was)) return true;
  }
  let busy = 0;
  let wasted = 0;
  for (const part of record.parts) {
    busy += sumCells(part.busyNs, end.cells);
    wasted += sumCells(part.wastedNs, end.cells);
  }
  if (busy > 0 && wasted / busy >= WASTED) return true;
  return gaugesOf(record, 'queue').some((gauge) => {
    if (gauge.instance < 0) return false;
    const { queue, concurrency } = processOf(plan, gauge.instance);
    const mean = areaOf([gauge], end.cells) / end.lengthNs;
    const limit = Number.isFinite(queue.capacity) ? queue.capacity : 10 * concurrency;
    return Number.isFinite(limit) && mean > QUEUED_SHARE * limit;
  });
}

function perCall(record: RunRecord, stats: readonly number[], window: CellSet): number | null {
  let calls = 0;
  let attempts = 0;
  for (const stat of stats) {
    calls += sumCells(record.edges[stat].calls, window.cells);
    attempts += sumCells(record.edges[stat].attempts, window.cells);
  }
  return calls >= 20 ? attempts / calls : null;
}

/** Whether an instance that does not run only waits for its platform to start it. */
function isWaiting({ plan }: VariantData, id: number): boolean {
  const { component } = plan.instances[id];
  const isOver = plan.faults.some((fault) => fault.instances.includes(id) && isForGood(fault));
  return plan.components[component].restart !== null && !isOver;
}

/** States in which an instance works. One that was asked to end works until it has ended. */
const WORKING: readonly number[] = [
  INSTANCE_STATE.up,
  INSTANCE_STATE.leaving,
  INSTANCE_STATE.restartRequested,
  INSTANCE_STATE.ready,
  INSTANCE_STATE.unready,
  INSTANCE_STATE.wanted,
];

/** Instances that do not run according to their last entry in the journal. */
function instancesDown(record: RunRecord): readonly number[] {
  const { kind, subject, value } = record.journal;
  const last = new Map<number, number>();
  const absent = new Set<number>();
  for (let i = 0; i < kind.length; i++) {
    if (kind[i] !== JOURNAL.instance) continue;
    last.set(subject[i], value[i]);
    if (value[i] === INSTANCE_STATE.absent) absent.add(subject[i]);
    else if (value[i] === INSTANCE_STATE.wanted) absent.delete(subject[i]);
  }
  return [...last]
    .filter(([id, state]) => !absent.has(id) && !WORKING.includes(state))
    .map(([id]) => id);
}

/** True when a breaker is open at the end and has not tried to close since the start of the window. */
function breakerWaits(data: VariantData, record: RunRecord, window: CellSet): boolean {
  const sinceNs = startOf(data, window);
  return movedOf(record, data.plan.warmupNs).some(({ machine, transitions }) => {
    const last = transitions[transitions.length - 1];
    if (machine.dryRun) return false;
    return isOpen(machine, last.state) && last.atNs < sinceNs;
  });
}

function startOf({ plan }: VariantData, { cells }: CellSet): number {
  return plan.grid.edges[cells[0]];
}

function union(windows: readonly CellSet[]): CellSet {
  return {
    cells: Int32Array.from(windows.flatMap((window) => [...window.cells])),
    segments: new Int32Array(0),
    lengthNs: windows.reduce((total, window) => total + window.lengthNs, 0),
  };
}

function endOf(spans: readonly { readonly untilNs: number }[]): number {
  return spans[spans.length - 1].untilNs;
}
