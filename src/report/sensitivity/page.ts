import type { SensitivityResult } from '../../contracts/result/sensitivity.js';
import { formatShare } from '../../text/figures.js';
import { oneLineTexts } from '../../text/line.js';
import { plural } from '../../text/words.js';
import type { HtmlOptions } from '../page/html.js';
import { markup, type Markup } from '../base/html-escape.js';
import { renderPage } from '../page/page.js';
import { caption, definitions, picture, scrolled, section } from '../sections/parts.js';
import { answerMarkup } from '../sections/verdict.js';
import { styleSheet } from '../page/style.js';
import { tornadoDrawings, widestWords } from './tornado.js';
import { answerSentences, cellsOf, notesOf, shareWords } from './words.js';

/** Which guesses decide the answer, as one page: the answer, the tornado, every input, and the method. */
export function renderSensitivityHtml(read: SensitivityResult, options: HtmlOptions): string {
  const result = oneLineTexts(read) as SensitivityResult;
  const { scenario, variants, replications, seed } = result;
  const parts = [
    ['verdict', 'Answer', verdict(result)] as const,
    ...(result.inputs.length === 0
      ? []
      : [
          ['tornado', 'Tornado', tornadoSection(result)] as const,
          ['inputs', 'Inputs', inputsSection(result)] as const,
        ]),
    ['method', 'Method', method(result, options.command)] as const,
  ];
  return renderPage({
    title: `Sensitivity · ${scenario.title}`,
    heading: scenario.title,
    notices: [],
    facts: markup`${plural(variants.length, 'variant')} x ${plural(replications, 'run')} · seed ${seed} · <code>${options.command}</code>`,
    description: null,
    style: styleSheet([]),
    sections: parts.map(([id, name]) => ({ id, name })),
    main: parts.map(([, , own]) => own),
    foot: null,
    version: options.version,
  });
}

function verdict(result: SensitivityResult): Markup {
  const [first, ...others] = answerSentences(result);
  return markup`<section id="verdict" class="verdict" aria-label="Answer">
    ${answerMarkup(
      null,
      [{ name: 'What', words: [first!] }],
      others.map((text) => [text]),
    )}
  </section>`;
}

function tornadoSection(result: SensitivityResult): Markup {
  const [wide, narrow] = tornadoDrawings(result);
  const share = shareWords(result);
  return section('tornado', 'Tornado', widestWords(result) ?? 'No input moves the figure', [
    markup`<figure>${picture('tornado-p', wide, narrow)}</figure>`,
    share !== null && caption(share),
  ]);
}

function inputsSection(result: SensitivityResult): Markup {
  const { inputs, guess } = result;
  const share = formatShare(guess);
  const table = {
    caption: 'The figure at both ends of the range of each input, and where the answer turns',
    head: ['Input', 'Now', `−${share}`, `+${share}`, 'Answer turns at'],
    rows: inputs.map((input) => [
      `${input.path}${input.isMarked ? ' (guess)' : ''}`,
      ...cellsOf(input, result),
    ]),
  };
  return section(
    'inputs',
    'Inputs',
    `${plural(inputs.length, 'input')}, the one that changes most first`,
    scrolled(table, 'All inputs'),
  );
}

function method(result: SensitivityResult, command: string): Markup {
  const { scenario, engine } = result;
  return section('method', 'Method', 'How these numbers were made', [
    definitions(notesOf(result).map((text, i) => [i === 0 ? 'Figures' : '', text])),
    markup`<h3 class="gap">Reproduce</h3>
      <pre>${command}</pre>
      <p class="meta">
        Same file, same seed, same version: the same figures. Scenario ${scenario.sha256.slice(0, 16)}, faultline
        ${engine.version}.
      </p>`,
  ]);
}
