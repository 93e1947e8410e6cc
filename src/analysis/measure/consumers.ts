import type { PlanHandler } from '../../contracts/plan/messaging.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { ComponentHeadroom } from '../../contracts/result/headroom.js';
import { placeOfValue } from '../../kernel/rng.js';
import { ranges } from '../../model/modules/messaging/assignment.js';
import { sumOf } from '../../stats/sums.js';
import { admittedRate, busyOf, requestRate } from './loads.js';
import { partitionShares, UNEVEN } from './key-shares.js';
import type { GaugePick } from './gauges.js';
import { meterOf } from './meter-of.js';
import { sumCells } from './sums.js';
import { instancesOf } from './variant-data.js';
import { meanInstances } from './presence.js';
import type { Asked } from './question.js';

/** Handlers of messages in a component, and their use. */
export interface ConsumerUse {
  /** The part that handles them. */
  readonly handler: number;
  /** Topic or queue; several, where one endpoint handles the messages of all. */
  readonly source: string;
  /** Executions at once: all that the loads of the partitions can reach, and their mean. */
  readonly limit: number;
  readonly used: number;
  /** The members that have the most, where the load does not divide evenly. */
  readonly busiest: Busiest | null;
  /**
   * Executions per second, and those that would keep pace with what is published, with full batches; messages, where
   * steps run once for each.
   */
  readonly rate: number;
  /** Whether `rate` counts executions as they begin; else messages as they are handled. */
  readonly isOfBegins: boolean;
  readonly due: number;
  /** Executions per second for all that is published, and those of messages that come again; 0 where steps run once for each. */
  readonly published: number;
  readonly again: number;
  /** Messages per execution, as far as they are in store; 1 where steps run once for each. */
  readonly batch: number;
}

type Busiest = NonNullable<ComponentHeadroom['busiest']>;

interface Log {
  /** Component id of the topic. */
  readonly topic: number;
  readonly partitions: number;
  readonly perInstance: number;
}

interface Line {
  readonly source: number;
  /** The part of a group of consumers; null = the queue. */
  readonly group: number | null;
  readonly handlers: readonly number[];
}

/** Consumers that run an endpoint of a component. */
interface Consumers {
  readonly sources: Set<string>;
  /** Executions at once in all instances, given their mean number. */
  readonly limits: ((instances: number) => number)[];
  /** Messages per execution at most; of several consumers the least. 1 where steps run once for each. */
  batch: number;
  readonly parts: number[];
  /** The parts of those where steps run once for each message. */
  readonly perMessage: number[];
  /** Of each log: its partitions, and the members of its group in an instance. */
  readonly logs: Log[];
  /** Where the messages wait, and all handlers that share them. */
  readonly lines: Line[];
}

/**
 * Use of the consumers in a component. An endpoint that is also called directly looks busier than its consumers.
 * `instances`: the number for which the limit is.
 */
