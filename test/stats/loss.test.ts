import { describe, expect, it } from 'vitest';
import { offeredTo, offeredToBucket, offeredToWindow } from '../../src/stats/loss.js';

describe('the load at which a limit refuses 1 %', () => {
  it('is that of the tables of Erlang B, without places to wait', () => {
    for (const [servers, load] of [
      [1, 0.0101],
      [5, 1.361],
      [10, 4.461],
      [20, 12.03],
      [100, 84.06],
    ] as const)
      expect(offeredTo(servers, 0) / load).toBeCloseTo(1, 3);
  });

  it('comes near all servers with places, and is no more than them', () => {
    expect(offeredTo(10, 5)).toBeGreaterThan(6.8);
    expect([offeredTo(10, 200), offeredTo(10, Infinity), offeredTo(20_000, 0)]).toEqual([
      10, 10, 20_000,
    ]);
  });

  /** Calls of which a bucket refuses some, with times between them that are exponential. */
  function refusedBy(load: number, burst: number): number {
    let [state, tokens, refused] = [12345, burst, 0];
    const calls = 400_000;
    for (let call = 0; call < calls; call++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      tokens = Math.min(burst, tokens - Math.log((state + 1) / 2 ** 32) / load);
      if (tokens >= 1) tokens--;
      else refused++;
    }
    return refused / calls;
  }

  it('is that of a bucket that is simulated, and of a Poisson number beside a window', () => {
    for (const burst of [2, 5, 20, 40])
      expect(Math.abs(refusedBy(offeredToBucket(burst), burst) - 0.01)).toBeLessThan(0.002);
    expect([offeredToBucket(50), offeredToBucket(1e6)]).toEqual([1, 1]);
    // A window of one call refuses all beyond it: (m - 1 + e^-m) / m = 1 % at m = 0.0201.
    expect(offeredToWindow(1)).toBeCloseTo(0.0201, 4);
    expect(offeredToWindow(100) / 100).toBeCloseTo(0.909, 3);
    expect([offeredToWindow(1600), offeredToWindow(20_000)]).toEqual([1600, 20_000]);
  });
});
