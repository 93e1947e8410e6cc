import type { BrokenSaga } from '../../contracts/result/meters.js';
import { formatInstant, formatSeconds } from '../../text/figures.js';
import { markup, type Markup } from '../base/html-escape.js';
import { meteredOf } from '../families/unseen.js';
import type { View } from '../view/view.js';

/** A table of the steps of one saga for each broken rule, with the effects that remain at the end. */
export function brokenSagas(view: View, subjects: readonly string[]): Markup | null {
  const { variants } = view.result;
  const examples = subjects.flatMap((subject) =>
    variants.flatMap((variant) => {
      const broken = meteredOf(variant, subject)?.broken ?? [];
      const where = variants.length > 1 ? ` in ${variant.name}` : '';
      return broken.map((one) => example(`${subject}${where}`, one));
    }),
  );
  if (examples.length === 0) return null;
  return markup`<h3 class="gap">Sagas whose effects do not belong together, one of each kind</h3>
    <div class="broken">${examples}</div>`;
}

function example(of: string, one: BrokenSaga): Markup {
  const { rule, replication, start, end, effects } = one;
  const rows = Object.entries(effects).map(([step, [done, undone]]) => {
    const tone = toneOf(done, done - undone);
    return markup`<tr class="${tone}">
      <th scope="row">${step}</th>
      <td>${times(done)}</td>
      <td>${times(undone)}</td>
      <td>${WORDS[tone]}</td>
    </tr>`;
  });
  const broken = rule === null ? 'some effects remain, some do not' : `against the rule “${rule}”`;
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="A saga of ${of}">
    <table>
      <caption>
        <b>${of}</b>, ${broken}. Begun at ${formatInstant(start)} of replication
        ${replication + 1}, ended ${formatSeconds(end - start)} later.
      </caption>
      <thead><tr><th scope="col">Step</th><th scope="col" class="r">Done</th><th scope="col" class="r">Undone</th><th scope="col" class="r">In the end</th></tr></thead>
      <tbody>${rows}</tbody>
    </table>
  </div>`;
}

function toneOf(done: number, left: number): keyof typeof WORDS {
  if (left !== 0) return left > 0 ? 'remains' : 'over';
  return done === 0 ? 'never' : 'undone';
}

const WORDS = {
  never: 'never happened',
  undone: 'undone',
  remains: 'remains',
  over: 'undone too often',
} as const;

function times(count: number): string {
  return count === 0 ? '–' : count === 1 ? 'once' : `${count} times`;
}
