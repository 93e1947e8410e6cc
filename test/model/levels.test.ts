import { describe, expect, it } from 'vitest';
import { engine } from '../../src/kernel/engine.js';
import { levels } from '../../src/model/data/figures/levels.js';

/** One gauge over two cells that is read while they are filled, on a clock that is set by hand. */
function gauge(): {
  id: number;
  columns: ReturnType<typeof levels.columnsOf>;
  at: (now: number) => typeof levels;
} {
  engine.reset();
  levels.reset(2);
  const id = levels.register();
  const at = (now: number): typeof levels => {
    engine.now = now;
    return levels;
  };
  return { id, columns: levels.columnsOf(id), at };
}

describe('a level', () => {
  it('adds up value times time, exactly', () => {
    const { id, columns, at } = gauge();
    at(10).add(id, 2);
    at(20).add(id, 3);
    at(25).add(id, -4);
    at(30).close(0);
    // 0 * 10 + 2 * 10 + 5 * 5 + 1 * 5 = 50.
    expect([columns.area[0], columns.max[0]]).toEqual([50, 5]);
  });

  it('starts the next cell with the value it has', () => {
    const { id, columns, at } = gauge();
    at(0).set(id, 4);
    at(6).set(id, 1);
    at(10).close(0);
    at(15).close(1);
    expect([columns.area[1], columns.max[1]]).toEqual([5, 1]);
  });

  it('throws the warm-up away and keeps its level', () => {
    const { id, columns, at } = gauge();
    at(0).add(id, 7);
    at(5).add(id, -5);
    at(10).close(-1);
    at(20).close(0);
    expect([columns.area[0], columns.max[0]]).toEqual([20, 2]);
  });

  it('counts a peak that lasts no time in the maximum but not in the area', () => {
    const { id, columns, at } = gauge();
    at(5).add(id, 7);
    at(5).add(id, -7);
    at(10).close(0);
    expect([columns.area[0], columns.max[0]]).toEqual([0, 7]);
  });

  it('keeps what it has when gauges are added beyond the first columns', () => {
    const { id, columns, at } = gauge();
    at(0).add(id, 3);
    let last = id;
    // More than twice as many as fit at first.
    for (let k = 0; k < 3000; k++) last = levels.register();
    const others = [last - 1, last].map((other) => levels.columnsOf(other));
    at(5).add(last, 2);
    at(10).close(0);
    expect(columns.area[0]).toBe(30);
    expect(others.map(({ area }) => area[0])).toEqual([0, 10]);
    expect([levels.integral(id), levels.integral(last)]).toEqual([30, 10]);
  });

  it('has an entry for each cell in which it was not at 0 all the time', () => {
    engine.reset();
    levels.reset(4);
    const [quiet, busy] = [levels.register(), levels.register()];
    const at = (now: number): typeof levels => {
      engine.now = now;
      return levels;
    };
    at(2).add(busy, 3);
    at(5).add(busy, -3);
    at(10).close(0);
    at(20).close(1);
    at(30).add(busy, 1);
    at(30).close(2);
    at(40).close(3);
    const row = (gauge: number) => ({ kind: 0, instance: gauge, callee: -1, gauge });
    const table = levels.tableOf([row(busy), row(-1), row(quiet), row(busy)]);
    expect([...table.from]).toEqual([0, 0, 0, 0]);
    expect([...table.until]).toEqual([3, 0, 0, 3]);
    expect([...table.cell]).toEqual([0, 2, 3]);
    expect([...table.area]).toEqual([9, 0, 10]);
    expect([...table.max]).toEqual([3, 1, 1]);
  });
});
