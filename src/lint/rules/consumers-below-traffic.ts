import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Topic } from '../../contracts/scenario/messaging.js';
import { capacityOf, type Consumer } from '../consumers.js';
import { hostOf } from '../demand.js';
import { allPublishedTo } from '../published.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatNumber, formatRate } from '../../text/figures.js';
import { groupedBy } from '../../text/order.js';
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
    // The consumers of a queue share its messages; each group and subscriber gets all of them.
    const sharing = groupedBy(subject.consumers, (own) =>
      'consumers' in own.holder ? own.holder.name : own.name,
    );
    return [...sharing.values()].flatMap((consumers) => judge(subject, consumers) ?? []);
  },
};

/** Room above the rate at which messages are published. */
const ROOM = 1.2;

/** Checks consumers that share messages. */
function judge(subject: Subject, consumers: readonly Consumer[]): Finding | null {
  const [{ holder, kind, path: at }] = consumers as readonly [Consumer, ...Consumer[]];
  const { name } = holder;
  const path = 'consumers' in holder ? at.slice(0, -1) : at;
  const partitions = kind === 'log' ? (holder as Topic).partitions : Infinity;
  const ways = consumers.map((consumer) => {
    const capacity = capacityOf(subject.scenario, subject.demands, consumer);
    return { ...capacity, perSecond: capacity.perSecond * consumer.spec.batch };
  });
  const most = ways.reduce((sum, { perSecond }) => sum + perSecond, 0);
  const { spec } = consumers[0];
  const filter = consumers.length === 1 ? spec.filter : 1;
  const coming = allPublishedTo(subject, name) * filter;
  if (coming === Infinity || coming <= most) return null;
  const { component } = spec.call;
  const { batch } = spec;
  const { handlers, members, onceNs, replicas, byCoresOfOne } = ways[0];
  const service = ['services', component];
  // Other consumers of a queue go on taking their share.
  const own = (ROOM * coming - (most - ways[0].perSecond)) / batch;
  const least = Math.ceil((own * onceNs) / NS_PER_SECOND);
  const each = Math.max(1, Math.floor(partitions / least));
  // Between two divisions of the partitions more members hold no more.
  const needed =
    least > partitions || partitions === Infinity ? least : Math.ceil(partitions / each);
  const asked = Math.ceil(Math.max(needed / (members / replicas), own / byCoresOfOne));
  const fix =
    needed > partitions
      ? yamlAt([...path.slice(0, 2)], `partitions: ${needed}`)
      : (hostOf(subject.scenario, component)?.autoscaling ?? null) === null
        ? yamlAt(service, `replicas: ${asked}`)
        : yamlAt([...service, 'autoscaling'], `max: ${asked}`);
  return {
    path,
    entities: [name, ...consumers.map(({ part }) => part)],
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
