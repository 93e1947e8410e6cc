import { expect, it } from 'vitest';
import { outcomeColumns } from '../../src/report/view/columns.js';
import { metastabilityWords } from '../../src/report/words/metastability-words.js';
import { viewOf } from '../../src/report/view/view.js';
import type { Result } from '../../src/contracts/result/result.js';
import { sampleResult } from '../support/sample-result.js';

const sample = sampleResult();

/** The sample with as many faults in each variant. */
function withFaults(count: number): Result {
  const variants = sample.variants.map((variant) => ({
    ...variant,
    faults: Array.from({ length: count }, (_, i) => ({
      ...variant.faults[0]!,
      id: i === 0 ? variant.faults[0]!.id : `fault-${i}`,
    })),
  }));
  return { ...sample, variants };
}

it('a recovery names its fault where a variant has several', () => {
  const headOf = (count: number): string => {
    const columns = outcomeColumns(viewOf(withFaults(count)));
    const { head, of } = columns.find(({ key }) => key === 'recovery')!;
    return `${head} ${of}`;
  };
  expect(headOf(1)).toBe('Recovery of success');
  expect(headOf(2)).toBe(`Recovery after ${sample.variants[0]!.faults[0]!.id}`);
});

it('a metastable failure that is not confirmed says what is missing', () => {
  const words = metastabilityWords({
    metastability: {
      usual: 'metastable',
      verdict: 'metastable',
      proof: 'open',
      withoutTrigger: { words: 'without the faults', users: 'healthy' },
      loopCut: null,
      loadPaused: null,
    } as never,
  });
  expect(words).toBe(
    'Metastable, not confirmed: without the faults users do not fail; no run cuts the loop.',
  );
});
