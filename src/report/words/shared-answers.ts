import type { VariantResult } from '../../contracts/result/result.js';
import { formatCount, formatNumber } from '../../text/figures.js';
import { sortedKeys } from '../../text/order.js';

interface Shared {
  /** An edge, or a component whose middleware shares. */
  readonly name: string;
  readonly answers: number;
  /** Calls of an edge; null for a component. */
  readonly calls: number | null;
  readonly factor: number | null;
}

/** Edges and components whose calls shared the response of another call, most first; over all replications. */
export function sharedAnswers(variant: VariantResult): readonly Shared[] {
  const edges = sortedKeys(variant.edges).map((name) => {
    const { counters, calls, amplification } = variant.edges[name]!;
    return { name, answers: counters['coalesced'] ?? 0, calls, factor: amplification };
  });
  const components = sortedKeys(variant.components).map((name) => {
    const answers = variant.components[name]!.coalesced ?? 0;
    return { name, answers, calls: null, factor: null };
  });
  return [...edges, ...components]
    .filter(({ answers }) => answers > 0)
    .sort((a, b) => b.answers - a.answers);
}

/** A sentence for each of them; empty if no response is shared. */
export function sharedWords(variant: VariantResult): string {
  return sharedAnswers(variant)
    .map(({ name, answers, calls, factor }) => {
      const count = formatCount(answers);
      if (calls === null) return `At ${name} ${count} requests share the answer of another.`;
      const rest = factor === null ? '' : `: ${formatNumber(factor)} attempts per call`;
      return `On ${name} ${count} of ${formatCount(calls)} calls share the answer of another${rest}.`;
    })
    .join(' ');
}
