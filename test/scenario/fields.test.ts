import { describe, expect, it } from 'vitest';
import { entry } from '../../src/contracts/fields/entry.js';
import { except } from '../../src/contracts/fields/pick.js';
import { absent, field } from '../../src/contracts/fields/field.js';

const limits = entry({
  lockTimeoutNs: field.timeLimit(absent('that of the product'), 'Longest wait.'),
  retryNs: field.duration(absent(), 'Pause.'),
  idleNs: field.timeLimit('none', 'Longest idle time.'),
});

describe('an entry', () => {
  it('tells a field that is not written from `none`, where the field takes `none`', () => {
    expect(limits.parse({})).toStrictEqual({
      lockTimeoutNs: undefined,
      retryNs: null,
      idleNs: null,
    });
    expect(limits.parse({ lockTimeout: 'none' }).lockTimeoutNs).toBe(null);
    expect(limits.parse({ lockTimeout: '2s' }).lockTimeoutNs).toBe(2e9);
  });

  it('is reduced to the fields that are not resolved', () => {
    expect(except(limits.parse({ retry: '1s' }), ['lockTimeoutNs', 'idleNs'])).toStrictEqual({
      retryNs: 1e9,
    });
  });
});
