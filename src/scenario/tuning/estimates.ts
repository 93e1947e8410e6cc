import { entries, get, pathText, type Node } from '../located.js';
import { scaled, scaledArrivals } from '../scaling.js';
import type { SettingChange } from './change.js';
import { inputsOf, multipleOf, type ModelInput } from './inputs.js';

/** Values of a scenario that may be wrong. */
export interface Estimates {
  /** They are those that a comment calls a guess; otherwise all times of steps and operations. */
  readonly areMarked: boolean;
  readonly values: readonly ModelInput[];
}

const TIME = /\d(?:ns|us|ms|s|m|h)\b/;
/** Fields with the steps of components. */
const STEPS = /\.(?:endpoints|operations|onMiss)\./;

/** The marked values of a scenario, or the times of its steps if none is marked. */
export function estimatesIn(tree: Node, commentOf: (node: Node) => string): Estimates {
  const all = inputsOf(tree, commentOf);
  const marked = all.filter(({ isMarked }) => isMarked);
  if (marked.length > 0) return { areMarked: true, values: marked };
  const isTime = ({ path, value }: ModelInput): boolean =>
    STEPS.test(path) && value.type === 'scalar' && TIME.test(String(value.value));
  return { areMarked: false, values: all.filter(isTime) };
}

/** The changes that multiply some values. */
export function scaledBy(values: readonly ModelInput[], factor: number): readonly SettingChange[] {
  return values.flatMap((input) => {
    const value = multipleOf(input, factor);
    return value === null ? [] : [{ path: input.path, value, before: input.value }];
  });
}

/** The changes that multiply the rate of each workload that has one. */
export function loadTimes(tree: Node, factor: number): readonly SettingChange[] {
  return entries(get(tree, 'workloads')).flatMap(([name, { value }]) => {
    const before = get(value, 'arrivals');
    if (before === undefined) return [];
    const product = scaled(before, factor) ?? scaledArrivals(before, factor);
    return product === null
      ? []
      : [{ path: pathText(['workloads', name, 'arrivals']), value: product, before }];
  });
}
