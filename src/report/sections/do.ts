import type { VariantResult } from '../../contracts/result/result.js';
import type { VariantChange } from '../../contracts/scenario/scenario.js';
import { formatCount, formatNumber, formatShare } from '../../text/figures.js';
import { flow } from '../../text/flow.js';
import { changesOf, shellWord } from '../../text/shell.js';
import type { Fold } from '../view/fold.js';
import { wholeCount } from '../base/format.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import { advisedOf } from '../words/advice.js';
import { enoughWords, recommendedTitle, type Recommended } from '../words/recommended.js';
import { remediesOf, type Remedy } from '../words/remedies.js';
import { leavesOf } from '../view/settings.js';
import type { View } from '../view/view.js';
import { folded, scrolled, section, variantKey, type Table } from './parts.js';

/** What to do: the variant that holds every budget, what was tried and what it costs, and the settings of each variant. */
export function doSection({ all: view, drawn }: Fold, command: string): Markup | null {
  const variants = drawn.result.variants.filter((variant) => patchLines(variant).length > 0);
  const chosen = advisedOf(view);
  const tried = remediesOf(view);
  if (variants.length === 0 && tried === null) return null;
  const others = variants.filter((variant) => variant !== chosen?.variant);
  const patches = markup`<div class="patches">${others.map((variant) => patchMarkup(view, variant))}</div>`;
  const label = chosen === null ? 'Settings of each variant' : 'Settings of the other variants';
  const taken = chosen === null || chosen.variant.baseline ? null : chosen;
  // The only evidence under a heading is open.
  const isOnly = taken === null && tried === null;
  return section('do', 'Do', recommendedTitle(view, chosen), [
    taken !== null && recommendedMarkup(view, taken, command),
    tried !== null &&
      scrolled(
        remedyTable(view, tried.usual, tried.tried),
        'Changes that were tried',
        'scroll after',
      ),
    others.length > 0 && (isOnly ? patches : folded(patches, label)),
  ]);
}

/** Failed and slow requests of a run with each of them, and the price. */
function remedyTable(view: View, usual: Remedy, tried: readonly Remedy[]): Table {
  const all = [usual, ...tried];
  const isPriced = all.some(({ degraded }) => degraded > 0);
  const hasGoals = all.some(({ goals }) => goals !== null);
  const hasSlow = all.some(({ slow }) => (slow ?? 0) >= 0.5);
  const rowOf = (one: Remedy): readonly Part[] => [
    one === usual ? markup`${one.words} <span class="of">as it is</span>` : one.words,
    one.changes === null ? '–' : formatCount(one.changes),
    wholeCount(one.failed),
    one.success === null ? '–' : formatShare(one.success),
    ...(hasSlow ? [wholeCount(one.slow)] : []),
    ...(isPriced ? [formatShare(one.degraded)] : []),
    formatNumber(one.attempts),
    ...(hasGoals ? [one.goals === null ? '–' : `${one.goals.held}/${one.goals.of}`] : []),
  ];
  return {
    caption: `Changes that were tried against the harm of ${view.worstVariant.name}, the most effective first. Requests of a run, as means.`,
    head: [
      'Change',
      'Settings',
      'Requests fail',
      'Success',
      ...(hasSlow ? ['Requests slow'] : []),
      ...(isPriced ? ['Degraded'] : []),
      'Attempts per call',
      ...(hasGoals ? ['Budgets'] : []),
    ],
    rows: all.map(rowOf),
  };
}

/** A line of a patch: `-` removed, `+` set or added. */
interface PatchLine {
  readonly sign: '-' | '+';
  readonly text: string;
}

/** The changes from the baseline; for the baseline itself, and in documents without them, the patch of the file. */
function patchLines({
  changes,
  patch,
}: Pick<VariantResult, 'changes' | 'patch'>): readonly PatchLine[] {
  if (changes !== undefined) {
    return changes.flatMap(leavesOf).map(({ path, from, to }) =>
      to === null
        ? { sign: '-', text: `${path}: ${flow(from)}` }
        : {
            sign: '+',
            text: `${path}: ${flow(to)}${from === null ? '' : `   # was ${flow(from)}`}`,
          },
    );
  }
  return [
    ...patch.remove.map((path) => ({ sign: '-' as const, text: path })),
    ...patch.set.map(({ path, value }) => ({
      sign: '+' as const,
      text: `${path}: ${flow(value)}`,
    })),
    ...patch.add.map(({ path, values }) => ({
      sign: '+' as const,
      text: `${path}: [..., ${values.map(flow).join(', ')}]`,
    })),
  ];
}

/** The changes that are enough, against the baseline, with a block to paste and the command that repeats them. */
function recommendedMarkup(view: View, chosen: Recommended, command: string): Markup {
  const { variant, changes, spare } = chosen;
  const words = enoughWords(chosen);
  // Without runs that tell them apart, and in documents of earlier versions, all of it.
  const some = chosen.enough === null ? variant : { ...variant, changes };
  const base = view.baseline.name;
  return markup`<p>${changes.length === 1 && words === null ? 'The change' : 'The changes'} against <b>${base}</b>${words === null ? ':' : `: ${words}.`}</p>
    ${patchPre(some, variantBlock(base, chosen))}
    <p class="meta after">Repeat it beside ${base}:</p>
    <pre class="diff" data-copy tabindex="0">${repeatWords(command, base, changes)}</pre>${
      spare.length > 0 &&
      folded(
        patchPre({ ...variant, changes: spare }, null),
        'Its other changes, which the budgets do not need',
      )
    }`;
}

/** `faultline run FILE --variant naive --set policies.pay.timeout=250ms --as fixed`. */
function repeatWords(command: string, base: string, changes: readonly VariantChange[]): string {
  const set = changes.map(({ path, to }) => `${path}=${to === null ? 'null' : flow(to)}`);
  const [file] = command.split(' --', 1);
  return `${file} --variant ${shellWord(base)} ${changesOf({ set, as: 'fixed' })}`;
}

/** The changes as an entry of `variants:`. */
function variantBlock(base: string, { changes, enough, variant }: Recommended): string {
  const set = changes
    .filter(({ to }) => to !== null)
    .map(({ path, to }) => `      ${path}: ${flow(to)}\n`);
  const removed = changes.filter(({ to }) => to === null).map(({ path }) => path);
  return [
    `  - name: fixed   # ${base} with ${enough === null ? `the changes of ${variant.name}` : 'what is needed'}\n    extends: ${flow(base)}\n`,
    removed.length > 0 ? `    remove: [ ${removed.join(', ')} ]\n` : '',
    set.length > 0 ? `    set:\n${set.join('')}` : '',
  ].join('');
}

function patchMarkup(view: View, variant: VariantResult): Markup {
  return markup`<div class="patch">
    <p class="pn">
      ${variantKey(view, variant)}${variant.title !== null && markup` <span class="of">${variant.title}</span>`}
    </p>
    ${patchPre(variant, null)}
  </div>`;
}

/** The lines of a patch; `copied`: what its button copies. */
function patchPre(
  variant: Pick<VariantResult, 'changes' | 'patch'>,
  copied: string | null,
): Markup {
  const lines = patchLines(variant).map(
    ({ sign, text }) =>
      markup`<span class="${sign === '-' ? 'del' : 'ins'}">${sign} ${text}</span>${'\n'}`,
  );
  return markup`<pre class="diff" tabindex="0"${copied !== null && markup` data-copy="${copied}"`}>${lines}</pre>`;
}
