import type { Act, CallsAct, ComponentAct } from '../acts.js';
import { unwrittenOf, type Format } from '../format.js';
import {
  asIs,
  documents,
  duration,
  fieldIn,
  fieldsIn,
  number,
  partOf,
  percent,
  put,
  type Fields,
} from '../values.js';

/** Properties of resilience4j-spring-boot by policy and field; `''` is a policy in its short form. */
const POLICIES: Readonly<Record<string, Fields>> = {
  circuitBreaker: {
    slidingWindowType: ['circuitbreaker.slidingWindowType', asIs],
    slidingWindowSize: ['circuitbreaker.slidingWindowSize', number],
    minimumNumberOfCalls: ['circuitbreaker.minimumNumberOfCalls', number],
    failureRateThreshold: ['circuitbreaker.failureRateThreshold', percent],
    slowCallDurationThreshold: ['circuitbreaker.slowCallDurationThreshold', duration],
    slowCallRateThreshold: ['circuitbreaker.slowCallRateThreshold', percent],
    waitDurationInOpenState: ['circuitbreaker.waitDurationInOpenState', duration],
    permittedNumberOfCallsInHalfOpenState: [
      'circuitbreaker.permittedNumberOfCallsInHalfOpenState',
      number,
    ],
    openDuration: ['circuitbreaker.waitDurationInOpenState', duration],
    halfOpenPermits: ['circuitbreaker.permittedNumberOfCallsInHalfOpenState', number],
    automaticTransitionFromOpenToHalfOpenEnabled: [
      'circuitbreaker.automaticTransitionFromOpenToHalfOpenEnabled',
      asIs,
    ],
  },
  retry: {
    attempts: ['retry.maxAttempts', number],
    'backoff.base': ['retry.waitDuration', duration],
    'backoff.factor': ['retry.exponentialBackoffMultiplier', number],
  },
  timeout: {
    '': ['timelimiter.timeoutDuration', duration],
    after: ['timelimiter.timeoutDuration', duration],
  },
  bulkhead: {
    maxConcurrent: ['bulkhead.maxConcurrentCalls', number],
    maxConcurrentCalls: ['bulkhead.maxConcurrentCalls', number],
    maxWait: ['bulkhead.maxWaitDuration', duration],
    maxWaitDuration: ['bulkhead.maxWaitDuration', duration],
  },
  rateLimit: {
    limitForPeriod: ['ratelimiter.limitForPeriod', number],
    limitRefreshPeriod: ['ratelimiter.limitRefreshPeriod', duration],
    timeoutDuration: ['ratelimiter.timeoutDuration', duration],
  },
};

/** Properties of the server of a Spring Boot application. */
const SERVER: Fields = {
  concurrency: ['server.tomcat.threads.max', number],
  'queue.capacity': ['server.tomcat.accept-count', number],
};

/** The configuration of Spring Boot applications with resilience4j: a document for each caller. */
export const resilience4j: Format = {
  name: 'resilience4j',
  summary: 'application.yml of Spring Boot with resilience4j',
  write(acts) {
    const files = new Map<string, Record<string, unknown>>();
    const unwritten = unwrittenOf(acts, (act) =>
      act.on === 'calls' ? writeCalls(act, files) : writeServer(act, files),
    );
    return { text: textOf(files), unwritten };
  },
};

function textOf(files: ReadonlyMap<string, unknown>): string {
  return documents([...files].map(([name, content]) => [`application.yml of ${name}`, content]));
}

function fileOf(
  files: Map<string, Record<string, unknown>>,
  name: string,
): Record<string, unknown> {
  return partOf(files, name, { spring: { application: { name } } });
}

function writeServer(
  { section, name, field, value }: ComponentAct,
  files: Map<string, Record<string, unknown>>,
): string | null {
  const property = section === 'services' ? fieldIn(SERVER, field, value) : null;
  if (property === null) return 'Spring Boot has no property for it: try another format';
  put(fileOf(files, name), property[0].split('.'), property[1]);
  return null;
}

function writeCalls(act: CallsAct, files: Map<string, Record<string, unknown>>): string | null {
  const { calls, policy } = act;
  if (calls.length === 0) return 'no call uses it';
  const properties = propertiesOf(act);
  if (typeof properties === 'string') return properties;
  for (const { from, to } of calls) {
    for (const [path, value] of properties) {
      const [kind, field] = path.split('.') as [string, string];
      put(fileOf(files, from), ['resilience4j', kind, 'instances', to, field], value);
    }
  }
  // A growing wait is a switch of its own.
  if (policy === 'retry' && properties.some(([path]) => path.endsWith('Multiplier')))
    for (const { from, to } of calls)
      put(
        fileOf(files, from),
        ['resilience4j', 'retry', 'instances', to, 'enableExponentialBackoff'],
        true,
      );
  return null;
}

/** The properties of a change with their values, or why there are none. */
function propertiesOf(act: Act & CallsAct): readonly (readonly [string, unknown])[] | string {
  const { policy, field, value, bundle } = act;
  const known = POLICIES[policy];
  if (known === undefined) return `resilience4j has no ${policy}`;
  if (value === null) {
    if (policy === 'retry' && field === '') return [['retry.maxAttempts', 1]];
    return `the annotation of the ${policy} has to be removed in the code`;
  }
  const kind = kindOf(bundle[policy]);
  if (kind !== null && kind !== 'resilience4j' && policy !== 'timeout')
    return `the ${policy} is one of kind ${kind}, whose fields resilience4j does not have`;
  const found = fieldsIn(known, field, value);
  return found.length > 0 ? found : `resilience4j has no property for ${field || policy}`;
}

/** The kind of a policy if it is not the simple one. */
function kindOf(policy: unknown): string | null {
  const kind =
    typeof policy === 'object' && policy !== null && 'kind' in policy ? policy.kind : null;
  return typeof kind === 'string' && !PLAIN.has(kind) ? kind : null;
}

const PLAIN: ReadonlySet<string> = new Set(['simple', 'semaphore', 'fixed']);
