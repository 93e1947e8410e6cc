import type { Finding } from './rule.js';
import type { Subject } from './subject.js';
import { yamlAt } from './words.js';

/** Room of nodes that no instance requests, and requests of memory that no node counts. */
export function unusedRoom({ scenario, written }: Subject): readonly Finding[] {
  const { nodes } = scenario.platform;
  const hosts = [
    ...[...scenario.services.values()].map((own) => ['services', own] as const),
    ...[...scenario.gateways.values()].map((own) => ['gateways', own] as const),
  ];
  const findings: Finding[] = [];
  for (const resource of ['cpu', 'memory'] as const) {
    const path = ['platform', 'nodes', resource];
    const field = resource === 'cpu' ? 'milliCpu' : 'memory';
    if (written(path) && hosts.every(([, { requests }]) => requests[field] === 0)) {
      findings.push({
        path,
        entities: [],
        message: `${resource} of the nodes changes nothing`,
        measured: `no service or gateway requests ${resource}`,
        limit: `resources.requests.${resource} of a service`,
        fix: yamlAt(['platform', 'nodes'], `${resource}: null`),
      });
    }
  }
  for (const [section, { name, requests }] of hosts) {
    const path = [section, name, 'resources', 'requests', 'memory'];
    // Without nodes nothing is placed, and the request is what nodes would count.
    if (nodes?.memory !== Infinity || requests.memory === 0 || !written(path)) continue;
    findings.push({
      path,
      entities: [name],
      message: `the memory that ${name} requests changes nothing`,
      measured: 'no node counts memory',
      limit: 'platform.nodes.memory',
      fix: yamlAt(path.slice(0, -1), 'memory: null'),
    });
  }
  return findings;
}
