import { describe, expect, it } from 'vitest';
import { CACHE_REFERENCE } from '../../src/scenario/modules/caches/reference.js';
import { run } from '../theory/program.js';

describe('the kinds of levels', () => {
  it.each(CACHE_REFERENCE.map(({ kind, example }) => [kind, example]))(
    '%s have an example that runs, and whose cache is read',
    (_kind, example) => {
      const { hits } = run(example).variant().metered['items']!.meters;
      expect(hits?.form === 'counter' && hits.total).toBeGreaterThan(0);
    },
  );
});
