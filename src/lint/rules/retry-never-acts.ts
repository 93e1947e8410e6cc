import type { Ns } from '../../kernel/time.js';
import { eachStep } from '../../language/each-step.js';
import { kindOf, OUTCOME } from '../../contracts/outcome.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import type { Service } from '../../contracts/scenario/services.js';
import type { Step, Bundle } from '../../contracts/scenario/steps.js';
import type { Call } from '../calls.js';
import { leastTime, retryOf } from '../layers.js';
import { patienceOf } from '../patience.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import type { Placed } from '../uses.js';
import { bundleYaml, callText, fieldTime, inPolicy, timeText } from '../words.js';

/** A retry that allows only one try, has no time for a second one, or waits for a failure that never occurs. */
export const retryNeverActs: Rule = {
  name: 'retry-never-acts',
  severity: 'warning',
  reason: 'The first failure is final, although the scenario suggests that there is another try.',
  remedy:
    'Allow two tries, and let a try and its back-off fit into the time of the call; or remove the retry.',
  check: (subject) => {
    const namers = subject.namers();
    return subject.calls.flatMap((call) => findingsOf(call, subject, namers));
  },
};

type Namers = ReadonlyMap<string, readonly Placed[]>;

function findingsOf(call: Call, subject: Subject, namers: Namers): readonly Finding[] {
  const at = call.layers.findIndex(({ policy, dryRun }) => policy === 'retry' && !dryRun);
  if (at < 0 || call.layers[at].preset !== undefined) return [];
  const single = singleTry(call, call.layers[at]);
  if (single !== null) return [single];
  const outerNs = timeAround(call, at, subject, namers);
  const late = tooLate(call, subject.scenario, outerNs);
  if (late !== null) return [late];
  const never = noTimeout(call, at, subject.scenario, outerNs);
  return never === null ? [] : [never];
}

/** `attempts: 1`. Variants may differ, so it is reported only if all have it. */
function singleTry(call: Call, { config, written }: Layer): Finding | null {
  const { attempts } = config as { readonly attempts?: number };
  if (attempts !== 1 || !written.includes('attempts')) return null;
  return {
    ...inPolicy(call, 'retry', 'attempts'),
    message: `the retry of ${callText(call)} never tries again`,
    measured: '1 try, the first included',
    limit: '2 or more',
    fix: bundleYaml(call, 'retry:\n  attempts: 2'),
    everywhere: true,
  };
}

/**
 * The longest time for a call and its retries, by the layers outside the retry. An inherited deadline counts only if
 * the part is used by calls alone.
 */
function timeAround(call: Call, at: number, subject: Subject, namers: Namers): Ns {
  let ns = patienceOf(subject.scenario, call.from).afterNs;
  const isOnlyCalled = (namers.get(call.caller) ?? []).every(({ section }) => CALLERS.has(section));
  if (isOnlyCalled) ns = Math.min(ns, subject.inherited.get(call.from) ?? Infinity);
  return Math.min(ns, leastTime(call.layers.slice(0, at), ['timeout', 'deadline']));
}

const CALLERS: ReadonlySet<string> = new Set(['services', 'gateways', 'workloads']);

/**
 * A back-off that exceeds the time of the call even if the first try fails at once, unless the callee can shorten it.
 */
function tooLate(call: Call, scenario: Scenario, outerNs: Ns): Finding | null {
  const shortest = retryOf(call.layers)!.shortestBackoffNs;
  if (shortest === 0 || shortest < outerNs || mayHint(call, scenario)) return null;
  const base = fieldTime(Math.max(1e6, Math.floor(outerNs / 10 / 1e6) * 1e6));
  return {
    ...inPolicy(call, 'retry', 'backoff'),
    message: `the back-off of ${callText(call)} leaves no time for a second try`,
    measured: `${timeText(shortest)} of back-off at least`,
    limit: `below the ${timeText(outerNs)} that the call may take`,
    fix: bundleYaml(call, `retry:\n  backoff: { base: ${base} }`),
  };
}

/** Whether a response can have a Retry-After, which replaces the back-off. */
function mayHint(call: Call, { services }: Scenario): boolean {
  if (retryOf(call.layers)?.heedsHints === false) return false;
  const service = services.get(call.callee);
  if (service === undefined || service.environments !== null || service.middleware.length > 0)
    return true;
  if (hasOwnLimits(call) || (service.admission?.rateLimit ?? null) !== null) return true;
  return someStep(call, service, (step) => step.verb === 'fail' && step.retryAfterNs !== null);
}

/** Limiters of the call itself give a hint when they have capacity again. */
function hasOwnLimits({ layers }: Call): boolean {
  return layers.some(({ policy }) => !QUIET.has(policy));
}

/** Layers whose only outcomes are those of their own policy. */
const QUIET: ReadonlySet<string> = new Set([
  'timeout',
  'deadline',
  'retry',
  'circuitBreaker',
  'bulkhead',
  'fallback',
]);

/** A retry of timeouts only, for calls whose tries never end with a timeout within the time of the call. */
function noTimeout(call: Call, at: number, { services }: Scenario, outerNs: Ns): Finding | null {
  const retry = retryOf(call.layers)!;
  if (!retry.isListed || retry.on.terms.some((term) => term !== 'timeout')) return null;
  if (hasOwnLimits(call) || !answersItself(call, services)) return null;
  const each = leastTime(call.layers.slice(at + 1), ['timeout']);
  const shortest = retry.shortestBackoffNs;
  if (each < Infinity && each + shortest < outerNs) return null;
  const room = outerNs === Infinity ? 1e9 : Math.max(1e6, (outerNs - shortest) / 3);
  const wait = shortest === 0 ? '' : ` + ${timeText(shortest)} of back-off`;
  return {
    ...inPolicy(call, 'retry', 'on'),
    message:
      each === Infinity
        ? `${callText(call)} retries timeouts, and no try of it has one`
        : `${callText(call)} is over before its first try times out`,
    measured: each === Infinity ? 'no timeout inside of the retry' : `${timeText(each)}${wait}`,
    limit:
      each === Infinity ? 'a timeout for each try' : `below the ${timeText(outerNs)} that it has`,
    fix: bundleYaml(call, `timeout: ${fieldTime(Math.floor(room / 1e6) * 1e6)}`),
  };
}

/** Steps whose failures callers see as responses of the service, if all steps of a program are of this kind. */
const PLAIN: ReadonlySet<string> = new Set([
  'work',
  'wait',
  'call',
  'query',
  'parallel',
  'choose',
  'loop',
  'respond',
  'fail',
]);

/** Whether a service reports its own timeouts to callers as a status, so that none of its calls ends as `timeout`. */
function answersItself(call: Call, services: Scenario['services']): boolean {
  const service = services.get(call.callee);
  if (service === undefined || service.environments !== null || service.middleware.length > 0)
    return false;
  if ([...service.outbound.values()].some(hasSteps)) return false;
  return !someStep(
    call,
    service,
    (step) =>
      !PLAIN.has(step.verb) ||
      hasSteps(step.policy) ||
      (step.verb === 'call' && step.self) ||
      (step.verb === 'fail' && kindOf(step.outcome) === OUTCOME.timeout),
  );
}

/** Fallback steps can fail with any outcome. */
function hasSteps(bundle: Bundle | null): boolean {
  return bundle?.fallback?.kind === 'steps';
}

function someStep(
  { to, callee }: Call,
  { endpoints }: Service,
  is: (step: Step) => boolean,
): boolean {
  let found = false;
  eachStep(endpoints.get(to.slice(callee.length + 1))?.steps ?? [], (step) => {
    found ||= is(step);
  });
  return found;
}
