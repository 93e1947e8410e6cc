import type { Host } from '../../contracts/scenario/host.js';
import { CHECKED_PANIC } from '../../contracts/scenario/health-checks.js';
import { NS_PER_SECOND } from '../../kernel/time.js';
import { formatShare } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import type { Call } from '../calls.js';
import { sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Harm, Subject } from '../subject.js';
import { timeText, yamlAt } from '../words.js';

/** Instances that are gone without an answer, and that callers pick all the time. */
export const outageUnnoticed: Rule = {
  name: 'outage-unnoticed',
  severity: 'warning',
  reason:
    'A machine that is gone refuses no connection. Without checks, a registry or nodes of the platform nothing tells its callers, and each ' +
    'call that picks it waits for its time limit until the machine is back.',
  remedy:
    'Add `healthChecks` (or `discovery`, or `platform.nodes`, which Kubernetes watches), and keep enough instances elsewhere: below ' +
    '`panicThreshold` callers pick all instances, also those that are gone.',
  check: (subject) =>
    subject.scenario.platform?.nodes ? [] : subject.hosts.flatMap((host) => judge(host, subject)),
};

/** A shorter outage is over before checks notice it. */
const LEAST_NS = 10 * NS_PER_SECOND;

function judge(host: Host, subject: Subject): readonly Finding[] {
  const calls = subject.calls.filter(({ callee }) => callee === host.name);
  const worst = (subject.harms.get(host.name) ?? [])
    .filter(({ isSilent, lastsNs, hit, of }) => isSilent && lastsNs >= LEAST_NS && hit < of)
    .reduce<Harm | null>((most, one) => (most === null || one.hit > most.hit ? one : most), null);
  if (worst === null || calls.length === 0 || host.discovery !== null) return [];
  const panics = calls.map((call) => panicOf(call, host));
  const left = (worst.of - worst.hit) / worst.of;
  const panic = Math.max(...panics.map((share) => share ?? 0));
  const path = [sectionOf(subject.scenario, host.name), host.name];
  const found = (message: string, limit: string, fix: string): Finding => ({
    path,
    entities: [host.name],
    message: `${message} while ${worst.fault} lasts`,
    measured: `${worst.of - worst.hit} of ${plural(worst.of, 'instance')} left${timeOf(worst)}`,
    limit,
    fix: yamlAt(path, fix),
  });
  const never = `loadBalancing: { kind: ${host.loadBalancing.kind}, panicThreshold: 0% }`;
  if (panics.includes(null)) {
    const isFew = left < CHECKED_PANIC;
    const all = `healthChecks: { interval: 5s }${isFew ? `\n${never}` : ''}`;
    return [found(`callers of ${host.name} go on picking its dead instances`, 'checks', all)];
  }
  if (left >= panic) return [];
  const limit = `at least ${formatShare(panic)}, the panic threshold`;
  return [found(`callers of ${host.name} pick all instances, the dead ones too,`, limit, never)];
}

function timeOf({ lastsNs }: Harm): string {
  return lastsNs === Infinity ? '' : ` for ${timeText(lastsNs)}`;
}

/** The share of instances below which a caller picks all of them; null if it never learns which are gone. */
function panicOf(
  { loadBalancing, outlierDetection, proxyOutliers }: Call,
  { healthChecks, outlierDetection: usual, loadBalancing: own }: Host,
): number | null {
  const ejects = outlierDetection ?? proxyOutliers ?? usual;
  if (healthChecks === null && ejects === null) return null;
  const { panicThreshold, priorities } = (loadBalancing ?? own).common;
  // Levels know by their load whether they can carry everything.
  if (priorities) return 0;
  return panicThreshold ?? ejects?.panicThreshold ?? CHECKED_PANIC;
}
