import type { Ns } from '../../kernel/time.js';
import type { Service } from '../../contracts/scenario/services.js';
import { limitOfCall } from '../limits.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { whileSilent } from '../twice.js';
import { handyTime, timeText, yamlAt } from '../words.js';

/** A function whose timeout ends it while it waits for its calls. */
export const functionTimeoutBelowCalls: Rule = {
  name: 'function-timeout-below-calls',
  severity: 'warning',
  reason:
    'The platform ends the execution before its own calls are over. No fallback runs, no error is handled, and the invoker starts it again.',
  remedy:
    'Make `timeout` longer than everything the function does, and give its calls shorter timeouts of their own.',
  check: (subject) =>
    [...subject.scenario.services.values()].flatMap((service) => judge(subject, service)),
};

function judge(subject: Subject, { name, environments, endpoints }: Service): readonly Finding[] {
  const timeoutNs = environments?.timeoutNs ?? null;
  if (timeoutNs === null) return [];
  const parts = [...endpoints.keys()].map((part) => `${name}.${part}`);
  const means = parts.map((part) => subject.demands.of(part).elapsedNs);
  const mean = Math.max(...means);
  const slow = parts[means.indexOf(mean)];
  if (mean >= timeoutNs)
    return [finding(name, [slow], `${timeText(mean)} on average`, mean, timeoutNs)];
  for (const call of subject.calls) {
    if (call.caller !== name || call.background) continue;
    const callNs = limitOfCall(whileSilent(call, subject)).callNs;
    if (callNs === Infinity || callNs < timeoutNs) continue;
    const measured = `${timeText(callNs)} for ${call.to}`;
    return [finding(name, [call.from, call.to], measured, callNs, timeoutNs)];
  }
  return [];
}

function finding(
  name: string,
  entities: readonly string[],
  measured: string,
  neededNs: Ns,
  timeoutNs: Ns,
): Finding {
  return {
    path: ['functions', name, 'timeout'],
    entities,
    message: `${name} is ended while it waits for its own work`,
    measured,
    limit: `timeout ${timeText(timeoutNs)}`,
    fix: yamlAt(['functions', name], `timeout: ${handyTime(2 * neededNs)}`),
  };
}
