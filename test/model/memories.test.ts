import { describe, expect, it } from 'vitest';
import { PairSet } from '../../src/kernel/pair-set.js';
import { Refusals } from '../../src/model/resources/layers/refusals.js';
import { OUTCOME, PASS } from '../../src/contracts/outcome.js';
import { dice } from '../support/dice.js';

describe('a set of pairs', () => {
  it('holds what was added since it was cleared, however many', () => {
    for (let seed = 0; seed < 5; seed++) {
      const roll = dice(seed);
      const set = new PairSet();
      let rule = new Set<string>();
      for (let k = 0; k < 3000; k++) {
        const [a, b] = [roll(50) - 25, roll(1 + k) * 65_537];
        expect(set.has(a, b | 0)).toBe(rule.has(`${a} ${b | 0}`));
        if (roll(3) > 0) {
          set.add(a, b | 0);
          rule.add(`${a} ${b | 0}`);
        }
        if (roll(1000) === 0) {
          set.clear();
          rule = new Set();
        }
      }
    }
  });
});

describe('refusals of a shared state', () => {
  it('hold for their time, for the process and the key that got them, until it starts again', () => {
    for (let seed = 0; seed < 10; seed++) {
      const roll = dice(seed);
      const upSince = [0, 0, 0];
      const keyed = seed % 2 === 0;
      const refusals = new Refusals(
        100,
        (frame) => frame % 3,
        keyed ? (frame) => Math.floor(frame / 3) : null,
        (caller) => upSince[caller],
      );
      const rule = new Map<string, { at: number; outcome: number }>();
      let now = 0;
      for (let k = 0; k < 6000; k++) {
        now += roll(5);
        const frame = roll(k < 4000 ? 12 : 6000);
        const place = `${frame % 3} ${keyed ? Math.floor(frame / 3) : 0}`;
        if (roll(300) === 0) upSince[frame % 3] = now;
        const known = rule.get(place);
        const holds = known !== undefined && now < known.at + 100 && known.at >= upSince[frame % 3];
        expect(refusals.of(frame, now)).toBe(holds ? known.outcome : PASS);
        if (roll(2) === 0) continue;
        const outcome = roll(2) === 0 ? OUTCOME.throttled : OUTCOME.rejectedOverload;
        refusals.keep(frame, now, outcome);
        rule.set(place, { at: now, outcome });
      }
    }
  });
});
