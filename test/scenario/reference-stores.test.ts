import { describe, expect, it } from 'vitest';
import { STORE_REFERENCE } from '../../src/scenario/reference-stores.js';
import { golden } from '../golden/tracing.js';
import { load } from './support.js';

describe('the reference of event stores', () => {
  it.each(STORE_REFERENCE)('has an example of $kind that runs', ({ kind, example }) => {
    expect(load(example).problems).toEqual([]);
    const body = example.split('\n').slice(3).join('\n');
    const traced = golden(body, '2s');
    expect(traced.requests.length).toBeGreaterThan(50);
    expect(example).toContain(`kind: ${kind}`);
  });
});
