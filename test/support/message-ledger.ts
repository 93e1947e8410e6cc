import { FORM } from '../../src/contracts/record/trace-forms.js';
import type { Plan } from '../../src/contracts/plan/plan.js';
import type { RunRecord, TraceRecord } from '../../src/contracts/record/record.js';
import { OUTCOME_NAMES, kindIndex } from '../../src/contracts/outcome.js';
import { LINES, batchOf, deadName, handlerOf, hopName, outboxOf } from './message-worlds.js';
import type { Hop, MessageWorld } from './message-worlds.js';

/** One execution of an endpoint, as the trace has it; times in ns, -1 = never. */
export interface Run {
  readonly id: number;
  readonly parent: number;
  readonly part: string;
  readonly begun: number;
  readonly ended: number;
  readonly isOk: boolean;
  /** Value of the key. */
  readonly line: number;
}

/** A message as its publisher's execution shows it, and its further course. */
export interface Message {
  /** The executions that may have published it: several if the queue drops duplicates. */
  readonly publishers: readonly Run[];
  /** Whether one of them got a confirmation. */
  readonly isSure: boolean;
  /** When the first of them got it. */
  readonly at: number;
  readonly line: number;
  /** By unit: executions of its handlers. */
  readonly runs: readonly (readonly Run[])[];
  /** By unit: dead letters of its consumers; those of the holder itself. */
  readonly dead: readonly number[];
  readonly deadOfAll: number;
}

/**
 * Consumers that together get every message of a topic or queue once: a group, a subscription, or all consumers of a
 * queue.
 */
export interface Unit {
  readonly readers: readonly number[];
}

export interface Book {
  readonly hop: number;
  readonly units: readonly Unit[];
  readonly messages: readonly Message[];
}

export const unitsOf = ({ kind, readers }: Hop): readonly Unit[] =>
  kind === 'kafka' || kind === 'bus'
    ? readers.map((_, at) => ({ readers: [at] }))
    : [{ readers: [...readers.keys()] }];

/** Course of each message of each topic and queue by the trace of a run, independent of the model. */
export function ledgerOf(
  world: MessageWorld,
  plan: Plan,
  traces: readonly TraceRecord[],
): readonly Book[] {
  const all = runsOf(plan, traces);
  const byPart = grouped(all, ({ part }) => part);
  const children = grouped(all, ({ parent, part }) => `${parent}/${part}`);
  return world.hops.map((hop, k): Book => {
    const units = unitsOf(hop);
    const publishers = byPart.get(k === 0 ? 'api.submit' : handlerOf(world, k - 1, 0)) ?? [];
    const isFifo = hop.kind === 'sqs' && hop.fields.fifo === true && k > 0;
    // A deduplicating queue treats equal messages of all runs as one.
    const families = isFifo
      ? [...grouped(publishers, ({ parent }) => parent).values()]
      : publishers.map((run) => [run]);
    const of = (family: readonly Run[], part: string): readonly Run[] =>
      family.flatMap(({ id }) => children.get(`${id}/${part}`) ?? []);
    const messages = families.map((family): Message => {
      const sure = family.filter(({ isOk }) => isOk);
      return {
        publishers: family,
        isSure: sure.length > 0,
        at: Math.min(...sure.map(({ ended }) => ended)),
        line: family[0]!.line,
        runs: units.map(({ readers }) =>
          readers.flatMap((at) => of(family, handlerOf(world, k, at))),
        ),
        dead: units.map(({ readers }) =>
          readers.reduce((sum, at) => sum + of(family, `coroner.${deadName(k, at)}`).length, 0),
        ),
        deadOfAll: of(family, `coroner.${deadName(k, 9)}`).length,
      };
    });
    return { hop: k, units, messages };
  });
}

function runsOf(plan: Plan, traces: readonly TraceRecord[]): readonly Run[] {
  const arrivals = new Map<number, number>();
  for (const part of traces) {
    for (let row = 0; row < part.rows; row++) {
      if (part.parent[row]! < 0) arrivals.set(part.id[row]!, part.arrival[row]!);
    }
  }
  const runs: Run[] = [];
  for (const rows of traces) {
    for (let row = 0; row < rows.rows; row++) {
      const { component, name } = plan.parts[rows.part[row]!]!;
      // Publications and calls through a proxy are rows of exports; they execute nothing.
      if (rows.form[row] !== FORM.work || rows.begun[row]! >= plan.horizonNs) continue;
      runs.push({
        id: rows.id[row]!,
        parent: rows.parent[row]!,
        part: `${plan.components[component]!.name}.${name}`,
        begun: rows.begun[row]!,
        ended: rows.ended[row]!,
        // Executions that end with the run are not counted.
        isOk:
          OUTCOME_NAMES[kindIndex(rows.outcome[row]!)] === 'ok' &&
          rows.ended[row]! < plan.horizonNs,
        line: arrivals.get(rows.root[row]!)! % LINES,
      });
    }
  }
  return runs;
}

/** Sum of a counter, or the last level of a gauge, over a topic or queue or over one of its parts. */
export function figure(
  plan: Plan,
  record: RunRecord,
  name: string,
  hop: number,
  part: string | null = null,
): number {
  let sum = 0;
  for (const meter of record.meters) {
    if (meter.name !== name || plan.components[meter.component]!.name !== hopName(hop)) continue;
    if (part !== null && plan.parts[meter.part]?.name !== part) continue;
    if (meter.form === 'counter') for (const count of meter.counts) sum += count;
    if (meter.form === 'gauge') sum += meter.max.at(-1)!;
  }
  return sum;
}

/** Whether the relay of its publisher may publish a message twice (OX-2). */
export const republishes = (world: MessageWorld, hop: number): boolean =>
  hop === 0 && outboxOf(world) === 'polling' && world.mishaps.some(({ target }) => target === 2);

/** Whether runs of a handler and messages are the same. */
export const isSingle = (world: MessageWorld, { hop, units }: Book, unit: number): boolean =>
  units[unit]!.readers.every((at) => batchOf(world, hop, at) === 1);

export const okOf = (runs: readonly Run[]): readonly Run[] => runs.filter(({ isOk }) => isOk);

function grouped<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
