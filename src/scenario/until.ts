import type { Precision, Until } from '../contracts/scenario/until.js';
import { PRECISION, readText, type Judged, type Scope } from './expectations.js';
import { get, items, type Node, type PathKey } from './located.js';

/** The goal that everything that judges the file is decided. */
const DECIDED = 'decided';

/**
 * When the runs of a file are enough, by the settings of its first variant; null where their number is fixed. `isJudging`:
 * whether the file has budgets, expectations or a hypothesis.
 */
export function resolveUntil(
  { scenario: { run } }: Judged,
  section: Node | undefined,
  isJudging: boolean,
  scope: Scope,
): Until | null {
  const { until, replications: first } = run;
  if (until === undefined) return null;
  const written = get(get(section, 'replications'), 'until');
  const path: readonly PathKey[] = ['run', 'replications', 'until'];
  const nodes = items(written);
  let isDecided = false;
  const precisions = until.goals.flatMap((source, index): readonly Precision[] => {
    const node = nodes[index] ?? written ?? section!;
    const at = { source, node, path: nodes.length === 0 ? path : [...path, index] };
    if (source.trim() !== DECIDED) {
      const read = readText(PRECISION, at, scope);
      return read === null ? [] : [read];
    }
    isDecided = true;
    if (!isJudging) {
      const message =
        'the scenario has nothing to decide: write budgets, or a metric and how closely it is to be known';
      scope.problems.add({ code: 'FL208', at: node.at, path: at.path, message });
    }
    return [];
  });
  return { first, most: until.atMost, isDecided, precisions };
}
