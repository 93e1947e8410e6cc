import { EDGE_COUNTER, EDGE_COUNTERS } from '../../../contracts/patterns/policy.js';
import { wiringOf } from '../../../contracts/plan/wiring.js';
import type { RunRecord } from '../../../contracts/record/record.js';
import { sumOf } from '../../../stats/sums.js';
import { areaOf, betweenOf } from '../../measure/gauges.js';
import { sumCells } from '../../measure/sums.js';
import { instancesOf, type VariantData } from '../../measure/variant-data.js';
import type { CellSet } from '../../measure/window.js';
import { levelOfCalls } from './calls.js';
import { capacityIn, downtimesBy } from './capacity.js';
import { permitsOf } from './limits.js';
import type { Room } from './room.js';

/** Permits of the bulkheads of callers, where all calls to a component have the same one. */
export function bulkheads(data: VariantData, record: RunRecord): readonly Room[] {
  const { plan } = data;
  const downtimes = downtimesBy(data, record);
  return data.edges.flatMap(({ from, to, stats }): readonly Room[] => {
    const bundles = new Set(
      stats.flatMap((stat) => wiringOf(plan).edgesOf[stat].map(({ bundle }) => bundle)),
    );
    const [bundle] = bundles;
    if (bundles.size !== 1) return [];
    const layer = plan.bundles[bundle].layers.find((own) => Number.isFinite(permitsOf(own)));
    if (layer === undefined || layer.key !== null || layer.per !== 'callee') return [];
    const ids = instancesOf(plan, from);
    // State that instances share exists once, however many of them there are.
    const each = permitsOf(layer) / (layer.scope === 'instance' ? 1 : ids.length);
    const inFlight = betweenOf(data, record, 'inFlight', from, to);
    const sentIn = ({ cells }: CellSet): number =>
      sumOf(stats.map((stat) => sumCells(record.edges[stat].attempts, cells)));
    const [caller, callee] = [from, to].map((id) => plan.components[id].name);
    return [
      {
        component: to,
        name: callee,
        owner: `the bulkhead of ${caller} for ${callee}`,
        resource: 'permits',
        useIn: (window) => ({
          used: window.lengthNs > 0 ? areaOf(inFlight, window.cells) / window.lengthNs : 0,
          capacity: capacityIn(data, ids, downtimes[from], () => each, window),
        }),
        refusedIn: (window) => {
          const refused = sumOf(stats.map((stat) => refusedOf(record, stat, window)));
          return refused > 0 ? refused / (refused + sentIn(window)) : 0;
        },
        attemptsIn: (demands, window) => demands.sentTo(from, to, window),
        neededIn: (demands, window, measured) => {
          const sent = sentIn(measured);
          const each = sent > 0 ? areaOf(inFlight, measured.cells) / sent : 0;
          return levelOfCalls(data, record, stats, each, { demands, window, measured });
        },
        queueIn: () => 0,
      },
    ];
  });
}

/** Calls of a measured edge that a bulkhead refuses in a window. */
function refusedOf({ edges }: RunRecord, stat: number, { cells }: CellSet): number {
  const { counters } = edges[stat];
  let refused = 0;
  for (const cell of cells)
    refused += counters[cell * EDGE_COUNTERS.length + EDGE_COUNTER.bulkheadRejected];
  return refused;
}
