import { describe, expect, it } from 'vitest';
import { View } from '../../src/model/data/edges/edge.js';
import type { Fleet } from '../../src/model/data/instances/fleet.js';

const fleet = { size: 4 } as unknown as Fleet;

describe('what a caller sees of the instances it calls', () => {
  it('is shut while one of those that watch an instance wants no requests there', () => {
    const view = new View(fleet, true);
    const woken: number[] = [];
    view.rooms.push({ wake: () => woken.push(view.shutCount) } as never);
    view.setShut(2, true);
    view.setShut(2, true);
    view.setShut(0, true);
    expect([[...view.shut], view.shutCount]).toEqual([[1, 0, 2, 0], 2]);
    view.setShut(2, false);
    // Another watcher still wants none: calls that wait are not woken.
    expect([[...view.shut], view.shutCount, woken]).toEqual([[1, 0, 1, 0], 2, []]);
    view.setShut(2, false);
    expect([[...view.shut], view.shutCount, woken]).toEqual([[1, 0, 0, 0], 1, [1]]);
    view.setShut(0, false);
    expect([view.shutCount, woken]).toEqual([0, [1, 0]]);
    expect(view.open.length).toBe(4);
  });

  it('counts attempts by instance only where a balancer looks at them', () => {
    const counted = new View(fleet, true);
    counted.began(1);
    counted.began(1);
    counted.ended(1);
    counted.began(3);
    expect([...counted.outstanding!]).toEqual([0, 1, 0, 1]);
    const plain = new View(fleet, false);
    plain.began(1);
    plain.ended(1);
    expect(plain.outstanding).toBeNull();
  });
});
