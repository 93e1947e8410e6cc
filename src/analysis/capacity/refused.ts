import { OUTCOME_KINDS, OUTCOME_NAMES, type OutcomeName } from '../../contracts/outcome.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import type { EdgeRecord } from '../../contracts/record/record.js';
import type { Layer } from '../../contracts/scenario/policies.js';
import { policyTraits } from '../../patterns/registry.js';
import type { RefusedCalls } from '../../contracts/result/capacity.js';
import { callLimits, UNSENT } from '../measure/call-limits.js';
import type { LoadRuns } from './loads.js';

/** From this share of the calls on, a limit counts. */
const COUNTS = 0.001;

/** The field of a limit below its bundle, or the policy with all its fields. */
const FIELDS: ReadonlyMap<string, (layer: Layer) => string> = new Map([
  ['bulkhead', (layer: Layer) => `bulkhead.${policyTraits('bulkhead', layer).permits.field}`],
  ['rateLimit', () => 'rateLimit'],
]);

/** The calls of which limits refuse most; null where they refuse fewer than one in a thousand. */
export function refusedCalls({ plan, records }: LoadRuns): RefusedCalls | null {
  let most: RefusedCalls | null = null;
  let mostRefused = 0;
  const wiring = wiringOf(plan);
  const limited = componentsOf(plan.limiters);
  // A full queue refuses as a concurrency limit does.
  const gated = componentsOf(
    plan.gates.filter(({ component }) => plan.components[component]!.queue.capacity === Infinity),
  );
  const limitOf = (component: number): readonly [OutcomeName, RefusedCalls['by']] | null =>
    limited.has(component)
      ? ['throttled', 'rate limit']
      : gated.has(component)
        ? ['rejectedOverload', 'concurrency limit']
        : null;
  plan.statEdges.forEach(({ from, to }, stat) => {
    const rows = records.map(({ edges }) => edges[stat]!);
    const refused = sum(rows, ({ outcomes, attemptOutcomes }) =>
      Math.max(0, countOf(outcomes, UNSENT) - countOf(attemptOutcomes, UNSENT)),
    );
    const made = sum(rows, ({ calls }) => calls.reduce((all, n) => all + n, 0));
    const nameOf = (part: number): string => plan.components[plan.parts[part]!.component]!.name;
    const { component } = plan.parts[to]!;
    const own = limitOf(component);
    const throttled = own === null ? 0 : sum(rows, (row) => countOf(row.attemptOutcomes, [own[0]]));
    if (throttled > Math.max(refused, mostRefused) && throttled >= COUNTS * made) {
      mostRefused = throttled;
      const share =
        throttled / sum(rows, ({ attempts }) => attempts.reduce((all, n) => all + n, 0));
      const names = { caller: nameOf(from), callee: nameOf(to) };
      most = { ...names, of: 'callee', by: own![1], share, fields: [] };
      return;
    }
    if (refused <= mostRefused || refused < COUNTS * made) return;
    mostRefused = refused;
    const bundles = wiring.edgesOf[stat]!.map(({ bundle }) => plan.bundles[bundle]!);
    const all = bundles.flatMap(({ id, layers }) =>
      layers.flatMap((layer) => (layer.dryRun ? [] : [{ id, layer }])),
    );
    const by = callLimits(all.map(({ layer }) => layer));
    const fields = all.flatMap(({ id, layer }) => {
      const field = FIELDS.get(layer.policy)?.(layer);
      return field === undefined ? [] : id.split(' + ').map((bundle) => ({ bundle, field }));
    });
    const names = { caller: nameOf(from), callee: nameOf(to) };
    most = { ...names, of: 'caller', by, share: refused / made, fields };
  });
  return most;
}

function componentsOf(limits: readonly { readonly component: number }[]): ReadonlySet<number> {
  return new Set(limits.map(({ component }) => component));
}

function countOf(table: EdgeRecord['outcomes'], names: readonly OutcomeName[]): number {
  let count = 0;
  for (const name of names) {
    const kind = OUTCOME_NAMES.indexOf(name);
    for (let at = kind; at < table.length; at += OUTCOME_KINDS) count += table[at]!;
  }
  return count;
}

function sum(rows: readonly EdgeRecord[], of: (row: EdgeRecord) => number): number {
  return rows.reduce((all, row) => all + of(row), 0);
}
