import { inline, type Drawing } from '../draw.js';
import { markup, type Markup, type Part } from '../html-escape.js';
import type { VariantResult } from '../../spec/result/result.js';
import { lookOf, type View, viewOfVariant } from '../view.js';

/** The table of a figure, or one on its own. */
export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Part[])[];
}

/** A section with its neutral name above the finding. */
export function section(id: string, kicker: string, title: Part, body: Part): Markup {
  return markup`<section id="${id}" aria-labelledby="${id}-h">
    <p class="kick">${kicker}</p>
    <h2 id="${id}-h">${title}</h2>
    ${body}
  </section>`;
}

/** A section inside "Look inside": the same figure for every variant; only that of the chosen one is visible. */
export function insideSection(
  view: View,
  id: string,
  kicker: string,
  make: (variant: VariantResult, own: View) => { readonly title: Part; readonly body: Part },
): Markup {
  const panels = view.result.variants.map((variant) => {
    const { className } = lookOf(view, variant.name);
    const { title, body } = make(variant, viewOfVariant(view, variant));
    const name =
      view.result.variants.length > 1 && markup`<span class="of"> in ${variant.name}</span>`;
    return markup`<div class="only ${className}">
      <h2>${title}${name}</h2>
      ${body}
    </div>`;
  });
  return markup`<section id="${id}" aria-label="${kicker}">
    <p class="kick">${kicker}</p>
    ${panels}
  </section>`;
}

/** A picture in two sizes; a media query shows one of them. */
export function picture(id: string, wide: Drawing, narrow: Drawing | null): Markup {
  if (narrow === null) return inline(wide, id);
  return markup`<div class="wd">${inline(wide, id)}</div>
    <div class="nw">${inline(narrow, `${id}-n`)}</div>`;
}

/** The numbers of a figure, collapsed. */
export function dataTable(table: Table, summary = 'Data'): Markup {
  return markup`<details>
    <summary>${summary}</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="${table.caption}">
      ${plainTable(table)}
    </div>
  </details>`;
}

/** A table whose first column heads its rows. */
export function plainTable(table: Table): Markup {
  const heads = table.head.map(
    (text, i) => markup`<th scope="col" ${i > 0 && CLASS_R}>${text}</th>`,
  );
  const rows = table.rows.map(
    ([first, ...cells]) =>
      markup`<tr>
        <th scope="row">${first}</th>
        ${cells.map((cell) => markup`<td>${cell}</td>`)}
      </tr>`,
  );
  return markup`<table>
    <caption>
      ${table.caption}
    </caption>
    <thead>
      <tr>
        ${heads}
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
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

const CLASS_R = markup` class="r"`;
