import { expect, it } from 'vitest';
import { Made } from '../../src/report/sweep/made.js';

it('items are made once each, in their order, and only those that are asked for', () => {
  const made: number[] = [];
  const list = new Made(5, (i) => {
    made.push(i);
    return `item ${i}`;
  });
  expect([list.length, made]).toEqual([5, []]);
  expect(list.first(2)).toEqual(['item 0', 'item 1']);
  expect(list.at(3)).toBe('item 3');
  expect(list.first(1)).toEqual(['item 0']);
  expect(made).toEqual([0, 1, 2, 3]);
  expect(list.first(9)).toHaveLength(5);
  expect(made).toEqual([0, 1, 2, 3, 4]);
});
