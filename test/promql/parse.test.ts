import { describe, expect, it } from 'vitest';
import { parsePromql, PromqlError } from '../../src/promql/parse.js';
import { promSeconds } from '../../src/promql/scan.js';

describe('PromQL', () => {
  it('binds and tighter than or, comparisons tighter than and, products tighter than sums', () => {
    const expr = parsePromql('a > 1 and b or c + d * 2 > 3');
    expect(expr).toMatchObject({
      op: 'or',
      left: { op: 'and', left: { op: '>' } },
      right: { op: '>', left: { op: '+', right: { op: '*' } } },
    });
  });

  it('reads comments, line breaks, the three kinds of quotes and grouping on both sides', () => {
    const text = `sum by (le) (rate(x_bucket{a="1", b='2', c=\`3\`,}[5m] offset 1h30m)) # comment\n > 0`;
    expect(parsePromql(text)).toMatchObject({
      op: '>',
      left: { op: 'sum', grouping: { labels: ['le'] } },
    });
    expect(parsePromql('sum(x) by (a)')).toMatchObject({ grouping: { labels: ['a'] } });
  });

  it('reads durations of several units', () => {
    expect(promSeconds('1h30m')).toBe(5400);
    expect(promSeconds('1d')).toBe(86_400);
    expect(promSeconds('500ms')).toBe(0.5);
    expect(promSeconds('5')).toBeNull();
  });

  it.each([
    ['', 0, 'the expression is empty'],
    ['rate(x)', 5, 'the first argument of rate is a range of samples such as m[5m], not a vector'],
    ['rat(x[5m])', 0, 'the function rat is not among those that are read here'],
    ['x[5m] > 1', 6, 'has a range of samples beside it'],
    ['sum(x', 5, 'expected ) at the end of sum'],
    ['x{a}', 3, 'expected a comparison of the label'],
    ['x{a=1}', 4, 'expected a text in quotes'],
    ['x{a="1}', 4, 'begins with " and does not end'],
    ['x{a=~"("}', 2, 'is no regular expression'],
    ['1 > 2', 2, 'a comparison of two numbers needs `bool`'],
    ['x and 1', 2, 'joins vectors, not numbers'],
    ['x y', 2, 'expected an operator or the end'],
    ['max_over_time(rate(x[5m])[1h:])', 25, 'subqueries are not read here'],
    ['x @ 5', 2, 'the modifier @ is not read here'],
    ['{a="1"}', 0, 'a selector needs the name of a metric'],
    ['x / group_left y', 15, 'group_left and group_right need on or ignoring'],
    ['rate(x[5])', 7, 'expected a duration such as 5m'],
    ['histogram_quantile(0.5)', 0, 'has 2 arguments, not 1'],
    ['x ^ 2', 2, 'expected an operator or the end'],
  ])('%s is refused at its place', (text, offset, message) => {
    const read = (): unknown => parsePromql(text);
    expect(read).toThrow(PromqlError);
    try {
      read();
    } catch (error) {
      expect((error as PromqlError).message).toContain(message);
      expect((error as PromqlError).offset).toBe(offset);
    }
  });
});
