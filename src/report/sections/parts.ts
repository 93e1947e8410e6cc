import { inline, inlineAgain, type Drawing } from '../drawing/draw.js';
import { coordinate } from '../base/format.js';
import { markup, type Markup, type Part } from '../base/html-escape.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { lookOf, type View, viewOfVariant } from '../view/view.js';

/** The table of a figure, or one on its own. */
export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Part[])[];
}

/** A section with its neutral name above the finding. */
export function section(id: string, kicker: string, title: Part, body: Part): Markup {
  return markup`<section id="${id}" data-tab="${kicker}" aria-labelledby="${id}-h">
    <p class="kick">${kicker}</p>
    <h2 id="${id}-h">${title}</h2>
    ${body}
  </section>`;
}

/** What only some readers want, collapsed under a few words. */
export function folded(body: Part, words: string): Markup {
  return markup`<details class="fold">
    <summary>${words}</summary>
    ${body}
  </details>`;
}

/**
 * A section inside "Look inside": the same figure for every variant; only that of the chosen one is visible. A variant
 * without anything to show has no panel, and the section is hidden while that variant is chosen.
 */
export function insideSection(
  view: View,
  id: string,
  kicker: string,
  make: (variant: VariantResult, own: View) => { readonly title: Part; readonly body: Part } | null,
): Markup {
  const empty: string[] = [];
  const panels = view.result.variants.map((variant) => {
    const { className } = lookOf(view, variant.name);
    const made = make(variant, viewOfVariant(view, variant));
    if (made === null) {
      empty.push(`no-${className}`);
      return null;
    }
    const name =
      view.result.variants.length > 1 && markup`<span class="of"> in ${variant.name}</span>`;
    return markup`<div class="only ${className}">
      <h2>${made.title}${name}</h2>
      ${made.body}
    </div>`;
  });
  return markup`<section id="${id}" data-tab="${kicker}" aria-label="${kicker}" class="${empty.join(' ')}">
    <p class="kick">${kicker}</p>
    ${panels}
  </section>`;
}

/** Terms and what they mean. */
export function definitions(rows: readonly (readonly [string, string])[]): Markup {
  return markup`<dl class="m">
    ${rows.map(
      ([term, text]) =>
        markup`<dt>${term}</dt>
          <dd>${text}</dd>`,
    )}
  </dl>`;
}

/** A picture in two sizes; a media query shows one of them. `boxed`: what reads it out. */
export function picture(
  id: string,
  wide: Drawing,
  narrow: Drawing,
  boxed: (svg: Markup, drawing: Drawing) => Markup = (svg) => svg,
): Markup {
  return markup`<div class="wd">${boxed(inline(wide, id), wide)}</div>
    <div class="nw">${boxed(inlineAgain(narrow, id), narrow)}</div>`;
}

/** The numbers of a figure, collapsed. */
export function dataTable(table: Table, summary = 'Data'): Markup {
  return markup`<details>
    <summary>${summary}</summary>
    ${scrolled(table, table.caption)}
  </details>`;
}

/** A table that scrolls sideways in its frame. */
export function scrolled(table: Table, name: string, className = 'scroll'): Markup {
  return markup`<div class="${className}" tabindex="0" role="region" aria-label="${name}">
    ${plainTable(table)}
  </div>`;
}

/** A table of markup. */
interface MarkupTable {
  /** Its start tag. */
  readonly open: Markup;
  readonly caption: Part;
  /** The caption is only for screen readers. */
  readonly isHidden?: boolean;
  readonly head: Part;
  readonly rows: Part;
  /** What follows the rows. */
  readonly foot?: Part;
}

/** A table of markup that scrolls sideways in its frame. */
export function framed(className: string, name: string, table: MarkupTable): Markup {
  return markup`<div class="${className}" tabindex="0" role="region" aria-label="${name}">
    ${markupTable(table)}
  </div>`;
}

/** A table whose first column heads its rows. */
export function plainTable(table: Table): Markup {
  const heads = table.head.map((text, i) =>
    text === ''
      ? markup`<td ${i > 0 && CLASS_R}></td>`
      : markup`<th scope="col" ${i > 0 && CLASS_R}>${text}</th>`,
  );
  // HTML needs no end tags here, and a page has thousands of these cells.
  const rows = table.rows.map(([first, ...cells]) => [
    markup`<tr><th scope="row">${first}`,
    cells.map((cell) => [TD, cell]),
  ]);
  return markupTable({
    open: markup`<table>`,
    caption: table.caption,
    head: markup`<tr>
      ${heads}
    </tr>`,
    rows,
  });
}

function markupTable({ open, caption, isHidden, head, rows, foot }: MarkupTable): Markup {
  return markup`${open}
    <caption${isHidden === true && markup` class="sr"`}>
      ${caption}
    </caption>
    <thead>
      ${head}
    </thead>
    <tbody>
      ${rows}
    </tbody>${foot}
  </table>`;
}

/** The key of a variant: its line style and its name. */
export function variantKey(view: View, variant: VariantResult): Markup {
  return markup`<span class="key ${lookOf(view, variant.name).className}"></span>${variant.name}`;
}

/** A caption under a figure. */
export function caption(text: Part): Markup {
  return markup`<p class="cap">${text}</p>`;
}

const TD = markup`<td>`;
const CLASS_R = markup` class="r"`;

/** Legend of the four states. */
export function stateLegend(): Markup {
  return markup`<ul class="legend">
    <li>${swatchOf('ok', 2.5)}ok</li>
    <li>${swatchOf('degraded', 5)}degraded</li>
    <li>${swatchOf('failing', 9)}failing</li>
    <li>${swatchOf('down', 12)}down</li>
  </ul>`;
}

/** A bar in the colour of a state, for a legend. */
export function swatchOf(state: string, height: number): Markup {
  return markup`<svg viewBox="0 0 22 14" aria-hidden="true">
    <rect
      x="0"
      y="${coordinate(7 - height / 2)}"
      width="20"
      height="${height}"
      fill="var(--${state})"
    />
  </svg>`;
}
