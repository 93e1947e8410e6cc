import { sectionOf } from '../demand.js';
import { probeableHosts } from '../probes.js';
import type { Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A process that freezes and stays in use, because nothing checks it. */
export const missingProbe: Rule = {
  name: 'missing-probe',
  severity: 'hint',
  reason:
    'The platform only sees that the process runs. Its callers keep sending requests to it until an operator restarts it.',
  remedy:
    'Add a `readiness` probe, which removes it from the lists of its callers, or a `liveness` probe, which restarts it.',
  check: (subject) => {
    const { scenario, hosts, frozen } = subject;
    const { restart, endpointPropagation } = scenario.platform;
    // Without a platform there is nothing that could send a probe.
    const hasPlatform = restart !== null || endpointPropagation !== null;
    if (!hasPlatform && hosts.every(({ probes }) => probes === null)) return [];
    return probeableHosts(subject)
      .filter(({ name, isProbed }) => !isProbed && frozen.has(name))
      .map(({ name }) => {
        const path = [sectionOf(scenario, name), name];
        return {
          path: [...path, 'probes'],
          entities: [name],
          message: `no probe notices that ${name} hangs`,
          measured: 'no readiness and no liveness probe, and a fault that freezes it',
          limit: 'one of them',
          fix: yamlAt(
            path,
            'probes: { readiness: { period: 5s, timeout: 1s, failureThreshold: 3 } }',
          ),
        };
      });
  },
};
