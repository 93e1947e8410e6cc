import { positionIn } from '../positions.js';
import { pathText, type Path } from '../../scenario/located.js';
import { PLAIN_BALANCING } from '../../contracts/scenario/balancing.js';
import type { LoadBalancing } from '../../contracts/scenario/policies.js';
import type { Call } from '../calls.js';
import { hostOf, sectionOf } from '../demand.js';
import { endlessTries } from '../endless-tries.js';
import { idleHeartbeats } from '../idle-heartbeats.js';
import { idleMessages } from '../idle-messages.js';
import { idleOutbound } from '../idle-outbound.js';
import { layerOf } from '../layers.js';
import { idleRegions, idleVersionLabels, separating } from '../levels.js';
import { LONE_OPTIONS, type Option, type Use } from '../lone-options.js';
import { idlePrices, idleStorage } from '../prices.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { unusedRoom } from '../unused-room.js';
import { callText, yamlAt } from '../words.js';

/** The options, one per line. */
const OPTIONS: readonly Option[] = [
  ...[zoneAware, priorities, panicThreshold, failTrafficOnPanic, patienceCancel],
  ...LONE_OPTIONS,
];
/** Default of an option, unless it is `false`. */
const OFF: Readonly<Record<string, string>> = {
  panicThreshold: '0%',
  scope: 'instance',
  status: '200',
  per: 'callee',
  policy: 'local\nstore: null',
  storeErrors: 'true',
  limitBy: 'consumer',
  successfulActiveHealthCheckUnejectHost: 'true',
};

/** An option without an effect on any call that it applies to. */
export const optionWithoutEffect: Rule = {
  name: 'option-without-effect',
  severity: 'warning',
  reason: 'The reader of the file believes in a protection that does not exist.',
  remedy: 'Remove the option, or add what it needs in order to act.',
  check: (subject) => [
    ...OPTIONS.flatMap((option) => judge(option, subject)),
    ...endlessTries(subject),
    ...unusedRoom(subject),
    ...idleHeartbeats(subject),
    ...idleMessages(subject),
    ...idleOutbound(subject),
    ...idlePrices(subject),
    ...idleRegions(subject),
    ...idleVersionLabels(subject),
    ...idleStorage(subject),
  ],
};

function judge(option: Option, subject: Subject): readonly Finding[] {
  const places = new Map<string, { readonly call: Call; readonly use: Use }>();
  const acting = new Set<string>();
  for (const call of subject.calls) {
    const use = option(call, subject);
    if (use === null) continue;
    const name = pathText(use.path);
    if (use.lacks === null) acting.add(name);
    else if (!places.has(name)) places.set(name, { call, use });
  }
  return [...places].flatMap(([name, { call, use }]) =>
    acting.has(name) || use.lacks === null ? [] : [finding(call, use.path, use.lacks)],
  );
}

function finding(call: Call, path: Path, lacks: NonNullable<Use['lacks']>): Finding {
  const field = String(path[path.length - 1]);
  const off = field === 'cancel' && path.at(-2) === 'timeout' ? 'true' : (OFF[field] ?? 'false');
  return {
    path,
    entities: [call.from, call.to],
    message: `${field} changes nothing for ${callText(call)}`,
    ...lacks,
    fix: yamlAt(path.slice(0, -1), `${field}: ${off}`),
  };
}

/** Load balancing settings of the callee, from the bundle of a call or from the callee. */
function balancingOf(
  call: Call,
  { scenario }: Subject,
): { readonly common: LoadBalancing['common']; readonly path: Path } {
  const own = call.loadBalancing;
  const at = own === null ? [sectionOf(scenario, call.callee), call.callee] : call.policyPath;
  const settings = own ?? hostOf(scenario, call.callee)?.loadBalancing ?? null;
  return { common: settings?.common ?? PLAIN_BALANCING, path: [...at, 'loadBalancing'] };
}

function zoneAware(call: Call, subject: Subject): Use | null {
  const { scenario } = subject;
  const { common, path: at } = balancingOf(call, subject);
  if (common.zoneAware === null) return null;
  const callers = zonesOf(hostOf(scenario, call.caller)?.zones ?? workloadZones(call, scenario));
  const callees = hostOf(scenario, call.callee)?.zones ?? [];
  const { minClusterSize } = common.zoneAware;
  const path = [...at, 'zoneAware'];
  if (callers >= 2 && zonesOf(callees) >= 2 && callees.length >= minClusterSize) {
    return { path, lacks: null };
  }
  const measured = `${call.caller} is in ${count(callers, 'zone')}, ${call.callee} has ${count(callees.length, 'instance')} in ${count(zonesOf(callees), 'zone')}`;
  const limit = `two zones on both sides, and ${minClusterSize} instances (minClusterSize)`;
  return { path, lacks: { measured, limit } };
}

