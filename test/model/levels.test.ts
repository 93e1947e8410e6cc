import { describe, expect, it } from 'vitest';
import { engine } from '../../src/kernel/engine.js';
import { levels } from '../../src/model/levels.js';

/** One gauge over two cells, on a clock that is set by hand. */
function gauge(): { id: number; at: (now: number) => typeof levels } {
  engine.reset();
  levels.reset(2);
  const id = levels.register();
  const at = (now: number): typeof levels => {
    engine.now = now;
    return levels;
  };
  return { id, at };
}

describe('a level', () => {
  it('adds up value times time, exactly', () => {
    const { id, at } = gauge();
    at(10).add(id, 2);
    at(20).add(id, 3);
    at(25).add(id, -4);
    at(30).close(0);
    // 0 * 10 + 2 * 10 + 5 * 5 + 1 * 5 = 50.
    expect([levels.areaOf(id)[0], levels.maxOf(id)[0]]).toEqual([50, 5]);
  });

  it('starts the next cell with the value it has', () => {
    const { id, at } = gauge();
    at(0).set(id, 4);
    at(6).set(id, 1);
    at(10).close(0);
    at(15).close(1);
    expect([levels.areaOf(id)[1], levels.maxOf(id)[1]]).toEqual([5, 1]);
  });

  it('throws the warm-up away and keeps its level', () => {
    const { id, at } = gauge();
    at(0).add(id, 7);
    at(5).add(id, -5);
    at(10).close(-1);
    at(20).close(0);
    expect([levels.areaOf(id)[0], levels.maxOf(id)[0]]).toEqual([20, 2]);
  });

  it('counts a peak that lasts no time in the maximum but not in the area', () => {
    const { id, at } = gauge();
    at(5).add(id, 7);
    at(5).add(id, -7);
    at(10).close(0);
    expect([levels.areaOf(id)[0], levels.maxOf(id)[0]]).toEqual([0, 7]);
  });

  it('keeps what it has when gauges are added beyond the first columns', () => {
    const { id, at } = gauge();
    at(0).add(id, 3);
    let last = id;
    // More than twice as many as fit at first.
    for (let k = 0; k < 3000; k++) last = levels.register();
    at(5).add(last, 2);
    at(10).close(0);
    expect(levels.areaOf(id)[0]).toBe(30);
    expect(levels.areaOf(last - 1)[0]).toBe(0);
    expect(levels.areaOf(last)[0]).toBe(10);
    expect([levels.integral(id), levels.integral(last)]).toEqual([30, 10]);
  });
});
