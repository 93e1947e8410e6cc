import { expect, it } from 'vitest';
import type { FixedVariant, UnheldBudget } from '../../src/contracts/result/fix.js';
import type { OneLine } from '../../src/text/line.js';
import { checkWords } from '../../src/report/fix/check-words.js';
import { remedyWords } from '../../src/report/fix/words.js';

it('names what ended the search before all was tried: the limit of runs, or an interrupt', () => {
  const ended = (interrupted?: true): OneLine<FixedVariant> =>
    ({
      checks: [],
      unchecked: 11,
      settings: 3,
      untried: 4,
      interrupted,
    }) as unknown as OneLine<FixedVariant>;
  const unheld = { best: 2, unit: 's', isHeld: null } as unknown as UnheldBudget;
  expect(checkWords(ended())).toEqual(['--max-runs left out 11 checks.']);
  expect(checkWords(ended(true))).toEqual(['The interrupt left out 11 checks.']);
  expect(remedyWords(unheld, ended())).toBe('a higher --max-runs tries 4 more changes');
  expect(remedyWords(unheld, ended(true))).toBe(
    'a search that nothing interrupts tries 4 more changes',
  );
});
