import { OUTCOME_TERMS, OutcomeSet } from '../../patterns/mechanisms/outcome-terms.js';
import { OUTCOME, OUTCOME_NAMES, statusOf, withStatus } from '../../contracts/outcome.js';
import type { OutcomeName } from '../../contracts/outcome.js';
import { columns, firstSentence, indented, paragraph } from './layout.js';

/** The explanation of an outcome: what happened, what causes it, and what other programs call it. */
interface Meaning {
  readonly what: string;
  readonly by: string;
  readonly elsewhere: string;
}

/**
 * Names elsewhere. Statuses: RFC 9110. Envoy: docs/root/configuration/observability/access_log/usage.rst
 * (%RESPONSE_FLAGS%, %RESPONSE_CODE%), router_filter.rst (x-envoy-retry-on). gRPC: googleapis google/rpc/code.proto
 * (HTTP mapping), grpc doc/http-grpc-status-mapping.md (of a proxy). Exceptions of resilience4j, Polly, Hystrix,
 * HikariCP: their classes.
 */
const MEANINGS: Readonly<Record<OutcomeName, Meaning>> = {
  ok: {
    what: 'The callee answered with a result that the caller can use.',
    by: 'An endpoint whose steps end without a failure; `respond` with a status below 400.',
    elsewhere: 'HTTP 200 to 399; gRPC OK.',
  },
  clientError: {
    what: 'The callee refused the request as wrong. The same request fails again.',
    by: '`fail` and `respond` with 400 to 499, except 429; `authenticate`, `authorize` and `filter` of a gateway; 404 where no route matches; 409 of a version conflict in an event store.',
    elsewhere:
      'HTTP 4xx, except 429; gRPC INVALID_ARGUMENT (400), NOT_FOUND (404), ABORTED (409); Envoy without a route: 404, flag NR.',
  },
  throttled: {
    what: 'The callee refused the request because its caller sends too many.',
    by: 'The `rateLimit` of a `middleware` or `admission`; the fault `throttle`; the capacity of a `dynamodb` table; the concurrency limit of `lambda`; the thread pools of `elasticsearch`.',
    elsewhere:
      'HTTP 429; gRPC RESOURCE_EXHAUSTED, but UNAVAILABLE where a proxy answers 429 without a grpc-status; the rate limit filters of Envoy, flag RL; ThrottlingException.',
  },
  serverError: {
    what: 'The callee answered that it failed.',
    by: '`fail` with 500 to 599; the fault `error`; a service whose own call failed and that has no fallback: it answers 504 for a timeout, 502 for a reset, 503 for a refusal.',
    elsewhere:
      'HTTP 5xx; gRPC INTERNAL and UNKNOWN (500), UNAVAILABLE (503, and 502 to 504 of a proxy without a grpc-status).',
  },
  timeout: {
    what: 'The caller stopped waiting for an attempt. The callee may still work on it.',
    by: 'The policy `timeout`, at the caller. The callee has not answered, so no status matches it.',
    elsewhere:
      'Envoy: per_try_timeout, flag UT, answered as 504, and URX where the retries are used up; resilience4j: TimeoutException.',
  },
  deadlineExceeded: {
    what: 'The time for the entire call is used up: nothing is left to spend on another try.',
    by: 'The policy `deadline`, at the caller; a callee that gets a request without time left, where the deadline is propagated.',
    elsewhere: 'gRPC DEADLINE_EXCEEDED (504); Envoy: timeout of the route, flag UT.',
  },
  refused: {
    what: 'The connection was refused: the callee did not begin to work, so another try is safe.',
    by: 'A callee that is down, starting or not ready; a `partition` that rejects; a server or pooler at its limit of connections.',
    elsewhere:
      'ECONNREFUSED; Envoy: connect-failure, refused-stream, flags UF and UH; gRPC UNAVAILABLE.',
  },
  connectTimeout: {
    what: 'No connection was established in time: the callee did not begin to work.',
    by: 'The `connectTimeout` of `connections`, of a pool or of a callee behind a `partition` that drops packets.',
    elsewhere: 'ETIMEDOUT of connect(); Envoy: connect-failure, flag UF.',
  },
  reset: {
    what: 'The connection broke during the attempt. The callee may have executed it.',
    by: 'A process that ends with requests in flight (`crash`, `stop` past its grace period, out of memory); a server that closes a connection in use; a transaction whose lock is lost.',
    elsewhere: 'ECONNRESET; Envoy: reset, flags UC and UR; gRPC UNAVAILABLE; nginx 502.',
  },
  poolTimeout: {
    what: 'The caller got no connection from its pool in time. Nothing was sent.',
    by: 'The `connectionTimeout` or `acquireTimeout` of a pool of a database, or of `connections`.',
    elsewhere: 'HikariCP: SQLTransientConnectionException; Go: context deadline in database/sql.',
  },
  rejectedBulkhead: {
    what: 'A limit of the caller on calls in flight was reached. Nothing was sent.',
    by: 'The policies `bulkhead` and `concurrencyLimit`; `maxPending` of `connections`; the semaphore of an opossum breaker.',
    elsewhere:
      'resilience4j: BulkheadFullException; Envoy and Istio: circuit breaker overflow, 503 with flag UO; Hystrix: thread pool rejected.',
  },
  rejectedRateLimit: {
    what: 'A rate limit of the caller was reached. Nothing was sent.',
    by: 'The policies `rateLimit` and `throttle`.',
    elsewhere: 'resilience4j: RequestNotPermitted.',
  },
  rejectedBreaker: {
    what: 'An open circuit breaker refused the call. Nothing was sent.',
    by: 'The policy `circuitBreaker`, open or half open with all its trial calls in flight; breakers of all instances being open.',
    elsewhere:
      'resilience4j: CallNotPermittedException; Polly: BrokenCircuitException; gobreaker: ErrOpenState; Hystrix: short-circuited.',
  },
  rejectedOverload: {
    what: 'The callee refused the request because it is overloaded. It did not begin to work.',
    by: 'A full `queue`, its `maxWait` or CoDel; `shed` and `concurrencyLimit` of `admission`; a full function.',
    elsewhere:
      'HTTP 503; Envoy: overload manager, flag OM; gRPC RESOURCE_EXHAUSTED or UNAVAILABLE.',
  },
  cancelled: {
    what: 'The caller gave the call up, so its result does not matter.',
    by: 'A timeout, deadline or lost hedge further out; `patience` with `cancel`; a parallel branch whose sibling failed.',
    elsewhere: 'gRPC CANCELLED (499); 499 in nginx; Envoy: status 0, flag DC; context.Canceled.',
  },
  degraded: {
    what: 'A fallback answered in place of the callee. It counts as success.',
    by: 'The policy `fallback`; a step with `onError: continue` or `optional`.',
    elsewhere: 'Hystrix: fallback success; Polly and Resilience4j: fallback.',
  },
  abandoned: {
    what: 'The user left before the answer, or there is none. An outcome of entire requests only.',
    by: 'The `patience` of a workload; the end of the run, for requests that hang.',
    elsewhere: '499 in nginx; Envoy: status 0, flag DC.',
  },
  unfinished: {
    what: 'The request was in flight when the run ended, and was young. It counts in no share.',
    by: 'The end of the run, after its `drain`.',
    elsewhere: 'It has no name elsewhere.',
  },
};

