import type { Host } from '../../contracts/scenario/host.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { yamlAt } from '../words.js';

/** A critical component that one crash, or the loss of one zone, takes down. */
export const singlePointOfFailure: Rule = {
  name: 'single-point-of-failure',
  severity: 'warning',
  reason:
    'One crash, restart or zone outage takes down a component that the scenario itself calls critical.',
  remedy: 'Run at least two replicas, in more than one zone where there are zones.',
  check: (subject) => {
    const { brokers, topics, queues } = subject.scenario;
    const called = subject.hosts.filter(({ name }) => subject.graph.takenBy(name).length > 0);
    const kept = new Set([
      ...[...topics.values()].map((topic) => ('broker' in topic ? topic.broker : null)),
      ...[...queues.values()].map(({ home }) => home?.host ?? null),
    ]);
    const used = [...brokers.values()].filter(({ name }) => kept.has(name));
    return [...called, ...used]
      .filter(({ critical, external }) => critical && !external)
      .flatMap((host) => findingsOf(host, subject, brokers.has(host.name) ? 'nodes' : 'replicas'));
  },
};

function findingsOf(
  host: Host,
  { scenario }: Subject,
  instances: 'nodes' | 'replicas',
): readonly Finding[] {
  const { name, zones, autoscaling } = host;
  // Counts the smallest number of replicas, not the initial one.
  const replicas = autoscaling?.min ?? host.replicas;
  const path = [instances === 'nodes' ? 'brokers' : sectionOf(scenario, name), name];
  const common = { entities: [name], message: `${name} is critical and a single point of failure` };
  if (replicas === 1) {
    return [
      {
        ...common,
        path: [...path, ...(autoscaling === null ? [instances] : ['autoscaling', 'min'])],
        measured: instances === 'nodes' ? '1 node' : '1 replica',
        limit: 'at least 2',
        fix:
          autoscaling === null
            ? yamlAt(path, instances === 'nodes' ? 'nodes: 3' : 'replicas: 2')
            : yamlAt([...path, 'autoscaling'], 'min: 2'),
      },
    ];
  }
  const all = [...scenario.network.zones.keys()];
  const own = new Set(zones);
  if (all.length < 2 || own.size > 1 || own.has(null)) return [];
  return [
    {
      ...common,
      path: [...path, 'zone'],
      measured: `${replicas} ${instances}, all of them in zone ${[...own].join('')}`,
      limit: `more than one of ${all.length} zones`,
      fix: yamlAt(path, `zone: [${all.join(', ')}]`),
    },
  ];
}
