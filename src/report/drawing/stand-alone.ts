import type { Drawing } from './draw.js';
import { coordinate } from '../base/format.js';
import { markup, raw, render } from '../base/html-escape.js';
import { DARK, LIGHT, TOKENS, type Token } from './theme.js';

/**
 * A drawing as a separate SVG document. Its colours are literal light ones, since few viewers support custom
 * properties. A style sheet replaces them if the reader prefers dark pages.
 */
export function standAlone(drawing: Drawing): string {
  const body = literal(render(drawing.body));
  const width = coordinate(drawing.width + 2 * MARGIN);
  const height = coordinate(drawing.height + 2 * MARGIN);
  const open = markup`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}"
    width="${width}"
    height="${height}"
    role="img"
    aria-labelledby="t d"
    font-family="Inter, system-ui, sans-serif"
    font-size="12"
    fill="${LIGHT.ink3}"
  >
    <title id="t">${drawing.title}</title>
    <desc id="d">${drawing.description}</desc>
    <style>
      ${raw(swaps(body))}
    </style>
    <rect x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}" fill="${LIGHT.bg}" />
    ${raw(body)}
  </svg> `;
  return render(open);
}

/** Replaces custom properties in attributes by literal light colours. Text cannot match: its quotes are entities. */
export function literal(markup: string): string {
  return markup.replace(
    /="var\(--([a-z0-9-]+)\)"/g,
    (_, token: string) => `="${LIGHT[token as Token]}"`,
  );
}

const MARGIN = 14;

/**
 * Dark rules for the colours that a picture uses. If two tokens share a light colour, the first one counts for both.
 */
function swaps(body: string): string {
  const used = new Set(body.match(/(?:fill|stroke)="#\w+"/g));
  const done = new Set<string>();
  const rules: string[] = [
    `[fill="${LIGHT.bg}"]{fill:${DARK.bg}}`,
    `[fill="${LIGHT.ink3}"]{fill:${DARK.ink3}}`,
  ];
  for (const token of TOKENS) {
    const light = LIGHT[token];
    if (done.has(light)) continue;
    done.add(light);
    for (const name of ['fill', 'stroke']) {
      if (used.has(`${name}="${light}"`))
        rules.push(`[${name}="${light}"]{${name}:${DARK[token]}}`);
    }
  }
  return `svg.st path{vector-effect:non-scaling-stroke}@media(prefers-color-scheme:dark){${[...new Set(rules)].join('')}}`;
}
