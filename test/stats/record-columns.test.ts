import { describe, expect, it } from 'vitest';
import { Columns } from '../../src/stats/record-columns.js';

describe('columns of a record', () => {
  // Three cells of two subjects with two counts each.
  const table = Uint32Array.of(1, 2, 3, 4, 0, 0, 5, 6, 7, 8, 0, 0);

  it('are those of one subject by cell', () => {
    const columns = new Columns(3);
    expect([...columns.narrow(table, 0, 2, 2)]).toEqual([1, 2, 0, 0, 7, 8]);
    expect([...columns.narrow(table, 1, 2, 2)]).toEqual([3, 4, 5, 6, 0, 0]);
  });

  it('are not read where the counts beside them are zero', () => {
    const columns = new Columns(3);
    columns.narrow(table, 0, 2, 2);
    expect([...columns.narrow(table, 1, 2, 2, Uint32Array.of(9, 9, 0))]).toEqual([
      3, 4, 5, 6, 0, 0,
    ]);
  });

  it('break a law where a cell without counts beside it has some', () => {
    const beside = Uint32Array.of(9, 0, 0);
    expect(() => new Columns(3).narrow(table, 1, 2, 2, beside)).toThrow(
      'a cell without calls has no outcomes',
    );
  });

  it('of which nothing was written need no look', () => {
    const columns = new Columns(3);
    columns.markBlank(table);
    expect([...columns.counts(table, 1, 2, 2)]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
