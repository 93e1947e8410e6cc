import type { SweepEdge } from '../../contracts/result/sweep.js';
import type { GivesIn, SweepFigures } from '../../contracts/result/sweep-figures.js';
import { formatInstant, formatRate } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { verbOf } from '../words/chain.js';
import type { Words } from '../base/emphasis.js';
import { listed } from '../base/format.js';
import { holdWords } from '../words/headroom.js';
import { budgetStatusOf, caseAt, figuresOf, settingText, type SweepView } from './cases.js';

/** Beyond the limit that a bisection found: the component that gives in first. */
export function edgeGives(view: SweepView, { variant, outcome, holds, breaks }: SweepEdge): string {
  if (outcome === 'holds') return '';
  const at = outcome === 'breaks' ? 0 : breaks;
  const figures = at === null ? null : figuresOf(caseAt(view, [at]), variant);
  if (figures?.gives === undefined) return '';
  const isAbove = holds !== null && breaks !== null && holds > breaks;
  return ` ${givesText(figures.gives, isAbove ? 'Below it' : 'Beyond it')}`;
}

/**
 * By variant: the components that give in first where a budget fails, with the number of settings. Along one axis also
 * the first setting after one that holds.
 */
export function giveWords(view: SweepView): Words[] {
  const { result } = view;
  return result.variants.flatMap((name): Words[] => {
    const own = result.cases.flatMap((one) => {
      const figures = figuresOf(one, name);
      return figures === null ? [] : [{ at: one.at, figures }];
    });
    const statuses = own.map(({ figures }) => budgetStatusOf(result, figures));
    const failing = own.filter((_, i) => statuses[i] === 'fails');
    if (failing.every(({ figures }) => figures.gives === undefined)) return [];
    const edge = view.free.length === 1 ? statuses.findIndex((_, i) => isEdge(statuses, i)) : -1;
    const gives = own[edge]?.figures.gives;
    if (gives !== undefined) {
      const where = `at ${settingText(view, own[edge]!.at)}`;
      return [[{ strong: name }, `: ${givesText(gives, where)}`]];
    }
    return [[{ strong: name }, `: where budgets fail, ${tallyText(failing)}.`]];
  });
}

/** Whether a setting fails next to one that holds. */
function isEdge(statuses: readonly string[], i: number): boolean {
  return statuses[i] === 'fails' && [statuses[i - 1], statuses[i + 1]].includes('holds');
}

function givesText(gives: GivesIn, where: string): string {
  if ('full' in gives) {
    const { subject, full, holds, fault } = gives;
    const during = fault === null ? '' : ` during ${fault}`;
    return `${where} ${subject} gives in first: ${holdWords(full)} ${formatRate(holds)}${during}.`;
  }
  const { subject, at, text } = gives;
  const why = text === '' ? '' : `: ${text}`;
  return `${where} ${subject} gives in first (${verbOf(gives)} at ${formatInstant(at)}${why}).`;
}

/** `db gives in first at 12 settings, api at 3`. */
function tallyText(failing: readonly { readonly figures: SweepFigures }[]): string {
  const counts = new Map<string | null, number>();
  for (const { figures } of failing) {
    const subject = figures.gives?.subject ?? null;
    counts.set(subject, (counts.get(subject) ?? 0) + 1);
  }
  const known = [...counts].flatMap(([subject, count]) =>
    subject === null ? [] : [{ subject, count }],
  );
  known.sort((a, b) => b.count - a.count);
  const words = known.map(({ subject, count }, i) => {
    const at = i === 0 ? plural(count, 'setting') : String(count);
    return `${subject}${i === 0 ? ' gives in first' : ''} at ${at}`;
  });
  const none = counts.get(null) ?? 0;
  return `${listed(words)}${none === 0 ? '' : `, and no component at ${none}`}`;
}
