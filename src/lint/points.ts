import type { Path } from '../scenario/located.js';
import { backoffFlaw } from './backoff.js';
import { sectionOf } from './demand.js';
import { droppableCalls, sentWithoutWait } from './droppable.js';
import { correlates, entriesOf } from './entries.js';
import { layerOf, retryOf } from './layers.js';
import { dependenciesOf } from './monitoring.js';
import { probeableHosts } from './probes.js';
import type { Rule } from './rule.js';
import { chattyCall } from './rules/chatty-call.js';
import { consumerNotIdempotent } from './rules/consumer-not-idempotent.js';
import { distributedMonolith } from './rules/distributed-monolith.js';
import { godService } from './rules/god-service.js';
import { retryNotIdempotent } from './rules/retry-not-idempotent.js';
import { sagaHole } from './rules/saga-hole.js';
import { sagaStepNotIdempotent } from './rules/saga-step-not-idempotent.js';
import { sharedDatabase } from './rules/shared-database.js';
import { syncCycle } from './rules/sync-cycle.js';
import type { Subject } from './subject.js';
import { callText } from './words.js';

/** An item of the checklist. */
export interface Point {
  readonly name: string;
  /** What is counted: follows `3 of 4`. */
  readonly counted: string;
  /** Why nothing could be counted. */
  readonly none: string;
  rate(subject: Subject): Rating;
}

export interface Rating {
  /** Number of places to which the point applies. */
  readonly of: number;
  /** Those that lack it. */
  readonly lacking: readonly Lack[];
}

/** A place that lacks what a point asks for. */
export interface Lack {
  /** Path in the long form of the file. */
  readonly path: Path;
  readonly message: string;
}

/** A rating of places, each with whether it has what the point asks for. `lackOf` is for those that do not. */
function rated<T>(all: readonly (readonly [boolean, T])[], lackOf: (one: T) => Lack): Rating {
  return { of: all.length, lacking: all.flatMap(([has, one]) => (has ? [] : [lackOf(one)])) };
}

/** The same of components, by name. */
function ofComponents(
  subject: Subject,
  all: readonly (readonly [boolean, string])[],
  message: (name: string) => string,
): Rating {
  return rated(all, (name) => ({
    path: [sectionOf(subject.scenario, name), name],
    message: message(name),
  }));
}

/** Rules about services that are too large, or too closely tied to others. */
const BOUNDARIES: readonly Rule[] = [
  chattyCall,
  distributedMonolith,
  godService,
  sharedDatabase,
  syncCycle,
];

/** Rules about operations that may be executed twice. */
const TWICE = [consumerNotIdempotent, retryNotIdempotent, sagaHole, sagaStepNotIdempotent];

/** The points of the checklist, in the order of the output. */
export const points: readonly Point[] = [
  {
    name: 'health checks',
    counted: 'services and gateways have a probe',
    none: 'no processes that a platform could probe',
    rate: (subject) =>
      ofComponents(
        subject,
        probeableHosts(subject).map(({ name, isProbed }) => [isProbed, name]),
        (name) => `${name} has no readiness and no liveness probe`,
      ),
  },
  {
    name: 'correlation ids',
    counted: 'entry points add a correlation id',
    none: 'no request of a user reaches a second component',
    rate: (subject) =>
      rated(
        entriesOf(subject)
          .filter(({ behind }) => behind.length > 0)
          .map((entry) => [correlates(entry), entry]),
        ({ path, part }) => ({ path, message: `${part} has no middleware \`correlate\`` }),
      ),
  },
  {
    name: 'breakers on external calls',
    counted: 'external calls have a circuit breaker',
    none: 'no external calls',
    rate: ({ calls, scenario: { services, workloads } }) =>
      rated(
        calls
          .filter(
            ({ caller, callee }) =>
              !workloads.has(caller) && services.get(callee)?.external === true,
          )
          .map((call) => [layerOf(call.layers, 'circuitBreaker') !== undefined, call]),
        (call) => ({ path: call.path, message: `${callText(call)} has no circuit breaker` }),
      ),
  },
  {
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
      const findings = BOUNDARIES.flatMap((rule) =>
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
  },
  {
    name: 'idempotent operations',
    counted: 'operations that may run twice are idempotent',
    none: 'no retried calls, consumers or saga steps',
    rate(subject) {
      const { calls, scenario } = subject;
      const retried = calls.filter(({ layers }) => retryOf(layers) !== null).length;
      const sagas = [...scenario.sagas.values()].flatMap(({ steps, orchestration }) =>
        steps.flatMap(({ compensation }) => [
          ...(orchestration === null ? [] : ['step']),
          ...(compensation === null ? [] : ['compensation']),
        ]),
      );
      return {
        of: retried + subject.consumers.length + sagas.length,
        lacking: TWICE.flatMap((rule) => rule.check(subject)),
      };
    },
  },
  {
    name: 'async where possible',
    counted: 'calls without a needed result are asynchronous',
    none: 'no calls without a needed result',
    rate(subject) {
      const lacking = droppableCalls(subject).map(({ path, from, to }) => ({
        path,
        message: `${from} waits for ${to}`,
      }));
      return { of: sentWithoutWait(subject) + lacking.length, lacking };
    },
  },
  {
    name: 'monitored dependencies',
    counted: 'components that users wait for have a budget',
    none: 'no components that users wait for',
    rate: (subject) =>
      ofComponents(
        subject,
        dependenciesOf(subject).map(({ name, isMonitored }) => [isMonitored, name]),
        (name) => `no budget or expectation shows that ${name} fails`,
      ),
  },
  {
    name: 'exponential back-off',
    counted: 'retried calls have it, with jitter',
    none: 'no retries',
    rate({ calls }) {
      const retried = calls.flatMap((call) => {
        const retry = retryOf(call.layers);
        return retry === null ? [] : [{ call, flaw: backoffFlaw(retry) }];
      });
      return rated(
        retried.map((one) => [one.flaw === null, one]),
        ({ call, flaw }) => ({
          path: [...call.policyPath, 'retry'],
          message: `the retries of ${callText(call)} ${flaw}`,
        }),
      );
    },
  },
];
