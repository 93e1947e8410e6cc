import type { KindForm } from '../contracts/quantities/kind-fields.js';

/** Textual forms of arrivals: fields in the order of positional arguments. */
export const ARRIVAL_FORMS: ReadonlyMap<string, KindForm> = new Map<string, KindForm>([
  ['poisson', { fields: ['rate'], example: 'poisson(300/s)' }],
  ['constant', { fields: ['rate'], example: 'constant(300/s)' }],
  [
    'sinusoid',
    { fields: ['mean', 'amplitude', 'period', 'process!'], example: 'sinusoid(100/s 50/s 1m)' },
  ],
  [
    'burst',
    { fields: ['base', 'peak', 'every', 'for', 'process!'], example: 'burst(50/s 500/s 1m 5s)' },
  ],
  ['renewal', { fields: ['gap'], example: 'renewal(gamma(mean=10ms cv=2))' }],
  ['closed', { fields: ['users', 'think', 'rampUp!'], example: 'closed(50 exponential(1s))' }],
]);

/** Textual forms of key populations. */
export const KEY_FORMS: ReadonlyMap<string, KindForm> = new Map<string, KindForm>([
  ['unique', { fields: [], example: 'unique' }],
  ['uniform', { fields: ['count'], example: 'uniform(count=1000)' }],
  ['zipf', { fields: ['count!', 'exponent!'], example: 'zipf(count=50000 exponent=0.99)' }],
  [
    'hot',
    {
      fields: ['count!', 'hotShare!', 'hotKeys!'],
      example: 'hot(count=1000 hotShare=80% hotKeys=3)',
    },
  ],
  ['sequence', { fields: ['count'], example: 'sequence(count=1000)' }],
]);
