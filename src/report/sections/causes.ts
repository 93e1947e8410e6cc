import type {
  CausalRole,
  CounterfactualFault,
  InterventionRole,
} from '../../contracts/result/counterfactual.js';
import type { Estimate } from '../../contracts/result/estimate.js';
import { formatSeconds } from '../../text/figures.js';
import { shellWord } from '../../text/shell.js';
import { plural } from '../../text/words.js';
import { causeParts, shareWords } from '../words/causes.js';
import { explainedOf, wordsOf, type Explained } from '../view/explained.js';
import { harmWords, priceWords } from '../words/harm-words.js';
import { unseenCount } from '../words/unseen-proof-words.js';
import { wholeCount } from '../base/format.js';
import { markup, type Markup } from '../base/html-escape.js';
import type { View } from '../view/view.js';
import { folded, insideSection, scrolled, type Table } from './parts.js';

const ROLE_WORDS: Readonly<Record<CausalRole, string>> = {
  cause: 'a cause',
  amplifier: 'makes it worse',
  part: 'has a part in it',
  protection: 'protects',
  none: 'no difference',
  undecided: 'undecided',
};

const CHANGE_WORDS: Readonly<Record<InterventionRole, string>> = {
  ...ROLE_WORDS,
  sustainer: 'keeps it up',
  remedy: 'would avert it',
};

/** What the runs without possible causes show of the chosen variant; null without such runs. */
export function causesSection(view: View, command: string): Markup | null {
  const explained = explainedOf(view.result.variants);
  if (explained.length === 0) return null;
  return insideSection(view, 'causes', 'Causes', (variant) => {
    const one = explained.find((each) => each.variant === variant);
    const explain = `${command} --variant ${shellWord(variant.name)} --explain`;
    const more = markup`<pre class="diff" data-copy tabindex="0">${explain}</pre>`;
    if (one === undefined || one.own.runs === 0) {
      if (variant.cascade.events.length === 0) return null;
      return {
        title: 'No run was made without a fault or with one change',
        body: markup`<p>The causes are those that the requests lead to. To prove them:</p>
          ${more}`,
      };
    }
    const { interventions } = one.own;
    const whose = `Runs of ${variant.name}`;
    const changes = scrolled(changeTable(one), `${whose} with other changes`);
    const faults = one.own.faults.filter(isShown);
    const unseen = unseenTables(one);
    const { title, rest } = causeParts(one);
    return {
      title,
      body: markup`${rest !== '' && markup`<p>${rest}</p>`}
        ${faults.length > 0 && scrolled(faultTable(one, faults), `${whose} without each fault`)}${interventions.length > 0 && (faults.length === 0 ? changes : folded(changes, plural(interventions.length, 'other change')))}${variant.faults.length > 1 && faults.length + interventions.length === 0 && markup`<p class="meta after">To tell the faults apart:</p>${more}`}${unseen.map((table) => scrolled(table, table.caption))}
        <p class="meta after">${methodWords(one)}</p>`,
    };
  });
}

/** Whether some run shows what a fault does to requests. */
function isShown({ without, alone }: CounterfactualFault): boolean {
  return without !== null || alone !== null;
}

function faultTable({ variant, own }: Explained, faults: readonly CounterfactualFault[]): Table {
  const { harm, failed, background, backgroundFailed } = own;
  return {
    caption: `Requests of a run, as means: ${harmWords({ harm, failed })} with all faults, ${harmWords({ harm: background, failed: backgroundFailed })} without any`,
    head: ['Fault', ...harmHeads('without it'), 'Averted', 'Alone', 'Fair share', 'Finding'],
    rows: faults.map(({ fault, without, withoutFailed, averted, alone, share, role }) => [
      wordsOf(variant, fault),
      ...harmCells(without, withoutFailed),
      withInterval(averted),
      wholeCount(alone),
      shareWords(own, share),
      ROLE_WORDS[role],
    ]),
  };
}

/** Most kinds of harm that no request shows and that have a table. */
const UNSEEN = 2;

/** What is left of each harm that no request shows, in the runs that were made for it. */
function unseenTables({ variant, own }: Explained): readonly Table[] {
  const all = own.unseen ?? [];
  const tables = all.map((harm) => ({
    caption: `Of ${unseenCount(variant, harm)}, in the same runs with one change each`,
    head: ['Change', 'Left'],
    rows: [
      ...harm.faults.flatMap(({ fault, without, alone }) => [
        ...(without === null
          ? []
          : [[`without “${wordsOf(variant, fault)}”`, wholeCount(without)]]),
        ...(alone === null ? [] : [[`“${wordsOf(variant, fault)}” alone`, wholeCount(alone)]]),
      ]),
      ...harm.interventions.map(({ words, harm: left }) => [words, wholeCount(left)]),
    ],
  }));
  return tables.filter(({ rows }) => rows.length > 0).slice(0, UNSEEN);
}

function changeTable({ own }: Explained): Table {
  const { harm, failed, interventions } = own;
  const prices = interventions.map((one) => priceWords(one.price, own.price));
  const isPriced = prices.some((words) => words !== '');
  return {
    caption: `The same runs with one change each. Without a change ${harmWords({ harm, failed })}, and users fail for ${failingWords(own.failing)} (steps with more than 5 % failed requests)`,
    head: [
      'Change',
      ...harmHeads('with it'),
      'Averted',
      ...(isPriced ? ['Price'] : []),
      'Users fail for',
      'Finding',
    ],
    rows: interventions.map(
      ({ words, harm: left, failed: leftFailed, averted, failing, role }, k) => [
        words,
        ...harmCells(left, leftFailed),
        withInterval(averted),
        ...(isPriced ? [prices[k]!] : []),
        failingWords(failing),
        CHANGE_WORDS[role],
      ],
    ),
  };
}

/** Two currencies: requests that fail, and those that are slow. */
function harmHeads(when: string): readonly string[] {
  return [`Fail ${when}`, `Slow ${when}`];
}

function harmCells(harm: number | null, failed: number | undefined): readonly string[] {
  if (harm === null) return ['–', '–'];
  // Documents of earlier versions have the sum only.
  return failed === undefined
    ? [`${wholeCount(harm)} fail or slow`, '–']
    : [wholeCount(failed), wholeCount(harm - failed)];
}

function failingWords({ seconds, toEnd }: Explained['own']['failing']): string {
  return `${formatSeconds(seconds)}${toEnd ? ', to the end' : ''}`;
}

function withInterval({ value, ci95 }: Estimate): string {
  if (value === null) return '–';
  return ci95 === null
    ? wholeCount(value)
    : `${wholeCount(value)} (${wholeCount(ci95[0])} to ${wholeCount(ci95[1])})`;
}

function methodWords({ own }: Explained): string {
  const limits = Object.entries(own.slow).map(([name, limit]) => `${name} ${formatSeconds(limit)}`);
  const runs =
    own.replications === 1
      ? 'Each change was run once, so there are no intervals; --explain runs all replications.'
      : `Each change was run with ${own.replications} replications.`;
  const than =
    own.faults.length === 0 ? 'the least p99 of these runs' : 'the p99 of the runs without faults';
  const slow = limits.length === 0 ? '' : ` Slow: more than twice ${than} (${limits.join(', ')}).`;
  return `${plural(own.runs, 'further run')}, with the same random numbers. ${runs}${slow}`;
}
