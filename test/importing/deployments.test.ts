import { afterEach, describe, expect, it, vi } from 'vitest';
import { Cell } from '../../src/importing/cell.js';
import { withoutOthers } from '../../src/importing/deployments.js';
import { System } from '../../src/importing/system.js';

function cellOf(file: string, value: unknown): Cell {
  if (Array.isArray(value))
    return new Cell(
      '',
      file,
      1,
      value.map((one) => cellOf(file, one)),
    );
  if (typeof value !== 'object') return new Cell('', file, 1, value as string);
  const below = Object.entries(value!).map(([key, one]) => [key, cellOf(file, one)] as const);
  return new Cell('', file, 1, new Map(below));
}

function workload(file: string, name: string): Cell {
  const containers = [{ name: 'main', image: `acme/${name}` }];
  const spec = { template: { spec: { containers } } };
  return cellOf(file, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec });
}

/** Two files of the same three services, and others. */
function leftOf(others: readonly Cell[]): {
  readonly left: number;
  readonly questions: readonly string[];
} {
  const pair = ['a', 'b'].flatMap((file) =>
    ['x1', 'x2', 'x3'].map((name) => workload(`shop/${file}.yaml`, name)),
  );
  const system = new System(new Map());
  const all = [...pair, ...others];
  for (const { file } of all) system.found.add(file);
  return { left: withoutOthers(all, [], system).length, questions: system.questions };
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, k) => k);

describe('files of a folder in which several run the same services', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('are one question where the one that counts names none of them', () => {
    const one = numbers(1).map((k) => workload(`shop/other-${k}.yaml`, `other-${k}`));
    const three = numbers(3).map((k) => workload(`shop/other-${k}.yaml`, `other-${k}`));
    expect(leftOf(one)).toEqual({
      left: 3,
      questions: [
        'Does shop/other-0.yaml run too? Nothing in shop/a.yaml names it: if so, faultline import shop/a.yaml shop/other-0.yaml',
      ],
    });
    expect(leftOf(three)).toEqual({
      left: 3,
      questions: [
        'Do shop/other-0.yaml and 2 other files run too? Nothing in shop/a.yaml names them: if so, faultline import shop/a.yaml shop/other-0.yaml',
      ],
    });
  });

  it.each([
    ['a workload in each', 1],
    ['three workloads in each', 3],
  ])('are compared in a time proportional to their number: %s', (_, size) => {
    const comparisons = (count: number): number => {
      const others = numbers(count).map((k) =>
        workload(`shop/f${Math.floor(k / size)}.yaml`, `other-${k}`),
      );
      const has = vi.spyOn(Set.prototype, 'has');
      leftOf(others);
      const { length } = has.mock.calls;
      has.mockRestore();
      return length;
    };
    expect(comparisons(600)).toBeLessThan(2.5 * comparisons(300));
  });
});
