import type { Point } from '../point.js';
import type { Rule } from '../rule.js';
import { chattyCall } from '../rules/chatty-call.js';
import { distributedMonolith } from '../rules/distributed-monolith.js';
import { godService } from '../rules/god-service.js';
import { sharedDatabase } from '../rules/shared-database.js';
import { syncCycle } from '../rules/sync-cycle.js';

/** Rules about services that are too large, or too closely tied to others. */
const RULES: readonly Rule[] = [
  chattyCall,
  distributedMonolith,
  godService,
  sharedDatabase,
  syncCycle,
];

export const clearBoundaries: Point = {
  name: 'clear boundaries',
  counted: 'services have no finding about boundaries',
  none: 'fewer than two services',
  rate(subject) {
    const { calls, scenario } = subject;
    const used = new Set(calls.map(({ callee }) => callee));
    const services = [...scenario.services.values()]
      .filter(({ name, external }) => !external && used.has(name))
      .map(({ name }) => name);
    if (services.length < 2) return { of: 0, lacking: [] };
    const findings = RULES.flatMap((rule) =>
      rule.check(subject).map((finding) => ({ ...finding, rule: rule.name })),
    );
    const lacking = services.flatMap((name) => {
      const own = findings.filter(({ entities }) =>
        entities.some((entity) => entity === name || entity.startsWith(`${name}.`)),
      );
      if (own.length === 0) return [];
      const rules = [...new Set(own.map(({ rule }) => rule))].join(', ');
      return [{ path: own[0].path, message: `${name}: ${rules}` }];
    });
    return { of: services.length, lacking };
  },
};
