import { meanOf } from '../../kernel/distribution.js';
import type { Host } from '../../contracts/scenario/host.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { fieldTime, timeText, yamlAt } from '../words.js';

/** A probe that kills a process before its start-up is over. */
export const probeEndsStart: Rule = {
  name: 'probe-ends-start',
  severity: 'warning',
  reason: 'A process that starts again is killed before it listens, again and again.',
  remedy: 'Add a startup probe whose `failureThreshold` x `period` is longer than the start.',
  check: (subject) => subject.hosts.flatMap((host) => judge(subject, host) ?? []),
};

function judge({ scenario }: Subject, { name, probes, lifecycle }: Host): Finding | null {
  const kind = probes?.startup ? 'startup' : 'liveness';
  const probe = probes?.[kind] ?? null;
  if (probe === null || lifecycle === null) return null;
  const { periodNs, initialDelayNs, failureThreshold } = probe;
  // The first probe comes a period after the start of the container.
  const first = Math.max(1, Math.ceil(initialDelayNs / periodNs));
  const endNs = (first + failureThreshold - 1) * periodNs;
  const startNs = meanOf(lifecycle.startup);
  if (startNs <= endNs) return null;
  const path = [sectionOf(scenario, name), name, 'probes'];
  const most = Math.ceil((2 * startNs) / periodNs);
  return {
    path: [...path, kind],
    entities: [name],
    message: `${name} is killed before it has started`,
    measured: `its start takes ${timeText(startNs)} on average`,
    limit: `the ${kind} probe ends it after ${timeText(endNs)}`,
    fix: yamlAt(path, `startup: { period: ${fieldTime(periodNs)}, failureThreshold: ${most} }`),
  };
}
