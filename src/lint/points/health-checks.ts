import { sectionOf } from '../demand.js';
import type { Point } from '../point.js';
import { probeableHosts } from '../probes.js';

export const healthChecks: Point = {
  name: 'health checks',
  counted: 'services and gateways have a probe',
  none: 'no processes that a platform could probe',
  rate(subject) {
    const hosts = probeableHosts(subject);
    const lacking = hosts
      .filter(({ isProbed }) => !isProbed)
      .map(({ name }) => ({
        path: [sectionOf(subject.scenario, name), name],
        message: `${name} has no readiness and no liveness probe`,
      }));
    return { of: hosts.length, lacking };
  },
};
