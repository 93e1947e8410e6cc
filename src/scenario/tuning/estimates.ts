import { entries, get, items, pathText, scalar, type Node, type PathKey } from '../located.js';
import { scaled, scaledArrivals } from '../scaling.js';
import { isSetting, type SettingChange } from './change.js';

/** Values of a scenario that may be wrong. */
export interface Estimates {
  /** They are those that a comment calls a guess; otherwise all times of steps and operations. */
  readonly areMarked: boolean;
  readonly values: readonly Estimate[];
}

/** A value that may be wrong. */
export interface Estimate {
  readonly path: string;
  readonly value: Node;
}

/** Words of a comment beside a value that is not measured. */
const MARK = /\b(?:guess|assum|estimat)/i;

/** Whether a comment says that the values of its line are not measured. */
export function isMark(comment: string): boolean {
  return MARK.test(comment);
}

const TIME = /\d(?:ns|us|ms|s|m|h)\b/;
/** Fields with the steps of components; within them policies are settings. */
const STEPS: ReadonlySet<string> = new Set(['endpoints', 'operations', 'onMiss']);
const POLICIES: ReadonlySet<string> = new Set(['policy', 'timeout', 'deadline', 'onError']);

/** The marked values of a scenario, or the times of its steps if none is marked. */
export function estimatesIn(tree: Node, commentOf: (node: Node) => string): Estimates {
  const marked: Estimate[] = [];
  const times: Estimate[] = [];
  const walk = (node: Node, path: readonly PathKey[]): void => {
    if (node.type === 'map')
      for (const [name, { value }] of entries(node)) walk(value, [...path, name]);
    else if (node.type === 'list') items(node).forEach((item, k) => walk(item, [...path, k]));
    else if (path.length > 1 && isSetting(path) && scaled(node, 2) !== null) {
      const own = { path: pathText(path), value: node };
      if (isMark(commentOf(node))) marked.push(own);
      if (isOfSteps(path) && TIME.test(String(node.value))) times.push(own);
    }
  };
  walk(tree, []);
  return marked.length > 0
    ? { areMarked: true, values: marked }
    : { areMarked: false, values: times };
}

function isOfSteps(path: readonly PathKey[]): boolean {
  const names = path.map(String);
  return names.some((name) => STEPS.has(name)) && !names.some((name) => POLICIES.has(name));
}

/** The changes that multiply some values. Whole numbers stay whole. */
export function scaledBy(values: readonly Estimate[], factor: number): readonly SettingChange[] {
  return values.flatMap(({ path, value }) => {
    const product = scaled(value, factor);
    if (product === null) return [];
    const isWhole = value.type === 'scalar' && Number.isInteger(value.value);
    const whole =
      isWhole && product.type === 'scalar'
        ? scalar(Math.max(1, Math.round(Number(product.value))), product.at)
        : product;
    return [{ path, value: whole, before: value }];
  });
}

/** The changes that multiply the rate of each workload that has one. */
export function loadTimes(tree: Node, factor: number): readonly SettingChange[] {
  return entries(get(tree, 'workloads')).flatMap(([name, { value }]) => {
    const before = get(value, 'arrivals');
    const path = pathText(['workloads', name, 'arrivals']);
    const product = before === undefined ? null : times(before, factor);
    return product === null || before === undefined ? [] : [{ path, value: product, before }];
  });
}

function times(arrivals: Node, factor: number): Node | null {
  return arrivals.type === 'scalar' ? scaled(arrivals, factor) : scaledArrivals(arrivals, factor);
}
