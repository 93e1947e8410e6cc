import { expect, it } from 'vitest';
import { lawsOf } from './laws.js';
import { placeOf, sourcesBelow } from './sources.js';

/** Least asserts in 1,000 lines of the kernel and the model. */
const LEAST = 15;

it('asserts the laws of the kernel and the model at their transitions', () => {
  const sources = [...sourcesBelow('src/kernel'), ...sourcesBelow('src/model')];
  const lines = sources.reduce((sum, source) => sum + source.lines, 0);
  const laws = sources.reduce((sum, source) => sum + lawsOf(source).length, 0);
  expect((1000 * laws) / lines).toBeGreaterThanOrEqual(LEAST);
});

it('says in the text of an assert what it protects, in one constant', () => {
  const wrong = [...sourcesBelow('src/kernel'), ...sourcesBelow('src/model')].flatMap((source) =>
    lawsOf(source).flatMap((law) => {
      const text = law.getText(source.tree);
      return /^invariant\(/.test(text) && !/'[^']+',?\s*\);$/.test(text)
        ? [placeOf(source, law)]
        : [];
    }),
  );
  expect(wrong).toEqual([]);
});
