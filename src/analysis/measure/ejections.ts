import type { MachineRecord, RunRecord } from '../../contracts/record/record.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { movedOf } from '../../telemetry/machines.js';
import { instanceName } from '../../contracts/plan/names.js';
import { byCodeUnit } from '../../text/order.js';
import type { VariantData } from './variant-data.js';
import { formatCount } from '../../text/figures.js';

/** State of an instance that outlier detection has ejected. */
const OUT = 1;

/** True for the outlier-detection state of one instance. */
export function isOutlier(machine: MachineRecord): boolean {
  return machine.policy === 'outlierDetection';
}

/** Counts the ejections of a run in the measured time, among the machines that `picks` selects. */
export function ejectionsOf(
  record: RunRecord,
  warmupNs: number,
  endNs: number,
  picks: (machine: MachineRecord) => boolean,
): number {
  let ejections = 0;
  for (const { machine, transitions } of movedOf(record, warmupNs)) {
    if (!isOutlier(machine) || !picks(machine)) continue;
    for (const { atNs, state } of transitions) {
      if (state === OUT && atNs >= warmupNs && atNs < endNs) ejections++;
    }
  }
  return ejections;
}

interface Story {
  readonly out: { readonly atNs: number; readonly text: string }[];
  readonly back: number[];
  left: number;
}

/**
 * Timeline events of each pair of components: the first ejection, and the last return if every instance comes back.
 */
export function ejectionEvents({ plan }: VariantData, record: RunRecord): readonly StoryEvent[] {
  const edges = new Map<string, Story>();
  for (const { machine, transitions } of movedOf(record, plan.warmupNs)) {
    if (!isOutlier(machine)) continue;
    const { callerComponent, calleeComponent, instance, calleeInstance } = machine;
    const name = `${plan.components[callerComponent].name}->${plan.components[calleeComponent].name}`;
    const story = edges.get(name) ?? { out: [], back: [], left: 0 };
    edges.set(name, story);
    const text = `${instanceName(plan, instance)} ejects ${instanceName(plan, calleeInstance)}`;
    let state = 0;
    for (const { atNs, state: next } of transitions) {
      if (next === OUT && atNs >= plan.warmupNs) story.out.push({ atNs, text });
      if (next !== OUT) story.back.push(atNs);
      state = next;
    }
    if (state === OUT) story.left++;
  }
  return [...edges.keys()]
    .sort(byCodeUnit)
    .flatMap((name) => ejectionEventsOf(name, edges.get(name)!, plan.warmupNs));
}

function ejectionEventsOf(
  subject: string,
  { out, back, left }: Story,
  warmupNs: number,
): StoryEvent[] {
  if (out.length === 0) return [];
  const event = (kind: 'ejected' | 'returned', atNs: number, text: string): StoryEvent => ({
    at: (atNs - warmupNs) / 1e9,
    kind,
    subject,
    cause: null,
    mechanism: null,
    text,
  });
  const first = out.reduce((a, b) => (b.atNs < a.atNs ? b : a));
  const more = out.length === 1 ? '' : `, the first of ${formatCount(out.length)} ejections`;
  const events = [event('ejected', first.atNs, first.text + more)];
  if (left === 0 && back.length > 0) {
    events.push(event('returned', Math.max(...back), 'every instance is back'));
  }
  return events;
}
