import { layerOf } from '../layers.js';
import type { Point } from '../point.js';
import { callText } from '../words.js';

export const breakersOnExternalCalls: Point = {
  name: 'breakers on external calls',
  counted: 'external calls have a circuit breaker',
  none: 'no external calls',
  rate({ calls, scenario }) {
    const external = calls.filter(
      ({ caller, callee }) =>
        !scenario.workloads.has(caller) && scenario.services.get(callee)?.external === true,
    );
    const lacking = external
      .filter(({ layers }) => layerOf(layers, 'circuitBreaker') === undefined)
      .map((call) => ({ path: call.path, message: `${callText(call)} has no circuit breaker` }));
    return { of: external.length, lacking };
  },
};