/** Levels by zone need two zones at the callee, and a caller in one. */
function priorities(call: Call, subject: Subject): Use | null {
  const { scenario } = subject;
  const { common, path: at } = balancingOf(call, subject);
  const own = common.priorities ?? null;
  if (own === null || own.backup !== null) return null;
  const labels = own.failoverPriority ?? [];
  if (labels.length > 0) {
    if (separating(labels, call.callee, scenario).length > 0) {
      return { path: [...at, 'priorities'], lacks: null };
    }
    const names = labels.map(({ name }) => name).join(', ');
    const measured = `all instances of ${call.callee} have the same ${names}`;
    const limit = 'a label in which they differ: version, zone, region, or labels of versions';
    return { path: [...at, 'priorities'], lacks: { measured, limit } };
  }
  const callers = zonesOf(hostOf(scenario, call.caller)?.zones ?? workloadZones(call, scenario));
  const callees = zonesOf(hostOf(scenario, call.callee)?.zones ?? []);
  const path = [...at, 'priorities'];
  if (callers >= 1 && callees >= 2) return { path, lacks: null };
  const measured = `${call.caller} is in ${count(callers, 'zone')}, ${call.callee} in ${count(callees, 'zone')}`;
  return { path, lacks: { measured, limit: 'a caller in a zone, and a callee in two' } };
}

function workloadZones(call: Call, { workloads }: Subject['scenario']): readonly (string | null)[] {
  return [workloads.get(call.caller)?.zone ?? null];
}

function zonesOf(zones: readonly (string | null)[]): number {
  return new Set(zones.filter((zone) => zone !== null)).size;
}

function panicThreshold(call: Call, subject: Subject): Use | null {
  const { common, path } = balancingOf(call, subject);
  if ((common.panicThreshold ?? 0) === 0) return null;
  return { path: [...path, 'panicThreshold'], lacks: withoutWatch(call, subject) };
}

function failTrafficOnPanic(call: Call, subject: Subject): Use | null {
  const { common, path } = balancingOf(call, subject);
  if (!common.failTrafficOnPanic) return null;
  return { path: [...path, 'failTrafficOnPanic'], lacks: withoutWatch(call, subject) };
}

/** Panic is possible only if instances can be excluded from the pick. */
function withoutWatch(call: Call, { scenario }: Subject): Use['lacks'] {
  const host = hostOf(scenario, call.callee);
  if ((call.outlierDetection ?? host?.outlierDetection ?? null) !== null) return null;
  if ((host?.healthChecks ?? null) !== null) return null;
  if (layerOf(call.layers, 'circuitBreaker')?.per === 'target') return null;
  return {
    measured: 'no instance is ever ejected or shut',
    limit: 'outlierDetection, healthChecks, or a circuitBreaker with per: target',
  };
}

/** A client that gives up cancels its calls, but some callees ignore cancellation. */
function patienceCancel(call: Call, subject: Subject): Use | null {
  const { scenario, written } = subject;
  const requests = scenario.workloads.get(call.caller)?.requests ?? [];
  const index = positionIn(requests, call.from.slice(call.caller.length + 1));
  if (index < 0 || requests[index].patience?.cancel !== true || call.background) return null;
  const own = ['workloads', call.caller, 'requests', index, 'patience'];
  const at = written(own) ? own : ['workloads', call.caller, 'patience'];
  const path = [...at, 'cancel'];
  const cancellation = hostOf(scenario, call.callee)?.cancellation ?? 'ignore';
  if (cancellation !== 'ignore' || call.connections !== null) return { path, lacks: null };
  const isFunction = (scenario.services.get(call.callee)?.environments ?? null) !== null;
  return {
    path,
    lacks: {
      measured: isFunction
        ? `${call.callee} is a function: an invocation runs to its end`
        : `${call.callee} has cancellation: ignore`,
      limit: isFunction
        ? 'a callee that can be cancelled'
        : 'cancellation: onDequeue, atSteps or immediate at the callee',
    },
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
