import type { Expression, Limit } from '../contracts/scenario/expression.js';
import { findMetric } from './metrics.js';

/** Two conditions by their places in a list, `second` after `first`. */
export interface Contradiction {
  readonly first: number;
  readonly second: number;
}

/** Values that a condition allows: an interval, with or without its ends, less one value. */
interface Allowed {
  readonly from: number;
  readonly to: number;
  /** Value that is not in it, such as an end; null if there is none. */
  readonly except: number | null;
}

/** Each condition that contradicts an earlier one: no value of the figure meets both, in a variant and window of both. */
export function contradictions(list: readonly Expression[]): readonly Contradiction[] {
  return list.flatMap((own, second) => {
    const first = list.findIndex((other, k) => k < second && contradict(other, own));
    return first < 0 ? [] : [{ first, second }];
  });
}

function contradict(a: Expression, b: Expression): boolean {
  return isOfSame(a, b) && areDisjoint(a, b);
}

/** Whether two conditions judge the same figure: the window as a whole, or steps of which some are in both shares. */
function isOfSame(a: Expression, b: Expression): boolean {
  const isShared =
    a.variants === null ||
    b.variants === null ||
    a.variants.some(({ name }) => b.variants!.some((other) => other.name === name));
  const isInBoth =
    a.steps === null || b.steps === null ? a.steps === b.steps : a.steps.share + b.steps.share > 1;
  return isShared && isInBoth && figureOf(a) === figureOf(b) && windowOf(a) === windowOf(b);
}

/** A level without a statistic is its mean. */
function figureOf({ metric: { name, text } }: Expression): string {
  const found = findMetric(name);
  return found.known === 'yes' && found.ending === 'mean' && name.at(-1) !== 'mean'
    ? `${text}.mean`
    : text;
}

function windowOf({ window }: Expression): string {
  if (window === null) return '';
  if (window.kind === 'between') return `${window.fromNs}..${window.toNs}`;
  return `${window.kind} ${window.fault}`;
}

function areDisjoint(a: Expression, b: Expression): boolean {
  const words = [a, b].map(({ limit }) => (limit.kind === 'word' ? limit.word : null));
  if (words.every((word) => word !== null)) {
    const isEqual = words[0] === words[1];
    const equals = [a, b].filter(({ op }) => op === '==').length;
    return equals === 2 ? !isEqual : equals === 1 && isEqual;
  }
  const both = [a, b].map(allowedBy);
  if (!both.every((own) => own !== null)) return false;
  const from = Math.max(...both.map((own) => own.from));
  const to = Math.min(...both.map((own) => own.to));
  return from > to || (from === to && both.some(({ except }) => except === from));
}

/** null if the limit is measured, too. */
function allowedBy({ op, limit }: Expression): Allowed | null {
  const value = valueOf(limit);
  if (value === null) return null;
  return {
    from: op === '>' || op === '>=' || op === '==' ? value : -Infinity,
    to: op === '<' || op === '<=' || op === '==' ? value : Infinity,
    except: op === '>' || op === '<' || op === '!=' ? value : null,
  };
}

/** A recovery that never comes takes longer than every limit. Other words are no numbers. */
function valueOf(limit: Limit): number | null {
  if (limit.kind === 'quantity') return limit.quantity.value;
  return limit.kind === 'word' && limit.word === 'never' ? Infinity : null;
}
