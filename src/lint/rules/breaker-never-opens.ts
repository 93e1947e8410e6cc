import { NS_PER_SECOND } from '../../kernel/time.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import type { Call } from '../calls.js';
import { hostOf } from '../demand.js';
import { policyTraits } from '../../patterns/registry.js';
import type { Evidence } from '../../contracts/patterns/policy-traits.js';
import type { Key } from '../graph.js';
import { layerOf, triesOf } from '../layers.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatNumber } from '../../text/figures.js';
import { bundleYaml, callText, handyTime, inPolicy, timeText, yamlAt } from '../words.js';

/** Standard deviations of the number of calls in a window that are allowed for random variation. */
const DEVIATIONS = 4;

/** A breaker whose minimum number of calls is never reached within its window. */
export const breakerNeverOpens: Rule = {
  name: 'breaker-never-opens',
  severity: 'warning',
  reason:
    'A breaker does not judge fewer calls than its minimum. With this traffic it stays closed through any failure.',
  remedy:
    'Lower the minimum of calls, lengthen the window, or share the breaker among the instances of the caller.',
  check: (subject) =>
    subject.calls.flatMap((call) => {
      const layer = layerOf(call.layers, 'circuitBreaker');
      const evidence = layer === undefined ? null : policyTraits('circuitBreaker', layer).evidence;
      if (layer === undefined || evidence === null) return [];
      const seen = (rateSeen(call, layer, subject) * evidence.windowNs) / NS_PER_SECOND;
      if (!(seen + DEVIATIONS * Math.sqrt(seen) < evidence.calls)) return [];
      return [findingOf(call, evidence, seen, layer)];
    }),
};

/** Largest rate of attempts per second that one state of the breaker judges, with retries on all levels. */
function rateSeen(call: Call, layer: Layer, { scenario, graph, traffic }: Subject): number {
  const together = graph.with(keyOf(layer), keyOf(layer)(call));
  const rate = together.reduce((sum, other) => {
    const inside = other.layers.findIndex(({ policy }) => policy === 'circuitBreaker');
    const tries = triesOf(other.layers.slice(0, inside));
    return sum + (traffic.most.get(other.from) ?? 0) * other.most * tries;
  }, 0);
  const callers = layer.scope === 'instance' ? (hostOf(scenario, call.caller)?.replicas ?? 1) : 1;
  const targets = layer.per === 'target' ? (hostOf(scenario, call.callee)?.replicas ?? 1) : 1;
  return rate / callers / targets;
}

/** What calls have in common if one state of the breaker judges them. */
function keyOf({ per, scope }: Layer): Key {
  if (scope === 'global') return per === 'endpoint' ? GLOBAL_ENDPOINT : GLOBAL;
  return per === 'endpoint' ? OWN_ENDPOINT : OWN;
}

const GLOBAL: Key = ({ bundle, callee }) => `${bundle} ${callee}`;
const GLOBAL_ENDPOINT: Key = ({ bundle, to }) => `${bundle} ${to}`;
const OWN: Key = ({ bundle, callee, caller }) => `${bundle} ${callee} ${caller}`;
const OWN_ENDPOINT: Key = ({ bundle, to, caller }) => `${bundle} ${to} ${caller}`;

function findingOf(call: Call, evidence: Evidence, seen: number, layer: Layer): Finding {
  const field = evidence.field[evidence.field.length - 1];
  const whose = layer.scope === 'instance' ? ' of one caller' : '';
  return {
    ...inPolicy(call, 'circuitBreaker', ...evidence.field),
    message: `the breaker of ${callText(call)} can never open`,
    measured: `at most ${formatNumber(seen)} calls${whose} in ${timeText(evidence.windowNs)} on average`,
    limit: `${field} is ${evidence.calls}`,
    fix: bundleYaml(call, fixOf(evidence, seen)),
  };
}

/** Suggests half of the calls seen as the minimum, or a longer window if there are almost none. */
function fixOf({ field, windowField, windowNs, calls }: Evidence, seen: number): string {
  if (seen >= 4) {
    const text = `${field[field.length - 1]}: ${Math.floor(seen / 2)}`;
    return yamlAt(['circuitBreaker', ...field.slice(0, -1)], text);
  }
  const longer = handyTime((windowNs * calls * 2) / Math.max(seen, 1e-3));
  return yamlAt(['circuitBreaker'], `${windowField}: ${longer}`);
}
