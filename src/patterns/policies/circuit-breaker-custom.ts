import { z } from 'zod';
import type { PolicyKind } from '../../contracts/patterns/policy.js';
import { breakerJournal } from '../mechanisms/breaker.js';
import { BreakerClasses, classFields, classProblems } from '../mechanisms/breaker-classes.js';
import { BreakerMachine } from '../mechanisms/breaker-machine.js';
import type { MachineConfig } from '../mechanisms/breaker-machine-fields.js';
import { machineFields, settled } from '../mechanisms/breaker-machine-fields.js';
import { machineProblems } from '../mechanisms/breaker-machine-problems.js';
import type { Trips } from '../mechanisms/breaker-traits.js';
import { NO_TRIPS, ruled, tripsAfter, tripsWithin } from '../mechanisms/breaker-traits.js';

const schema = z.strictObject({ ...machineFields, ...classFields });
type Config = z.output<typeof schema>;

/** `circuitBreaker` of kind `custom`: the general breaker with every setting available. */
export const circuitBreakerCustom: PolicyKind<'circuitBreaker', typeof schema> = {
  ...ruled<Config>({
    classes: (config) => new BreakerClasses(config),
    trips: (config) => tripsOf(settled(config)),
    rule(config, setup) {
      const timer = setup.alarm(() => machine.ring(setup.ctx.now));
      const machine = new BreakerMachine(settled(config), breakerJournal(setup), timer);
      return machine;
    },
  }),
  kind: 'custom',
  summary: 'A custom breaker: each choice in which the libraries differ is a field.',
  sources: [
    'sony/gobreaker v2 gobreaker.go',
    'resilience4j/resilience4j CircuitBreakerStateMachine.java',
    'nodeshift/opossum lib/circuit.js',
    'Netflix/Hystrix HystrixCircuitBreaker.java',
  ],
  schema,
  example:
    'circuitBreaker: { kind: custom, window: time, windowSize: 1s, threshold: 50%, tripOp: ">", ' +
    'minCalls: 4, open: 100ms, halfOpen: { permits: 2, closeAfter: 2 } }\n',
  check: (config) => [...classProblems(config), ...machineProblems(config, settled(config))],
};

/** Conditions that open it: consecutive failures, or a rate once a time window has seen `minCalls`. */
function tripsOf({ window, windowSize, threshold, tripOp, minCalls }: MachineConfig): Trips {
  if ('calls' in threshold) {
    return tripsAfter(['threshold'], tripOp === '>' ? threshold.calls + 1 : threshold.calls);
  }
  return window === 'time' && windowSize !== undefined && 'lengthNs' in windowSize
    ? tripsWithin('minCalls', minCalls, 'windowSize', windowSize.lengthNs)
    : NO_TRIPS;
}
