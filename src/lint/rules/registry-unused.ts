import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A registry in which nothing is registered. */
export const registryUnused: Rule = {
  name: 'registry-unused',
  severity: 'warning',
  reason:
    'Nothing is registered in this registry, so it has no effect: callers know the instances of every component at once.',
  remedy: 'Register services in it by their `discovery`, or remove it.',
  check({ scenario, hosts }) {
    const used = new Set(hosts.flatMap(({ discovery }) => discovery?.registry ?? []));
    return [...scenario.registries.keys()]
      .filter((name) => !used.has(name))
      .map((name): Finding => ({
        path: ['registries', name],
        entities: [name],
        message: `nothing is registered in ${name}`,
        measured: '0 components',
        limit: 'at least 1',
        fix: yamlAt(['registries'], `${name}: null`),
        everywhere: true,
      }));
  },
};
