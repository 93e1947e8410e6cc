import type { VariantResult } from '../../contracts/result/result.js';
import { plural } from '../../text/words.js';
import { listed } from '../base/format.js';
import { looksOf } from '../drawing/theme.js';
import { ranked } from './ranking.js';
import { holdsAll, type View } from './view.js';

/** A page with many variants: words and tables cover `all`, pictures only those in `drawn`. */
export interface Fold {
  readonly all: View;
  readonly drawn: View;
  /** The variants that the pictures omit, and how to see them; null if they show all. */
  readonly note: string | null;
}

/** Most variants that a page draws side by side. Of more variants it draws a selection. */
const UNFOLDED = 10;

/** Most variants that pictures show; fewer if the page would be too large. */
export const DRAWN: readonly number[] = [6, 4, 2, 1];

/** Look of the variants without pictures. */
const NOT_DRAWN = {
  color: 'transparent',
  ink: 'inherit',
  dash: null,
  width: 0,
  mark: null,
} as const;

/** Whether a page of these variants draws only a selection. */
export function folds({ result }: View): boolean {
  return result.variants.length > UNFOLDED;
}

/** Chooses at most `most` variants to draw, in the order of the file. */
export function foldOf(view: View, most: number): Fold {
  if (!folds(view)) return { all: view, drawn: view, note: null };
  const { variants } = view.result;
  const informative = mostInformative(view).slice(0, most);
  const chosen = new Set(informative.map(({ variant }) => variant));
  const few = { ...view.result, variants: variants.filter((variant) => chosen.has(variant)) };
  // Colours and dashes are assigned among the drawn variants, so that no two look alike.
  const looks = looksOf(few.variants, view.winner);
  const own = new Map(looks.map((look) => [look.name, look]));
  const allLooks = variants.map(
    ({ name }, index) => own.get(name) ?? { index, name, className: 'vx', ...NOT_DRAWN },
  );
  const { length } = informative;
  const drawn = informative.map(({ variant, roles }) => `${variant.name} (${roles.join(', ')})`);
  return {
    all: { ...view, looks: allLooks },
    drawn: { ...view, result: few, looks },
    note:
      `The tables list all ${plural(variants.length, 'variant')}; the pictures show ${length} of them: ${listed(drawn)}. ` +
      'To see another one, add --variant and its name to the command at the end of this page.',
  };
}

interface Informative {
  readonly variant: VariantResult;
  readonly roles: readonly string[];
}

/** The most informative variants, best first, each with its reasons. */
function mostInformative(view: View): readonly Informative[] {
  const ranking = ranked(view);
  const holding = ranking.filter(holdsAll).length;
  const border = holding > 0 && holding < ranking.length;
  const quarter = (share: number): VariantResult => ranking[Math.floor(share * ranking.length)]!;
  const roles = new Map<VariantResult, string[]>();
  const add = (role: string, variant: VariantResult | undefined): void => {
    if (variant !== undefined) roles.set(variant, [...(roles.get(variant) ?? []), role]);
  };
  add('baseline', view.baseline);
  add('suffers most', view.worstVariant);
  add('first in the ranking', ranking[0]);
  if (border) {
    add('last that holds every budget', ranking[holding - 1]);
    add('first that misses one', ranking[holding]);
  }
  const unfinished = ranking.find((variant) => variant.unfinished !== undefined);
  add('did not finish', unfinished);
  add('in the middle', quarter(0.5));
  add('in the first half', quarter(0.25));
  add('in the second half', quarter(0.75));
  return [...roles].map(([variant, own]) => ({ variant, roles: own }));
}
