import type { ScenarioFile } from '../contracts/scenario/scenario.js';
import { canonicalJson } from '../text/canonical.js';
import { sha256 } from '../text/sha256.js';

/** A file with its digest, which is computed when it is first read: many commands never do. */
export function withDigest(explicit: Omit<ScenarioFile, 'sha256'>): ScenarioFile {
  let known: string | null = null;
  return {
    ...explicit,
    get sha256() {
      return (known ??= digest(explicit));
    },
  };
}

/**
 * Identifies a file by its meaning. Places are excluded, because the order of sections has no meaning, and what lint
 * accepts. So are parsed expressions, which follow from their texts.
 */
function digest(explicit: Omit<ScenarioFile, 'sha256'>): string {
  const bare = (list: ScenarioFile['budgets']): unknown =>
    list.map(({ at: _at, expression: _expression, ...own }) => own);
  const { accepted: _accepted, until: _until, ...judged } = explicit;
  // The changes from the baseline follow from the scenarios of both.
  const variants = judged.variants.map(({ changes: _changes, ...own }) => own);
  const { hypothesis } = judged;
  return sha256(
    canonicalJson({
      ...judged,
      variants,
      budgets: bare(judged.budgets),
      // A file without expectations keeps its digest.
      expect: judged.expect.length === 0 ? undefined : bare(judged.expect),
      hypothesis: hypothesis === null ? null : { ...hypothesis, expect: bare(hypothesis.expect) },
    }),
  );
}
