import type { VariantResult } from '../../contracts/result/result.js';
import { parseMeasure } from '../../language/expression.js';
import { formatShare } from '../../text/figures.js';
import { sortedKeys } from '../../text/order.js';
import { plural } from '../../text/words.js';
import { judgedOf } from '../view/judged.js';
import { heldBudgets, requestLabel, type View } from '../view/view.js';

/** Share of failed requests from which it matters that no budget covers them. */
const SOME = 0.01;

/** Metrics of requests that do not see failures: latency of all of them gets better by fast ones. */
const BLIND: ReadonlySet<string> = new Set(['latency', 'successLatency', 'latencyRecovery']);

/**
 * The kind of request that fails most and that no budget or expectation of its variant can see fail: `order requests, of
 * which 33.1 % fail`. null without one, and without budgets.
 */
export function uncoveredWords(view: View): string | null {
  const { worstVariant } = view;
  if (heldBudgets(worstVariant).of === 0) return null;
  const covered = coveredBy(worstVariant);
  const found = requestsIn(worstVariant)
    .filter(({ path, failed }) => failed >= SOME && !covered(path))
    .sort((a, b) => b.failed - a.failed);
  const [worst, ...others] = found;
  if (worst === undefined) return null;
  const more = others.length === 0 ? '' : `, and ${plural(others.length, 'other kind')}`;
  return `${requestLabel(view, worst.path)} requests, of which ${formatShare(worst.failed)} fail${more}`;
}

function requestsIn({
  components,
}: VariantResult): readonly { readonly path: string; readonly failed: number }[] {
  return sortedKeys(components).flatMap((name) => {
    const { kind, parts } = components[name]!;
    if (kind !== 'workload') return [];
    return sortedKeys(parts).map((part) => ({
      path: `${name}.${part}`,
      failed: 1 - (parts[part]!.success ?? 1),
    }));
  });
}

/** Whether some budget may see that a kind of request fails: one on it, on its workload, or on what serves requests. */
function coveredBy(variant: VariantResult): (path: string) => boolean {
  const seen = judgedOf(variant).flatMap(({ metric, applies }) => {
    const parsed = parseMeasure(metric);
    return parsed.ok && applies !== false ? [parsed.measure.metric] : [];
  });
  return (path) =>
    seen.some(({ subject, name }) => {
      if (BLIND.has(name[0]!)) return false;
      if (subject.kind !== 'component') return subject.kind !== 'alert';
      const { component, part } = subject.at;
      if (variant.components[component]?.kind !== 'workload') return SERVED.has(name[0]!);
      return part === null ? path.startsWith(`${component}.`) : path === `${component}.${part}`;
    });
}

/** Metrics with which a budget on a component sees that the requests fail for which it works. */
const SERVED: ReadonlySet<string> = new Set([
  ...['success', 'availability', 'goodput', 'throughput', 'outcomes', 'share'],
  ...['statuses', 'statusShare', 'outage'],
]);