export function consumersOf(
  asked: Asked,
  component: number,
  instances = meanInstances(asked, component),
): readonly ConsumerUse[] {
  const { data, selection } = asked;
  const uses: ConsumerUse[] = [];
  const ratesOf = (handler: number): number =>
    admittedRate({ ...asked, selection: { ...selection, parts: [handler] } });
  for (const [handler, own] of consumersByHandler(data.plan)) {
    const { sources, limits, logs, lines, batch, parts, perMessage } = own;
    if (data.plan.parts[handler].component !== component) continue;
    const part = { ...asked, selection: { ...selection, parts: [handler] } };
    const runs = ratesOf(handler);
    const rate = perMessage.length > 0 ? handledAt(asked, perMessage) : runs;
    const shareOf = ({ handlers }: Line): number => {
      const all = handlers.reduce((sum, one) => sum + ratesOf(one), 0);
      return all > 0 ? runs / all : 1 / handlers.length;
    };
    const published =
      Math.max(
        ...lines.map((line) => countedAt(asked, 'published', line.source, null) * shareOf(line)),
      ) / batch;
    const redelivered = sumOf(
      lines.map(
        (line) => countedAt(asked, 'redeliveries', line.source, line.group) * shareOf(line),
      ),
    );
    const all = limits.reduce((sum, limit) => sum + limit(instances), 0);
    // Of several sources only the sum of their work is measured, not its spread.
    const [log] = limits.length > 1 ? [] : logs;
    const spread = log === undefined ? null : spreadOf(asked, log, instances);
    const busiest = spread === null ? null : busiestOf(spread, instances);
    uses.push({
      handler,
      source: [...sources].join(', '),
      limit: spread === null ? all : Math.min(all, limitBySpread(spread, instances)),
      busiest,
      used: busyOf(part),
      rate,
      isOfBegins: perMessage.length === 0,
      batch,
      // Batches fill as messages wait, so what is executed now says less than what is published.
      due: batch > 1 && published > 0 ? published : Math.max(rate, published),
      published,
      again:
        perMessage.length > 0
          ? 0
          : batch > 1
            ? runs * againIn(asked, parts, redelivered)
            : redelivered,
    });
  }
  return uses;
}

/** The part of the messages that each partition of a log gets. */
interface Spread extends Log {
  readonly shares: readonly number[];
  /** The key whose values fill one of them; null = all get about as many. */
  readonly key: string | null;
}

function spreadOf(asked: Asked, log: Log, instances: number): Spread {
  const { plan } = asked.data;
  const { topic, partitions } = log;
  const acts = plan.acts.flatMap((act) =>
    act.act === 'publish' && act.topic === topic ? [act] : [],
  );
  const rates = acts.map(({ from }) => {
    const selection = { ...asked.selection, parts: [from] };
    return requestRate({ ...asked, selection });
  });
  const all = sumOf(rates);
  const each = acts.map(({ key }) =>
    partitionShares(plan.keys[key] ?? null, partitions, placeOfValue),
  );
  const keyed = acts.find(({ key }, i) => key >= 0 && rates[i] > 0);
  const even: Spread = { ...log, shares: partitionShares(null, partitions), key: null };
  if (keyed === undefined) return even;
  const shares = each[0].map((_, at) => sumOf(each.map((own, i) => (own[at] * rates[i]) / all)));
  const own: Spread = { ...log, shares, key: plan.keys[keyed.key].name };
  const members = membersOf(log, instances);
  const isHot = largestShare(own, members) > UNEVEN * largestShare(even, members);
  return isHot ? own : even;
}

/** Members that have partitions. */
function membersOf({ partitions, perInstance }: Log, instances: number): number {
  return Math.min(partitions, Math.max(1, Math.round(instances * perInstance)));
}

/** The busiest members of a group, or the one of the busiest partition; null if all have about the same load. */
function busiestOf(spread: Spread, instances: number): Busiest | null {
  const { partitions, key } = spread;
  const members = membersOf(spread, instances);
  if (key === null && partitions % members === 0) return null;
  const own = Math.ceil(partitions / members);
  return { members, partitions: own, of: partitions, ...(key !== null && { key }) };
}

/** The part of the messages that the busiest member gets, by the range assignor; others give no more even parts. */
function largestShare({ partitions, shares }: Spread, members: number): number {
  const all = Array.from({ length: members }, (_, member) => member);
  const parts = new Array<number>(members).fill(0);
  ranges(partitions, all).forEach((member, partition) => {
    parts[member] += shares[partition];
  });
  return Math.max(...parts);
}

/**
 * Members that are busy on average when the busiest are busy all the time: 3 of 4 that share 6 partitions, since two of
 * them have 2 and two have 1. A mean number of instances lies between two whole numbers.
 */
function limitBySpread(spread: Spread, instances: number): number {
  const { partitions, perInstance } = spread;
  const members = Math.min(partitions, instances * perInstance);
  const low = Math.max(1, Math.floor(members));
  const at = (count: number): number => 1 / largestShare(spread, Math.min(partitions, count));
  return at(low) + Math.max(0, members - low) * (at(low + 1) - at(low));
}

