import { describe, expect, it } from 'vitest';
import { SAGA_REFERENCE } from '../../src/scenario/modules/sagas/reference.js';
import { run } from '../theory/program.js';

describe('the examples of sagas', () => {
  it.each(SAGA_REFERENCE)('run, and hold what they promise: $kind', ({ kind, example }) => {
    const ran = run(example);
    const [saga] = [...ran.file.variants[0].scenario.sagas.values()];
    expect(saga.orchestration === null ? 'choreographed' : 'orchestrated').toBe(kind);
    const counted = ran.records[0][0].meters.filter(({ name }) => name === 'compensated');
    expect(counted).toHaveLength(1);
    expect(ran.variant().budgets.map(({ verdict }) => verdict)).toEqual(['pass']);
  });
});
