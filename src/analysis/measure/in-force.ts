import type { Ns } from '../../kernel/time.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { PlanSettings } from '../../contracts/plan/changes.js';
import type { PlanProcess } from '../../contracts/plan/process.js';
import { processOf } from '../../contracts/plan/versions.js';
import { JOURNAL, type JournalRecord, type RunRecord } from '../../contracts/record/record.js';
import type { VariantData } from './variant-data.js';
import type { CellSet } from './window.js';

/** Capacity of some kind that an instance has. */
export type Capacity = (settings: PlanProcess) => number;

/** A time in which an instance has the same capacity. */
export interface Span {
  readonly fromNs: Ns;
  /** Infinity = to the end of the run. */
  readonly untilNs: Ns;
  readonly value: number;
}

/** Whether a change of the configuration gives some of these instances another capacity during the run. */
export function isChanged(
  { plan }: Pick<VariantData, 'plan'>,
  instances: readonly number[],
  capacity: Capacity,
): boolean {
  if (plan.changes === null) return false;
  const own = new Set(instances.map((id) => plan.instances[id].component));
  return plan.changes.settings.some((settings) => {
    const { firstInstance } = plan.components[settings.component];
    const file = capacity(processOf(plan, firstInstance));
    const at = (_: number, number: number): number =>
      capacity(processIn(plan, settings, firstInstance, number));
    return own.has(settings.component) && settings.concurrency.map(at).some((one) => one !== file);
  });
}

/** The capacity of an instance over a run, in order of time: that of the file, and that of each configuration it gets. */
export function capacityOver(
  { plan }: VariantData,
  { journal }: RunRecord,
  instance: number,
  capacity: Capacity,
): readonly Span[] {
  const { component } = plan.instances[instance];
  const settings = plan.changes?.settings.find((own) => own.component === component);
  const turns = settings === undefined ? [] : (turnsOf(journal).get(instance) ?? []);
  const starts = [
    { fromNs: -Infinity, value: capacity(processOf(plan, instance)) },
    ...turns.map(({ atNs, number }) => ({
      fromNs: atNs + plan.warmupNs,
      value: capacity(processIn(plan, settings!, instance, number)),
    })),
  ];
  return starts.map((start, k) => ({ ...start, untilNs: starts[k + 1]?.fromNs ?? Infinity }));
}

/** The configuration of the instances of a component in some cells; null = it changes within them. */
export function configurationIn(
  { plan, records }: Pick<VariantData, 'plan' | 'records'>,
  component: number,
  { cells }: CellSet,
): number | null {
  if (plan.changes === null || cells.length === 0) return 0;
  const { edges } = plan.grid;
  const [begin, end] = [edges[cells[0]], edges[cells[cells.length - 1] + 1]];
  const turns = turnsOf(records[0].journal).get(plan.components[component].firstInstance) ?? [];
  const before = turns.filter(({ atNs }) => atNs + plan.warmupNs <= begin);
  const isChanged = turns.some(
    ({ atNs }) => atNs + plan.warmupNs > begin && atNs + plan.warmupNs < end,
  );
  return isChanged ? null : (before.at(-1)?.number ?? 0);
}

/** The same, as the mean over a time. */
export function meanCapacityOf(spans: readonly Span[], beginNs: Ns, endNs: Ns): number {
  if (spans.length === 1) return spans[0].value;
  let sum = 0;
  for (const { fromNs, untilNs, value } of spans) {
    const ns = Math.min(untilNs, endNs) - Math.max(fromNs, beginNs);
    if (ns > 0) sum += value * (ns / (endNs - beginNs));
  }
  return sum;
}

/** The settings of a process in a configuration. */
function processIn(
  plan: Plan,
  settings: PlanSettings,
  instance: number,
  number: number,
): PlanProcess {
  const own = processOf(plan, instance);
  const queue = { ...own.queue, capacity: settings.capacity[number] };
  return { ...own, concurrency: settings.concurrency[number], queue };
}

/** A configuration that reaches an instance; the time is that of the journal. */
interface Turn {
  readonly atNs: Ns;
  readonly number: number;
}

const known = new WeakMap<JournalRecord, ReadonlyMap<number, readonly Turn[]>>();

function turnsOf(journal: JournalRecord): ReadonlyMap<number, readonly Turn[]> {
  const found = known.get(journal);
  if (found !== undefined) return found;
  const turns = new Map<number, Turn[]>();
  const { timeNs, kind, subject, value } = journal;
  kind.forEach((one, k) => {
    if (one !== JOURNAL.configured) return;
    const own = turns.get(subject[k]) ?? [];
    turns.set(subject[k], own);
    own.push({ atNs: timeNs[k], number: value[k] });
  });
  known.set(journal, turns);
  return turns;
}
