import { traitsIn } from '../layers.js';
import type { Rule } from '../rule.js';
import { bundleYaml, callText, timeText } from '../words.js';

/** A deadline that is not propagated to a callee that makes further calls. */
export const deadlineNotPropagated: Rule = {
  name: 'deadline-not-propagated',
  severity: 'warning',
  reason:
    'The callee cannot know that its caller has given up. It and everything behind it work on for no one.',
  remedy: 'Propagate the remaining time: `propagate: true`, as gRPC does.',
  check: ({ calls, graph }) =>
    calls.flatMap((call) => {
      const deadline = traitsIn(call.layers, 'deadline');
      if (deadline === null || deadline.afterNs === Infinity || deadline.propagates) return [];
      const behind = new Set(graph.from(call.to).map(({ to }) => to));
      if (behind.size === 0) return [];
      return {
        path: [...call.policyPath, 'deadline', 'propagate'],
        entities: [call.from, call.to, ...behind],
        message: `the deadline of ${callText(call)} stops there`,
        measured: `${call.to} calls ${[...behind].join(', ')} without knowing of the ${timeText(deadline.afterNs)}`,
        limit: 'propagate: true where the callee calls on',
        fix: bundleYaml(call, 'deadline:\n  propagate: true'),
      };
    }),
};
