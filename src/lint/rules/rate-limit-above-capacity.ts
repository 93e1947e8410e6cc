import type { Middleware } from '../../contracts/scenario/middleware.js';
import { bottleneckOf, type Bottleneck } from '../bottleneck.js';
import { mostOf } from '../demand.js';
import { layerOf, limitOf } from '../layers.js';
import { partsOf } from '../mixture.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatRate } from '../../text/figures.js';
import { bundleYaml, callText, yamlAt } from '../words.js';

/** A rate limiter that admits more than the components behind it can serve. */
export const rateLimitAboveCapacity: Rule = {
  name: 'rate-limit-above-capacity',
  severity: 'warning',
  reason:
    'The system behind the limiter is overloaded before the limiter rejects anything, so it protects nothing.',
  remedy:
    'Set the limit, summed over all instances, to what the slowest component behind it can serve.',
  check: (subject) => [...inChains(subject), ...atCalls(subject)],
};

/** Limiters in front of the routes of a gateway or the endpoints of a service. */
function inChains(subject: Subject): readonly Finding[] {
  const { services, gateways } = subject.scenario;
  const found: Finding[] = [];
  for (const [name, service] of services) {
    found.push(...inChain(service.middleware, name, partsOf(subject, name), subject));
  }
  for (const [name, gateway] of gateways) {
    found.push(...inChain(gateway.middleware, name, partsOf(subject, name), subject));
    for (const route of gateway.routes) {
      const own = partsOf(subject, name).filter(({ part }) => part === `${name}.${route.name}`);
      found.push(...inChain(route.middleware, name, own, subject));
    }
  }
  return found;
}

function inChain(
  chain: readonly Middleware[],
  owner: string,
  parts: ReturnType<typeof partsOf>,
  subject: Subject,
): readonly Finding[] {
  return chain.flatMap(({ rateLimit, when, at }) => {
    const each = rateLimit === null || when !== null ? null : limitOf(rateLimit);
    if (rateLimit === null || each === null) return [];
    const states = rateLimit.scope === 'instance' ? mostOf(subject.scenario, owner) : 1;
    const behind = bottleneckOf(parts, subject);
    if (behind === null || each * states <= behind.perSecond) return [];
    return {
      path: [...at, 'rateLimit', 'rate'],
      entities: [owner, behind.component],
      message: `the rate limit of ${owner} lets more through than ${behind.component} can do`,
      ...numbers(each, states, behind),
      fix: yamlAt([...at, 'rateLimit'], `rate: ${fitting(states, behind)}`),
    };
  });
}

/** Limiters of a caller. */
function atCalls(subject: Subject): readonly Finding[] {
  return subject.calls.flatMap((call) => {
    const layer = layerOf(call.layers, 'rateLimit');
    const each = layer === undefined ? null : limitOf(layer);
    if (layer === undefined || each === null || layer.per === 'target') return [];
    const callers = mostOf(subject.scenario, call.caller);
    const states = layer.scope === 'instance' ? callers : 1;
    const behind = bottleneckOf([{ part: call.to, weight: 1 }], subject);
    if (behind === null || each * states <= behind.perSecond) return [];
    return {
      path: [...call.policyPath, 'rateLimit', 'rate'],
      entities: [call.from, call.to, behind.component],
      message: `the rate limit of ${callText(call)} lets more through than ${behind.component} can do`,
      ...numbers(each, states, behind),
      fix: bundleYaml(call, `rateLimit:\n  rate: ${fitting(states, behind)}`),
    };
  });
}

function numbers(
  each: number,
  states: number,
  { component, perSecond }: Bottleneck,
): Pick<Finding, 'measured' | 'limit'> {
  const product = states === 1 ? '' : `${states} x ${formatRate(each)} = `;
  return {
    measured: `${product}${formatRate(each * states)}`,
    limit: `at most ${formatRate(perSecond)}, with which ${component} is busy all the time`,
  };
}

/** Nine tenths of the capacity, divided over all states. */
function fitting(states: number, { perSecond }: Bottleneck): string {
  return `${Math.max(1, Math.floor((0.9 * perSecond) / states))}/s`;
}
