import type { PlanComponent } from '../../contracts/plan/plan.js';
import { sumOf } from '../../stats/sums.js';
import { consumersOf, handlingParts } from './consumers.js';
import { growth, rateOf, type Measuring } from './due.js';
import { meanOf } from './estimate.js';
import { inService } from './gauges.js';
import { levels } from './levels.js';
import { isEven } from './evenness.js';
import { usableConnections } from './limit-uses.js';
import { admittedRate, requestRate } from './loads.js';
import type { Use } from './use.js';
import { instancesOf, partsOf } from './variant-data.js';
import { lossOf } from './visits.js';

/**
 * Requests of a function at once; functions that reserve nothing share what their account has. Where calls per second are
 * limited too, short ones count as long as that limit makes them. Calls beyond the limit are refused at once, while the
 * messages of a queue come again.
 */
export function concurrencyUse(
  asked: Measuring,
  { name }: PlanComponent,
  id: number,
): readonly Use[] {
  const { data, visits, window } = asked;
  const { plan } = data;
  const own = plan.functions.find(({ component }) => component === id);
  if (own === undefined) return [];
  const { limit } = own;
  const all = own.isShared ? plan.functions.filter(({ isShared }) => isShared) : [own];
  const handlers = handlingParts(plan);
  const called = all
    .flatMap(({ component }) => partsOf(plan, component))
    .filter((part) => !handlers.has(part));
  const byRate = Math.min(limit, sumOf(called.map(visits.begun)) / own.spec.callRate);
  const each = all.map(({ component }) => ({
    used: meanOf(levels(data, window, inService(instancesOf(plan, component))).means).value ?? 0,
    loss: lossOf(visits, asked, component),
  }));
  const level = sumOf(each.map(({ used }) => used));
  const used = Math.max(level, byRate);
  const share = used / limit;
  const { loss } = each[all.indexOf(own)];
  const grown = sumOf(each.map((one) => one.used * growth(one.loss, share)));
  const sources = [...consumersOf(asked, id)].sort((a, b) => b.rate - a.rate);
  const fedBy = sources[0]?.source;
  const isByChance = fedBy === undefined && level >= byRate && !isEven(plan);
  return [
    {
      component: name,
      resource: 'concurrency',
      of: all.length > 1 ? 'account' : null,
      ...(fedBy !== undefined && { fedBy }),
      limit,
      used,
      fixed: 0,
      share,
      need: used * (level > 0 ? grown / level : growth(loss, share)),
      rate: rateOf(asked, loss, share),
      ...(isByChance && {
        // No pool keeps what calls use.
        usable: usableConnections(
          asked,
          { used, limit },
          { refused: refusedAt(asked, called), keeping: 1 },
        ),
      }),
    },
  ];
}

/** The share of the calls of some parts that is refused. */
function refusedAt(asked: Measuring, parts: number[]): number {
  const of = { ...asked, selection: { ...asked.selection, parts } };
  const arrived = requestRate(of);
  return arrived > 0 ? 1 - admittedRate(of) / arrived : 0;
}
