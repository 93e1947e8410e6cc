import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import type { Host } from '../../contracts/scenario/host.js';
import type { Ns } from '../../kernel/time.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { yamlAt } from '../words.js';

/** Checks of processes that notice a fault of the scenario only when it is over. */
export const checkSlowerThanFault: Rule = {
  name: 'check-slower-than-fault',
  severity: 'hint',
  reason:
    'A check has to fail several times before it takes effect. A process whose fault is over by then gets calls all through it, and may be left out afterwards.',
  remedy:
    'Check more often, with a shorter time limit or fewer failures in a row, or add `outlierDetection`, which learns from the calls themselves.',
  check: (subject) => subject.hosts.flatMap((host) => judge(host, subject)),
};

/** A kind of checks: where it is written, how long it needs at most without an answer, and a faster one. */
interface Check {
  readonly field: readonly string[];
  readonly noticesNs: Ns;
  readonly faster: string;
}

function judge(host: Host, { scenario, harms }: Subject): readonly Finding[] {
  const own = harms.get(host.name) ?? [];
  const longest = Math.max(...own.map(({ lastsNs }) => lastsNs));
  const fault = own.find(({ lastsNs }) => lastsNs === longest);
  if (fault === undefined) return [];
  const checks = checksOf(host);
  // The quicker of two notices it.
  if (checks.some(({ noticesNs }) => noticesNs <= longest)) return [];
  return checks.map(({ field, noticesNs, faster }) => {
    const path = [sectionOf(scenario, host.name), host.name];
    return {
      path: [...path, ...field],
      entities: [host.name],
      message: `the checks of ${host.name} notice ${fault.fault} when it is over`,
      measured: `up to ${formatDuration(noticesNs)} to notice it, ${formatDuration(longest)} long`,
      limit: 'a check that is quicker than the fault',
      fix: yamlAt(path, faster),
    };
  });
}

function checksOf({ healthChecks, probes }: Host): readonly Check[] {
  const readiness = probes?.readiness ?? null;
  const own: Check[] = [];
  if (healthChecks !== null) {
    const { intervalNs, timeoutNs, unhealthyThreshold } = healthChecks;
    own.push({
      field: ['healthChecks'],
      noticesNs: unhealthyThreshold * (intervalNs + timeoutNs),
      faster: 'healthChecks: { interval: 1s, timeout: 500ms, unhealthyThreshold: 2 }',
    });
  }
  if (readiness !== null) {
    const { periodNs, timeoutNs, failureThreshold } = readiness;
    own.push({
      field: ['probes', 'readiness'],
      noticesNs: failureThreshold * periodNs + Math.min(timeoutNs, periodNs),
      faster: 'probes: { readiness: { period: 1s, timeout: 500ms, failureThreshold: 2 } }',
    });
  }
  return own;
}
