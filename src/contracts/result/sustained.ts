import type { CascadeResult } from './cascade.js';
import type { MetastabilityProof } from './counterfactual.js';

/** The loop that keeps a system down, and how that is known. */
export interface Sustained {
  readonly loop: CascadeResult['loops'][number];
  readonly known: 'proved' | 'likely';
}

/**
 * The loop that keeps the system down in metastable runs. Null where it recovers, and where further runs were made and
 * none shows that the system recovers once the loop is cut: `proof` = null without such runs.
 */
export function sustainedBy(
  { loops, verdicts }: Pick<CascadeResult, 'loops' | 'verdicts'>,
  proof: MetastabilityProof | null,
): Sustained | null {
  const [loop] = loops;
  if (loop === undefined || !verdicts.includes('metastable')) return null;
  if (proof === null) return { loop, known: 'likely' };
  return proof.loopCut?.users === 'recovers' ? { loop, known: 'proved' } : null;
}
