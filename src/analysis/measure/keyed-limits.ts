import type { PlanKey } from '../../contracts/plan/plan.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import type { KeyedLimit } from '../../contracts/result/headroom.js';
import type { Measuring } from './due.js';
import { keyedCallLimits } from './guarded-calls.js';
import { busiestShare } from './key-shares.js';
import {
  arriving,
  limitOf,
  limitsOnRequests,
  usableOf,
  WORDS,
  type Most,
  type Passing,
} from './limit-uses.js';
import { meanInstances } from './presence.js';

/** The limits of a component that hold for each value of a key: each by its own values. */
export function keyedIn(asked: Measuring, id: number): readonly KeyedLimit[] {
  return [...keyedRequests(asked, id), ...keyedCalls(asked, id)];
}

/** Those on its calls, with the load at which the most frequent value reaches its own, where it is known. */
function keyedCalls(asked: Measuring, id: number): readonly KeyedLimit[] {
  const { plan } = asked.data;
  const { name } = plan.components[id];
  const known = keyedCallLimits(asked, id).flatMap((own) => own.callees.map((of) => ({ own, of })));
  const calls = wiringOf(plan).from[id].flatMap(({ bundle, to }) =>
    plan.bundles[bundle].layers.map((layer) => ({ layer, to })),
  );
  const keyed = calls.flatMap(({ layer, to }): readonly KeyedLimit[] => {
    const by = WORDS[layer.policy];
    if (by === undefined || layer.key === null || layer.dryRun) return [];
    const of = plan.components[plan.parts[to].component].name;
    const limit = known.find((one) => one.own.layer === layer && one.of === of)?.own;
    const key = plan.keys.find((one) => one.name === layer.key);
    const busiest = limit === undefined || key === undefined ? {} : busiestOf(asked, key, limit);
    return [{ component: name, by, key: layer.key, of, ...busiest }];
  });
  return [...new Map(keyed.map((one) => [JSON.stringify(one), one])).values()];
}

/** Those on its requests, with the same load. */
function keyedRequests(asked: Measuring, id: number): readonly KeyedLimit[] {
  const { plan } = asked.data;
  return limitsOnRequests(asked, id).flatMap(({ layer, key, parts, refusal }) => {
    const by = WORDS[layer.policy];
    if (key < 0 || by === undefined || layer.dryRun || parts.length === 0) return [];
    const { name } = plan.components[id];
    const own = { component: name, by, key: plan.keys[key].name, of: null };
    const most = limitOf(layer);
    if (most === null) return [own];
    const states = layer.scope === 'instance' ? meanInstances(asked, id) : 1;
    const passing = arriving(asked, id, parts, refusal);
    return [{ ...own, ...busiestOf(asked, plan.keys[key], { ...passing, most, states }) }];
  });
}

/** The share of the most frequent value of a key, and the multiple of the load at which it reaches its limit; {} = not known. */
function busiestOf(
  asked: Measuring,
  key: PlanKey,
  { most, states, passed, due, held }: Passing & { readonly most: Most; readonly states: number },
): Pick<KeyedLimit, 'share' | 'factor'> {
  const share = busiestShare(key);
  if (share === 0 || passed === 0) return {};
  const each = usableOf(most, asked, held / passed) * states;
  const need = (most.resource === 'rate' ? due : (held / passed) * due) * share;
  return need > 0 ? { share, factor: each / need } : {};
}
