import { wiringOf } from '../../contracts/plan/wiring.js';
import type { KeyedLimit } from '../../contracts/result/headroom.js';
import { busiestShare } from './key-shares.js';
import {
  arriving,
  limitOf,
  limitsOnRequests,
  usableOf,
  WORDS,
  type Measuring,
} from './limit-uses.js';
import { meanInstances } from './presence.js';

/** The limits of a component that hold for each value of a key: each by its own values. */
export function keyedIn(asked: Measuring, id: number): readonly KeyedLimit[] {
  const { plan } = asked.data;
  const { name } = plan.components[id];
  const calls = wiringOf(plan).from[id].flatMap(({ bundle, to }) =>
    plan.bundles[bundle].layers.map((layer) => ({ layer, to })),
  );
  const keyed = calls.flatMap(({ layer, to }): readonly KeyedLimit[] => {
    const by = WORDS[layer.policy];
    const isLimit = by !== undefined && layer.key !== null && !layer.dryRun;
    const of = plan.components[plan.parts[to].component].name;
    return isLimit ? [{ component: name, by, key: layer.key!, of }] : [];
  });
  const once = new Map(keyed.map((one) => [JSON.stringify(one), one]));
  return [...keyedRequests(asked, id), ...once.values()];
}

/** Those on its requests, with the load at which the most frequent value reaches its own, where it is known. */
function keyedRequests(asked: Measuring, id: number): readonly KeyedLimit[] {
  const { plan } = asked.data;
  return limitsOnRequests(asked, id).flatMap(({ layer, key, parts, refusal }) => {
    const by = WORDS[layer.policy];
    if (key < 0 || by === undefined || layer.dryRun || parts.length === 0) return [];
    const { name } = plan.components[id];
    const own = { component: name, by, key: plan.keys[key].name, of: null };
    const share = busiestShare(plan.keys[key]);
    const most = limitOf(layer);
    if (most === null || share === 0) return [own];
    const states = layer.scope === 'instance' ? meanInstances(asked, id) : 1;
    const { passed, due, held } = arriving(asked, id, parts, refusal);
    if (passed === 0) return [own];
    const each = usableOf(most, asked, held / passed) * states;
    const need = (most.resource === 'rate' ? due : (held / passed) * due) * share;
    return need > 0 ? [{ ...own, share, factor: each / need }] : [own];
  });
}
