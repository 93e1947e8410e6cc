import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import type { Path } from '../../scenario/located.js';
import type { Consumption } from '../../contracts/scenario/messaging.js';
import type { QueueConsumer } from '../../contracts/scenario/queues.js';
import { coresForRequests, hostOf, mostOf } from '../demand.js';
import { allPublishedTo } from '../published.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatNumber, formatRate } from '../../text/figures.js';
import { timeText, yamlAt } from '../words.js';

/** Consumers that handle fewer messages than are published. */
export const consumersBelowTraffic: Rule = {
  name: 'consumers-below-traffic',
  severity: 'error',
  reason:
    'More messages are published than the consumers can handle. The backlog grows as long as the load lasts.',
  remedy:
    'Add handlers (and partitions, for a log), use larger batches, or reduce the work per message.',
  check: (subject) => {
    const { topics, queues } = subject.scenario;
    return [
      ...[...topics.values()].flatMap((topic) => {
        const partitions = topic.kind === 'kafka' ? topic.partitions : Infinity;
        const at = ['topics', topic.name, 'subscribers'];
        return topic.subscribers.flatMap(
          (one: Consumption, index) =>
            judge(subject, topic.name, [one], partitions, isOwn(one) ? at : [...at, index]) ?? [],
        );
      }),
      ...[...queues.values()].flatMap(
        ({ name, consumers }) =>
          judge(subject, name, consumers, Infinity, ['queues', name, 'consumers']) ?? [],
      ),
    ];
  },
};

/** Checks consumers that share the messages of one topic or queue. */
function judge(
  subject: Subject,
  name: string,
  consumers: readonly Consumption[],
  partitions: number,
  path: Path,
): Finding | null {
  const ways = consumers.map((consumer) => wayOf(subject, consumer, partitions));
  const most = ways.reduce((sum, { perSecond }) => sum + perSecond, 0);
  const filter = consumers.length === 1 ? consumers[0].filter : 1;
  const coming = allPublishedTo(subject, name) * filter;
  const [first] = ways;
  // Without consumers there is no backlog to judge: the queue is read elsewhere, or is an archive.
  if (first === undefined || coming === Infinity || coming <= most) return null;
  const { component } = consumers[0].call;
  const { handlers, members, onceNs, batch } = first;
  const service = ['services', component];
  const least = Math.ceil((1.2 * coming * onceNs) / NS_PER_SECOND / batch);
  const each = Math.max(1, Math.floor(partitions / least));
  // Between two divisions of the partitions more members hold no more.
  const needed =
    least > partitions || partitions === Infinity ? least : Math.ceil(partitions / each);
  const fix =
    needed > partitions
      ? yamlAt([...path.slice(0, 2)], `partitions: ${needed}`)
      : (hostOf(subject.scenario, component)?.autoscaling ?? null) === null
        ? yamlAt(service, `replicas: ${needed}`)
        : yamlAt([...service, 'autoscaling'], `max: ${needed}`);
  return {
    path,
    entities: [name, ...consumers.map(({ call }) => `${call.component}.${call.part}`)],
    message: `the consumers of ${name} handle less than is published to it`,
    measured: `${formatRate(coming)} are published`,
    limit:
      `${formatRate(most)}: ${formatNumber(handlers)} at a time, ${timeText(onceNs)} each` +
      (batch === 1 ? '' : ` for up to ${batch} messages`) +
      (handlers === members ? '' : unevenWords(partitions, members)),
    fix,
  };
}

/** Why not all members of a group are busy. */
function unevenWords(partitions: number, members: number): string {
  if (members > partitions) return '';
  const most = Math.ceil(partitions / members);
  return `, of ${members} members, since the busiest read ${most} of the ${partitions} partitions`;
}

/**
 * Highest rate of a consumer, over all its instances, with messages spread evenly over the partitions: the members with
 * the most partitions are full first.
 */
function wayOf(
  { scenario, demands }: Subject,
  consumer: Consumption,
  partitions: number,
): {
  /** Executions at once that an even load can reach, and the members that share the partitions. */
  readonly handlers: number;
  readonly members: number;
  readonly onceNs: Ns;
  readonly batch: number;
  readonly perSecond: number;
} {
  const { call, concurrency, batch } = consumer;
  const part = `${call.component}.${call.part}`;
  const { elapsedNs, workNs } = demands.of(part);
  const host = hostOf(scenario, call.component)!;
  const replicas = isOwn(consumer) ? 1 : mostOf(scenario, call.component);
  const members = replicas * concurrency;
  const handlers = partitions === Infinity ? members : partitions / Math.ceil(partitions / members);
  const byHandlers = elapsedNs === 0 ? Infinity : handlers / elapsedNs;
  const cores = replicas * coresForRequests(host);
  const byCores = workNs === 0 ? Infinity : cores / workNs;
  const perSecond = Math.min(byHandlers, byCores) * batch * NS_PER_SECOND;
  return { handlers, members, onceNs: elapsedNs, batch, perSecond };
}

/** Whether a single process handles all of its messages. */
function isOwn(consumer: Consumption): boolean {
  return ((consumer as Partial<QueueConsumer>).instance ?? null) !== null;
}