/** Ranges of the statuses of outcomes that can have several. */
const STATUSES: Partial<Record<OutcomeName, readonly [first: number, last: number]>> = {
  clientError: [400, 499],
  serverError: [500, 599],
};

/** The purpose of a group or class of statuses, and its exceptions. */
const GROUPS: Readonly<Record<string, string>> = {
  any: 'Every failure except those that another try cannot mend: `clientError`, `cancelled`, `deadlineExceeded`.',
  connect: 'The connection failed, so the callee did not begin to work. Envoy: connect-failure.',
  error: 'The callee answered that it failed or is overloaded.',
  overload: 'The callee refused because it is overloaded.',
  gateway:
    'The callee answered 502, 503 or 504. A timeout, reset or refusal at the caller carries no status: write `[gateway, timeout, reset, connect]` for what Envoy calls gateway-error.',
  '4xx': 'The callee answered with a status of 400 to 499.',
  '5xx':
    'The callee answered with a status of 500 to 599. A timeout, reset or refusal at the caller carries no status: write `[5xx, timeout, reset, connect]` for what Envoy calls 5xx.',
};

/** Words of `on`, `failOn` and `ignore` that are groups of outcomes. */
export const OUTCOME_GROUPS: readonly string[] = OUTCOME_TERMS.filter(
  (term) => !(OUTCOME_NAMES as readonly string[]).includes(term),
);

