import { MAX_READERS, PRODUCE } from '../../spec/scenario/messaging.js';
import { brokerKindOf } from '../brokers/index.js';
import type { ScenarioOutput } from '../schema/scenario-output.js';
import { consumerNameOf } from './message-queues.js';
import { ownGroups } from '../modules/topics/system-events.js';
import { split } from './targets.js';
import type { Add, Raise } from './names.js';
import { checkPart, sorted } from './names.js';
import { stepNames, checkSteps } from '../modules/sagas/names.js';

/** The names of modules other than services and their databases. */
export function moduleNames(scenario: ScenarioOutput, add: Add, raise: Raise): void {
  for (const [name, { endpoints, outbox }] of sorted(scenario.services)) {
    if (outbox === undefined || !Object.hasOwn(endpoints, 'outbox')) continue;
    const message =
      'outbox is reserved for the relay that publishes outbox rows: choose another name';
    raise('FL402', ['services', name, 'endpoints', 'outbox'], message);
  }
  for (const [name, topic] of sorted(scenario.topics)) {
    const groups = topic.subscribers.flatMap((own) => groupsOf(topic, own, scenario.services));
    checkGroups(name, groups, raise);
    checkReaders(scenario, name, groups.length, raise);
    add('topic', 'topics', name, groups);
  }
  for (const [name] of sorted(scenario.brokers)) {
    const kind = brokerKindOf(scenario.brokers?.[name]?.kind);
    add('broker', 'brokers', name, kind?.hasLogs === true ? [PRODUCE] : []);
  }
  for (const [name, queue] of sorted(scenario.queues)) {
    const consumers = queue.consumers.map((own) => own.name ?? consumerNameOf(own.call));
    checkConsumers(name, consumers, raise);
    add('queue', 'queues', name, consumers);
  }
  for (const [name, cache] of sorted(scenario.caches)) {
    const levels = cache.levels.map((level) => level.name);
    checkLevels(name, levels, raise);
    add('cache', 'caches', name, levels);
  }
  for (const [name, saga] of sorted(scenario.sagas)) {
    checkSteps(name, saga.steps, raise);
    add('saga', 'sagas', name, stepNames(saga.steps), saga.orchestrator);
  }
}

/** The subscriptions of one subscriber: for system events each of its instances has one. */
function groupsOf(
  topic: object,
  { group, call }: { readonly group: string; readonly call: string },
  services: ScenarioOutput['services'],
): readonly string[] {
  const isSystem = 'event' in topic && topic.event === 'system';
  return isSystem ? ownGroups(group, split(call)[0], services) : [group];
}

function checkGroups(topic: string, groups: readonly string[], raise: Raise): void {
  const seen = new Set<string>();
  groups.forEach((group, index) => {
    const path = ['topics', topic, 'subscribers', index, 'group'];
    checkPart(group, path, raise);
    if (seen.has(group))
      raise('FL402', path, `duplicate name: another group of ${topic} is called ${group}`);
    seen.add(group);
  });
}

/** Whether a message can distinguish all readers of its topic. */
function checkReaders(
  { projections }: ScenarioOutput,
  topic: string,
  groups: number,
  raise: Raise,
): void {
  const views = sorted(projections).filter(([, { from }]) => from === topic).length;
  if (groups + views <= MAX_READERS) return;
  const readers =
    views === 0 ? `${groups} subscriptions` : `${groups} subscriptions and ${views} views`;
  const message =
    `${topic} has ${readers}; the limit is ${MAX_READERS} per topic: move some of them to ` +
    'another topic';
  raise('FL208', ['topics', topic, 'subscribers'], message);
}

function checkConsumers(queue: string, consumers: readonly string[], raise: Raise): void {
  consumers.forEach((consumer, index) => {
    const path = ['queues', queue, 'consumers', index];
    checkPart(consumer, path, raise);
    if (consumers.indexOf(consumer) < index) {
      const message = `duplicate name: another consumer of ${queue} is called ${consumer}. Write a name`;
      raise('FL402', path, message);
    }
  });
}

function checkLevels(cache: string, levels: readonly string[], raise: Raise): void {
  levels.forEach((level, index) => {
    const path = ['caches', cache, 'levels', index, 'name'];
    checkPart(level, path, raise);
    if (levels.indexOf(level) < index)
      raise('FL402', path, `duplicate name: another level of ${cache} is called ${level}`);
  });
}
