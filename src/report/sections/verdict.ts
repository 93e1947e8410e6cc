import { formatCount } from '../../text/figures.js';
import { capitalised } from '../../text/words.js';
import { answerOf, namedAnswers, type Badge } from '../words/answer.js';
import type { Words } from '../base/emphasis.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import { unfinishedLines } from '../words/incomplete.js';
import type { View } from '../view/view.js';

/** The answer: how many variants survive, what happens, why, and what to do. */
export function verdictSection(view: View): Markup {
  const { hypothesis } = view.result;
  const answer = answerOf(view);
  const asked =
    hypothesis !== null &&
    markup`<p class="kick also asked"><b>${capitalised(hypothesis.verdict)}</b>: ${hypothesis.statement}</p>`;
  return markup`<section id="verdict" class="verdict" aria-label="Answer">
    ${asked}
    ${answerMarkup(answer.badge, namedAnswers(answer), answer.also)}
    ${unfinishedList(view)}
  </section>`;
}

/** A badge beside the answers by their names, and what else a reader must not miss. */
export function answerMarkup(
  badge: Badge | null,
  answers: readonly { readonly name: string; readonly words: Words }[],
  also: readonly Words[],
): Markup {
  return markup`<div class="say">
      ${badge !== null && markup`<span class="badge ${badge.tone}">${badge.text}</span>`}
      <dl class="answer">
        ${answers.map(({ name, words }) => markup`<div><dt>${name}</dt><dd>${emphasised(words)}</dd></div>`)}
      </dl>
    </div>
    <div class="lines">${also.map((words) => markup`<p class="kick also">${emphasised(words)}</p>`)}</div>`;
}

/** Variants with missing runs: the number that finished, and what stopped the next one. */
function unfinishedList({ result }: View): Markup | null {
  const lines = unfinishedLines(result);
  if (lines.length === 0) return null;
  const list = (some: typeof lines): Markup =>
    markup`<ul class="warn" aria-label="Unfinished variants">
    ${some.map(({ variant, text }) => markup`<li><b>${variant}</b>: ${text}</li>`)}
  </ul>`;
  const more = lines.slice(UNFINISHED);
  if (more.length === 0) return list(lines);
  return markup`${list(lines.slice(0, UNFINISHED))}
    <details>
      <summary>${formatCount(more.length)} more did not finish</summary>
      ${list(more)}
    </details>`;
}

/** Most unfinished variants that are listed; the others are collapsed. */
const UNFINISHED = 10;

/** Words with their strong parts as markup. A long path breaks after a dot, not within a name. */
export function emphasised(words: Words): Markup[] {
  return words.map((word) =>
    typeof word === 'string'
      ? markup`${breakable(word)}`
      : markup`<b>${breakable(word.strong)}</b>`,
  );
}

function breakable(text: string): Part {
  return text.split(/(?<=\S{8}\.)(?=\S{8})/u).map((part, i) => (i === 0 ? part : [WBR, part]));
}

const WBR = markup`<wbr>`;