/** Pages of an outcome, of a group of them, or of a status. */
export function outcomePages(name: string): readonly string[] {
  const outcome = OUTCOME_NAMES.find((own) => own === name);
  if (outcome !== undefined) return [outcomePage(outcome)];
  if (OUTCOME_GROUPS.includes(name)) return [groupPage(name, GROUPS[name] ?? '')];
  return /^[45]\d\d$/.test(name) ? [statusPage(Number(name))] : [];
}

function outcomePage(name: OutcomeName): string {
  const { what, by, elsewhere } = MEANINGS[name];
  const groups = OUTCOME_GROUPS.filter((group) => holds(group, name) !== null);
  const status = statusOf(OUTCOME[name]);
  const span = STATUSES[name];
  return [
    `${name}, an outcome`,
    paragraph(what),
    paragraph(`Made by: ${by}`),
    paragraph(
      `Status: ${span === undefined ? (status === 0 ? 'none' : status) : `${span[0]} to ${span[1]}, ${status} unless one is written`}.`,
    ),
    paragraph(
      OUTCOME_TERMS.includes(name)
        ? `In lists of outcomes (\`on\`, \`failOn\`, \`ignore\`): by its own name${groups.length === 0 ? '' : `, and in ${groups.map((group) => `\`${group}\`${holds(group, name)}`).join(', ')}`}.`
        : 'It is no failure of a call, so no list of outcomes (`on`, `failOn`, `ignore`) names it.',
    ),
    paragraph(`Elsewhere: ${elsewhere}`),
    `In figures: share.${name}, outcomes.${name} of a component.`,
  ].join('\n\n');
}

function groupPage(name: string, text: string): string {
  const members = OUTCOME_NAMES.flatMap((outcome) => {
    const which = holds(name, outcome);
    return which === null
      ? []
      : [[`${outcome}${which}`, firstSentence(MEANINGS[outcome].what)] as const];
  });
  return [
    `${name}, a group of outcomes`,
    paragraph(text),
    indented('It holds:', columns(members)),
    paragraph(
      'Groups are words of the lists `on` of a retry or fallback, and `failOn` and `ignore` of a breaker.',
    ),
  ].join('\n\n');
}

function statusPage(status: number): string {
  const outcome = OUTCOME_NAMES.find((name) => {
    const [first, last] = STATUSES[name] ?? [-1, -1];
    return status === 429 ? name === 'throttled' : status >= first && status <= last;
  })!;
  const groups = OUTCOME_GROUPS.filter((group) =>
    new OutcomeSet([group]).has(withStatus(OUTCOME[outcome], status)),
  );
  return [
    `${status}, a status`,
    paragraph(`An answer with it is the outcome \`${outcome}\`. ${MEANINGS[outcome].what}`),
    paragraph(
      `In lists of outcomes (\`on\`, \`failOn\`, \`ignore\`): ${status}, ${[outcome, ...groups].map((word) => `\`${word}\``).join(', ')}.`,
    ),
  ].join('\n\n');
}

/** The part of an outcome that a group contains: '' all of it, ` (502 to 504)` some statuses; null none. */
function holds(group: string, name: OutcomeName): string | null {
  if (!OUTCOME_TERMS.includes(name)) return null;
  const set = new OutcomeSet([group]);
  const span = STATUSES[name];
  if (span === undefined) return set.has(OUTCOME[name]) ? '' : null;
  const all = Array.from({ length: span[1] - span[0] + 1 }, (_, k) => span[0] + k);
  const own = all.filter((status) => set.has(withStatus(OUTCOME[name], status)));
  if (own.length === 0) return null;
  return own.length === all.length ? '' : ` (${own[0]} to ${own[own.length - 1]})`;
}
