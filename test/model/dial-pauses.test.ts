import { beforeEach, describe, expect, it } from 'vitest';
import { engine } from '../../src/kernel/engine.js';
import { DialPauses } from '../../src/model/resources/connections/dial-pauses.js';
import { streamKey } from '../../src/kernel/rng.js';

const SECOND = 1_000_000_000;
const spec = { initialNs: SECOND, factor: 1.6, maxNs: 120 * SECOND, jitter: 0 };

describe('the pauses of a channel', () => {
  beforeEach(() => engine.reset());

  it('count attempts that are made together once', () => {
    const pauses = new DialPauses(spec, streamKey(1, 1, 'pauses'));
    pauses.begins(true);
    pauses.begins(false);
    pauses.begins(false);
    for (let k = 0; k < 3; k++) pauses.failed(1, k);
    expect(pauses.endsAt).toBe(SECOND);
  });
});
