import type { Result } from '../../contracts/result/result.js';
import { plural } from '../../text/words.js';
import { answerOf, namedAnswers, type Answer, type Badge } from '../words/answer.js';
import { listed } from '../base/format.js';
import { markup, type Markup } from '../base/html-escape.js';
import { renderPage } from './page.js';
import { answerMarkup } from '../sections/verdict.js';
import { styleSheet } from './style.js';
import { viewOf } from '../view/view.js';

/** A scenario of an index: its answer, and where its page is. */
export interface Indexed {
  /** The scenario's file, for the reader. */
  readonly path: string;
  /** The page, from the folder of the index. */
  readonly page: string;
  readonly title: string;
  readonly answer: Answer;
}

/** What an index keeps of a result. The result itself may be large. */
export function indexed(result: Result, path: string, page: string): Indexed {
  return { path, page, title: result.scenario.title, answer: answerOf(viewOf(result)) };
}

/** The order of the badges: what a reader has to look at comes first. */
const URGENCY: Readonly<Record<Badge['tone'], number>> = { fail: 0, open: 1, pass: 2 };

/** One page with the answers of several scenarios, and links to their own pages. */
export function renderIndex(entries: readonly Indexed[], version: string): string {
  const urgency = ({ answer }: Indexed): number => URGENCY[answer.badge?.tone ?? 'pass'];
  const sorted = [...entries].sort((a, b) => urgency(a) - urgency(b));
  return renderPage({
    title: plural(entries.length, 'scenario'),
    heading: plural(entries.length, 'scenario'),
    facts: countsOf(entries),
    description: null,
    notices: [],
    style: styleSheet([]),
    sections: [],
    main: markup`<div id="verdict">${sorted.map(entryMarkup)}</div>`,
    foot: '',
    version,
  });
}

const WORDS: Readonly<Record<Badge['tone'], string>> = {
  fail: 'with a broken budget',
  open: 'open (few runs, not decided or without budgets)',
  pass: 'as wanted',
};

/** `2 with a broken budget, 5 as wanted`. */
function countsOf(entries: readonly Indexed[]): string {
  const tones = Object.keys(WORDS) as readonly Badge['tone'][];
  return listed(
    tones.flatMap((tone) => {
      const own = entries.filter(({ answer }) => (answer.badge?.tone ?? 'pass') === tone);
      return own.length === 0 ? [] : [`${own.length} ${WORDS[tone]}`];
    }),
  );
}

function entryMarkup({ path, page, title, answer }: Indexed): Markup {
  return markup`<section class="verdict" aria-label="${title}">
    <h2><a href="${encodeURI(page)}">${title}</a></h2>
    <p class="meta"><code>${path}</code></p>
    ${answerMarkup(answer.badge, namedAnswers(answer), answer.also)}
  </section>`;
}
