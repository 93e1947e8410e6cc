import { traitsIn } from '../layers.js';
import type { Rule } from '../rule.js';
import { bundleYaml, callText, inPolicy } from '../words.js';

/** A fallback that makes failures invisible. */
export const fallbackHidesFailures: Rule = {
  name: 'fallback-hides-failures',
  severity: 'warning',
  reason:
    'Every failure of the callee counts as a full success, so an outage is visible in no metric and no alert.',
  remedy:
    'Count these responses as `degraded`, or let the fallback handle only the failures it is meant for.',
  check: ({ calls }) =>
    calls.flatMap((call) => {
      const fallback = traitsIn(call.layers, 'fallback');
      if (fallback === null || fallback.degraded || !fallback.on.terms.includes('any')) return [];
      return {
        ...inPolicy(call, 'fallback', 'degraded'),
        message: `the fallback of ${callText(call)} hides every failure`,
        measured: 'on: any, degraded: false',
        limit: 'degraded: true, or a list of outcomes',
        fix: bundleYaml(call, 'fallback:\n  degraded: true'),
      };
    }),
};
