import { triesOf } from '../layers.js';
import type { Rule } from '../rule.js';
import { bundleYaml, callText, inPolicy, limitText } from '../words.js';

/** Retries of the application around those of its proxy. */
export const meshRetriesTwice: Rule = {
  name: 'mesh-retries-twice',
  severity: 'warning',
  reason:
    'The application retries what its proxy has already retried: the tries of both multiply, on one hop.',
  remedy:
    'Retry in one place: remove the retries of the application, or those of the mesh (`policy: none`).',
  check: ({ calls }) =>
    calls.flatMap((call) => {
      const own = triesOf(call.layers);
      const inner = triesOf(call.proxyLayers);
      if (own < 2 || inner < 2) return [];
      return {
        ...inPolicy(call, 'retry', 'attempts'),
        message: `the application and its proxy both retry ${callText(call)}`,
        measured: `${limitText(own)} x ${limitText(inner)} = ${limitText(own * inner)} attempts`,
        limit: 'retries in one of them',
        fix: bundleYaml(call, 'retry: null'),
      };
    }),
};
