import type { Consumption } from '../contracts/scenario/consumers.js';
import type { Finding } from './rule.js';
import type { Subject } from './subject.js';
import { yamlAt } from './words.js';

/** Consumers whose configured number of tries has no effect, because a message that fails blocks its queue. */
export function endlessTries({ scenario, written }: Subject): readonly Finding[] {
  const topics = [...scenario.topics.values()].flatMap(({ name, subscribers }) =>
    subscribers.flatMap((spec, index) => found(spec, ['topics', name], 'subscribers', index) ?? []),
  );
  const queues = [...scenario.queues.values()].flatMap(({ name, consumers }) =>
    consumers.flatMap((spec, index) => found(spec, ['queues', name], 'consumers', index) ?? []),
  );
  return [...topics, ...queues].filter(({ path }) => written(path));
}

function found(
  { call, retry, onPoison }: Consumption,
  owner: readonly [section: string, name: string],
  list: string,
  index: number,
): Finding | null {
  if (retry === null || onPoison !== 'block') return null;
  const [, name] = owner;
  const handler = `${call.component}.${call.part}`;
  return {
    path: [...owner, list, index, 'retry', 'attempts'],
    entities: [name, call.component],
    message: `attempts changes nothing for ${name} -> ${handler}: a message that fails is tried for ever`,
    measured: 'onPoison: block',
    limit: 'onPoison: skip or deadLetter',
    fix: yamlAt(owner, `${list}: [ { call: ${handler}, onPoison: skip } ]`),
    everywhere: true,
  };
}
