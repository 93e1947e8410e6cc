import { DEFAULT_METHOD, DEFAULT_PATH } from '../../language/routes.js';
import { callsOf } from '../../lint/walker.js';
import { exactPathOf } from '../../lint/exact-paths.js';
import { UNMATCHED } from '../../plan/layout.js';
import { formatCount, formatShare } from '../../text/figures.js';
import { list } from '../../text/words.js';
import { finishedOf, sumOutcomes, sumParts } from './sums.js';
import { partsOf, type VariantData } from './variant-data.js';

/** Share of 404 of a route table above which the figures describe another system than the one that was meant. */
const MANY = 0.01;
/** Callers that are named. */
const NAMED = 3;

/**
 * Gateways that answer many requests with a 404 because no route takes them: `95 % of the requests at edge get a 404,
 * because none of its routes takes GET /browse (users.browse)`.
 */
export function unroutedIn(data: VariantData): readonly string[] {
  const { plan, variant } = data;
  return plan.components.flatMap(({ name, kind }, id) => {
    if (kind !== 'gateway') return [];
    const parts = partsOf(plan, id);
    const lost = parts.filter((part) => plan.parts[part].name === UNMATCHED);
    const share = requestsAt(data, lost) / Math.max(1, requestsAt(data, parts));
    if (share <= MANY) return [];
    const words = linesOf(data, lost);
    const gateway = variant.scenario.gateways.get(name);
    const exact = words.flatMap(({ line }) => {
      const found = line === null || gateway === undefined ? null : exactPathOf(gateway, line);
      return found === null ? [] : [found];
    });
    const [hint] = exact;
    const why =
      hint === undefined
        ? ''
        : `; route ${hint.route.name} takes ${hint.exact} alone: write path: ${hint.prefix}`;
    const more = words.length - NAMED;
    const named = words.slice(0, NAMED).map(({ text }) => text);
    const all = list(more > 0 ? [...named, `${formatCount(more)} others`] : named);
    return [
      `${formatShare(share)} of the requests at ${name} get a 404, because none of its routes takes ${all}${why}`,
    ];
  });
}

function requestsAt({ records, whole }: VariantData, parts: readonly number[]): number {
  return records.reduce((sum, record) => sum + finishedOf(sumParts(record, parts, whole.cells)), 0);
}

/** The calls that end there, the most frequent ones first. */
function linesOf(data: VariantData, lost: readonly number[]) {
  const { plan, records, whole, variant } = data;
  const { unrouted } = callsOf(variant.scenario, () => false);
  const counts = new Map<string, number>();
  plan.statEdges.forEach(({ from, to }, stat) => {
    if (!lost.includes(to)) return;
    const { component, name } = plan.parts[from];
    const caller = `${plan.components[component].name}.${name}`;
    const calls = records.reduce(
      (sum, record) => sum + finishedOf(sumOutcomes([record.edges[stat]], whole.cells)),
      0,
    );
    if (calls > 0) counts.set(caller, (counts.get(caller) ?? 0) + calls);
  });
  const gateways = new Set(lost.map((part) => plan.components[plan.parts[part].component].name));
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([caller]) => {
      const own = unrouted.find(
        ({ from, gateway }) => from === caller && gateways.has(gateway.name),
      );
      if (own === undefined) return { line: null, text: `calls of ${caller}` };
      const { method, path } = own.line;
      return {
        line: own.line,
        text: `${method ?? DEFAULT_METHOD} ${path ?? DEFAULT_PATH} (${caller})`,
      };
    });
}