/** The handlers of messages in the instances of a selection: their gauges, and how many can be executed at once. */
export function handlersOf(
  asked: Asked,
): readonly { readonly pick: GaugePick; readonly limit: number }[] {
  const { data, selection } = asked;
  const { plan } = data;
  const components = new Set(selection.instances.map((id) => plan.instances[id].component));
  return [...consumersByHandler(plan)].flatMap(([handler, { limits }]) => {
    const { component } = plan.parts[handler];
    if (!components.has(component)) return [];
    const all = meanInstances(asked, component);
    const own = selection.instances.filter((id) => plan.instances[id].component === component);
    const some = own.length / instancesOf(plan, component).length;
    const limit = limits.reduce((sum, limitOf) => sum + limitOf(all), 0) * some;
    const passes = (_: number, part: number): boolean => part === handler;
    return [{ pick: { kind: 'handling', instances: own, passes }, limit }];
  });
}

/** Share of the executions of batches that handle messages that come again, given these messages per second. */
function againIn(asked: Asked, parts: readonly number[], redelivered: number): number {
  const all = handledAt(asked, parts) + redelivered;
  return all > 0 ? redelivered / all : 0;
}

/** Messages per second that consumers have handled. */
function handledAt(asked: Asked, parts: readonly number[]): number {
  const all = asked.data.plan.parts;
  return sumOf(parts.map((part) => countedAt(asked, 'consumed', all[part].component, part)));
}

function countedAt(
  { data, window }: Asked,
  name: 'published' | 'consumed' | 'redeliveries',
  source: number,
  part: number | null,
): number {
  if (window.lengthNs === 0) return 0;
  const counted = data.records.map((record) => {
    const meter = meterOf(record, 'counter', name, source, part);
    return meter === undefined ? 0 : sumCells(meter.counts, window.cells);
  });
  return (sumOf(counted) / data.records.length) * (1e9 / window.lengthNs);
}

/** Parts that handle messages. */
export function handlingParts(plan: Plan): ReadonlySet<number> {
  return new Set(consumersByHandler(plan).keys());
}

function consumersByHandler({ topics, queues, components }: Plan): ReadonlyMap<number, Consumers> {
  const all = new Map<number, Consumers>();
  const add = (
    { handler, part, perMessage }: PlanHandler,
    line: Line,
    most: number,
    limit: (instances: number) => number,
    log?: Log,
  ): void => {
    const batch = perMessage ? 1 : most;
    const known =
      all.get(handler) ??
      ({
        sources: new Set(),
        batch,
        parts: [],
        perMessage: [],
        limits: [],
        logs: [],
        lines: [],
      } as Consumers);
    known.parts.push(part);
    if (perMessage) known.perMessage.push(part);
    known.batch = Math.min(known.batch, batch);
    known.sources.add(components[line.source].name);
    known.limits.push(limit);
    if (log !== undefined) known.logs.push(log);
    known.lines.push(line);
    all.set(handler, known);
  };
  for (const { component, spec, groups } of topics) {
    for (const group of groups) {
      // A partition has one consumer at a time.
      const log = {
        topic: component,
        partitions: spec.partitions,
        perInstance: group.spec.concurrency,
      };
      const most = (n: number): number => Math.min(log.partitions, n * log.perInstance);
      const line = { source: component, group: group.part, handlers: [group.handler] };
      add(group, line, group.spec.batch, most, log);
    }
  }
  for (const inlet of queues) {
    for (const { component, consumers } of inlet.queues) {
      const handlers = [...new Set(consumers.map(({ handler }) => handler))];
      for (const consumer of consumers) {
        const { spec } = consumer;
        add(
          consumer,
          { source: component, group: null, handlers },
          spec.batch,
          (n) => (spec.instance === null ? n : 1) * spec.concurrency,
        );
      }
    }
  }
  return all;
}
