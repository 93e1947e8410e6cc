import type { CausalRole } from '../../spec/result/counterfactual.js';
import { formatCount, formatSeconds } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import type { Explained } from '../causes.js';
import { causeSentence, explainedOf, shareWords, wordsOf } from '../causes.js';
import { markup, type Markup } from '../html-escape.js';
import type { View } from '../view.js';
import { plainTable, section } from './parts.js';

const ROLE_WORDS: Readonly<Record<CausalRole, string>> = {
  cause: 'a cause',
  amplifier: 'makes it worse',
  part: 'has a part in it',
  none: 'no difference',
  undecided: 'undecided',
};

/** What the runs without each fault show; null without such runs. */
export function causesSection({ result }: View): Markup | null {
  const explained = explainedOf(result.variants);
  if (explained.length === 0) return null;
  const several = result.variants.length > 1;
  const tables = explained.map(
    (one) =>
      markup`<h3 class="gap">${several ? `${one.variant.name}: ` : ''}${causeSentence(one)}</h3>
        <div class="scroll" tabindex="0" role="region" aria-label="Runs of ${one.variant.name} without each fault">
          ${plainTable(tableOf(one))}
        </div>
        <p class="meta after">${slowWords(one)}</p>`,
  );
  const runs = explained.reduce((sum, { own }) => sum + own.runs, 0);
  const title = `Which fault did the harm, by ${plural(runs, 'run')} without some of them`;
  return section('causes', 'Causes', title, markup`${tables}`);
}

function tableOf({ variant, own }: Explained): Parameters<typeof plainTable>[0] {
  return {
    caption: `Requests that fail or are slow, mean of the runs: ${formatCount(Math.round(own.harm))} with all faults, ${formatCount(Math.round(own.background))} without any`,
    head: ['Fault', 'Without it', 'Averted', 'Alone', 'Fair share', ''],
    rows: own.faults.map(({ fault, without, averted, alone, share, role }) => [
      wordsOf(variant, fault),
      count(without),
      `${count(averted.value ?? 0)}${averted.ci95 === null ? '' : ` (${count(averted.ci95[0])} to ${count(averted.ci95[1])})`}`,
      count(alone),
      shareWords(own, share),
      ROLE_WORDS[role],
    ]),
  };
}

function count(value: number): string {
  return formatCount(Math.round(value));
}

function slowWords({ own }: Explained): string {
  const limits = Object.entries(own.slow).map(([name, limit]) => `${name} ${formatSeconds(limit)}`);
  return `The same random numbers in every run. Slow: more than twice the p99 of the runs without faults (${limits.join(', ')}).`;
}
