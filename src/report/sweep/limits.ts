import type { SweepEdge } from '../../contracts/result/sweep.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import { budgetStatusOf, caseAt, expectText, figuresOf, type SweepView } from './cases.js';
import { edgeGives } from './gives.js';

/** What a bisection found for one variant, part by part; those after the first are empty or begin with a space. */
interface EdgeParts {
  readonly whose: string;
  /** `between 243/s and 248/s.` */
  readonly what: string;
  /** The component that gives in beyond it. */
  readonly gives: string;
  /** The values on both sides, and what is not sure. */
  readonly measured: string;
}

/** The parts of the sentence about the limit of a variant. */
export function edgeParts(view: SweepView, edge: SweepEdge): EdgeParts {
  const values = view.result.axes[0]!.values;
  const text = (i: number | null): string => (i === null ? '?' : values[i]!.text);
  const parts = { gives: edgeGives(view, edge), measured: sureText(view, edge) };
  const isMeasured = unmeasuredText(view, edge.variant, edge.breaks) === null;
  if (edge.outcome !== 'found' || !isMeasured) {
    const said = outcomeText(view, edge, text, [0, values.length - 1]);
    return { ...parts, whose: edge.variant, what: `${said}.` };
  }
  const whose = view.result.variants.length > 1 ? `Limit of ${edge.variant}` : 'Limit';
  return { ...parts, whose, what: `${betweenText(view, edge)}.` };
}

/**
 * The two values between which a limit is. If the runs leave one of them open, the next value on its side at which they
 * do not, and those two by the point estimates.
 */
function betweenText(view: SweepView, edge: SweepEdge): string {
  const { values, unit } = view.result.axes[0]!;
  const [holds, breaks] = [edge.holds!, edge.breaks!];
  const rises = holds > breaks;
  const between = (a: number, b: number): string => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    return `between ${values[low]!.text} and ${values[high]!.text}`;
  };
  const side = rises ? ', holds above it' : '';
  const [a, b] = [values[holds]!.number, values[breaks]!.number];
  const isCount =
    unit === 'number' && a !== null && b !== null && Number.isInteger(a) && Math.abs(a - b) === 1;
  const numbers = isCount ? ', the nearest whole numbers' : '';
  const near = `${between(holds, breaks)}${side}${numbers}`;
  if (edge.isSure) return near;
  const away = rises ? 1 : -1;
  const sureHolds = sureAt(view, edge.variant, holds, away, 'pass');
  const sureBreaks = sureAt(view, edge.variant, breaks, -away, 'fail');
  const isOpen = sureHolds !== holds || sureBreaks !== breaks;
  if (sureHolds === null || sureBreaks === null || !isOpen)
    return `${near}, not sure with so few runs`;
  return `${between(sureHolds, sureBreaks)}${side}; by the point estimates ${between(holds, breaks)}${numbers}`;
}

/** The first value from one on, in a direction, at which the runs decide this way; null if none does. */
function sureAt(
  view: SweepView,
  variant: string,
  from: number,
  step: number,
  asked: 'pass' | 'fail',
): number | null {
  const { result } = view;
  for (let at = from; at >= 0 && at < result.axes[0]!.values.length; at += step) {
    const figures = expectOf(view, at, variant);
    if (figures === null || figures.stop !== null) continue;
    const status = budgetStatusOf(result, figures);
    const verdict =
      figures.expect?.verdict ?? (status === 'holds' ? 'pass' : status === 'fails' ? 'fail' : null);
    if (verdict === asked) return at;
  }
  return null;
}

function outcomeText(
  view: SweepView,
  edge: SweepEdge,
  text: (i: number | null) => string,
  [first, last]: readonly [number, number],
): string {
  const unmeasured = (at: number | null): string | null => unmeasuredText(view, edge.variant, at);
  if (edge.outcome === 'holds')
    return `holds over the whole range ${text(first)} to ${text(last)}, as far as its ends tell`;
  if (edge.outcome === 'breaks') {
    const [low, high] = [unmeasured(first), unmeasured(last)];
    if (low !== null && high !== null) return `is undecided at both ends: ${low}`;
    if (low !== null) return `breaks at ${text(last)}; at ${text(first)} ${low}`;
    if (high !== null) return `breaks already at ${text(first)}; at ${text(last)} ${high}`;
    return `breaks already at ${text(first)}, and at ${text(last)} too`;
  }
  const rises = edge.holds !== null && edge.breaks !== null && edge.holds > edge.breaks;
  const why = unmeasured(edge.breaks);
  if (why !== null) {
    return rises
      ? `holds from ${text(edge.holds)} on; up to ${text(edge.breaks)} ${why}`
      : `holds up to ${text(edge.holds)}; from ${text(edge.breaks)} on ${why}`;
  }
  return rises
    ? `breaks up to ${text(edge.breaks)} and holds from ${text(edge.holds)} on`
    : `holds up to ${text(edge.holds)} and breaks at ${text(edge.breaks)}`;
}

/** Why a variant has no figures at a value; null if it has some. */
function unmeasuredText(view: SweepView, variant: string, at: number | null): string | null {
  const figures = at === null ? null : expectOf(view, at, variant);
  if (figures === null) return null;
  if (figures.stop !== null)
    return `the runs were stopped (${figures.stop}), and nothing was measured`;
  const { expect } = figures;
  const isEmpty =
    expect !== null && expect.value === null && expect.note?.startsWith('never') !== true;
  return isEmpty ? 'nothing was measured' : null;
}

/** The values on both sides, and a note if the limit is uncertain. */
function sureText(view: SweepView, edge: SweepEdge): string {
  const side = (i: number | null): string | null => {
    const expect = i === null ? null : (expectOf(view, i, edge.variant)?.expect ?? null);
    return expect === null ? null : expectText(expect);
  };
  const holds = side(edge.holds);
  const breaks = side(edge.breaks);
  const measured =
    holds === null || breaks === null
      ? brokenText(view, edge)
      : ` Measured: ${holds} where it holds, ${breaks} where it breaks.`;
  const last = view.result.axes[0]!.values.length - 1;
  const asked = edge.outcome === 'found' ? [edge.holds, edge.breaks] : [0, last];
  const isUnmeasured = asked.some((at) => unmeasuredText(view, edge.variant, at) !== null);
  if (isUnmeasured) return '';
  const warning =
    edge.isSure || edge.outcome === 'found' ? '' : ' Not sure: the runs leave it open at one end.';
  return measured + warning;
}

/** The budgets that break, if the search found that not all of them hold. */
function brokenText(view: SweepView, edge: SweepEdge): string {
  const { budgets, sweep } = view.result;
  if (sweep.expect !== null) return '';
  const at = edge.outcome === 'breaks' ? 0 : edge.breaks;
  const figures = at === null ? null : expectOf(view, at, edge.variant);
  const broken = budgets.filter(
    ({ severity }, i) =>
      severity === 'error' && figures?.budgets[i] !== 'pass' && figures?.points[i] === 'fail',
  );
  if (broken.length === 0) return '';
  const shown = broken.slice(0, BROKEN_SHOWN).map(({ name, text }) => name ?? text);
  const more = broken.length - shown.length;
  return ` Broken there: ${shown.join('; ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

const BROKEN_SHOWN = 3;

function expectOf(view: SweepView, value: number, variant: string): SweepFigures | null {
  return figuresOf(caseAt(view, [value]), variant);
}
