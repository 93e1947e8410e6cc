import { markup, raw, render, type Markup, type Part } from '../base/html-escape.js';
import { SCRIPT, SCRIPT_HASH } from '../../browser/built.js';
import type { PageData } from '../../browser/readings.js';

/** A section in the table of contents of a page. */
export interface PageSection {
  readonly id: string;
  readonly name: string;
}

/** The contents of a page. Every report uses the same document around it. */
export interface Page {
  /** Title of the window, without the name of the program. */
  readonly title: string;
  readonly heading: string;
  /** One line of figures below the heading. */
  readonly facts: Part;
  /** What the author says about it; a long one is folded. */
  readonly description: string | null;
  /** Above the introduction: notices that a reader must not miss. */
  readonly notices: readonly string[];
  readonly style: string;
  readonly sections: readonly PageSection[];
  readonly main: Part;
  /** What the script reads out; absent for a page without a clock. */
  readonly data?: PageData;
  /** After the version at the foot of the page. */
  readonly foot: Part;
  /** Version of the program that writes the page. */
  readonly version: string;
}

/** One self-contained document: no network requests, readable without its script. */
export function renderPage(page: Page): string {
  return render(
    markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy()}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="faultline ${page.version}" />
        <title>${page.title} · faultline</title>
        <style>${raw(page.style)}</style>
      </head>
      <body>
        ${raw(unbroken(render(bodyOf(page))))}
        ${page.data !== undefined && markup`<script type="application/json" id="readings">${raw(jsonOf(page.data))}</script>`}
        <script>${raw(SCRIPT)}</script>
      </body>
    </html> `,
  );
}

/** JSON that no element can end. */
function jsonOf(data: PageData): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

function bodyOf(page: Page): Markup {
  const notices = page.notices.map(
    (text) => markup`<p class="notice"><strong>${text}</strong></p>`,
  );
  return markup`<a class="skip" href="#verdict">Skip to the verdict</a>
    <div class="page">
      ${contents(page.sections)}
      <header>
        <h1>${page.heading}</h1>
        ${notices}
        <p class="meta">${page.facts}</p>
        ${description(page.description)}
      </header>
      <main>
        ${page.main}
      </main>
      <footer>
        <p>
          faultline ${page.version}. One file, no request to anywhere.${page.foot}
        </p>
      </footer>
    </div>`;
}

/** A description in two lines; the rest of a long one is folded. */
function description(text: string | null): Part {
  const words = text?.trim().replace(/\s+/g, ' ') ?? '';
  if (words === '') return null;
  if (words.length <= SHORT) return markup`<p class="meta">${words}</p>`;
  const end = words.lastIndexOf(' ', SHORT);
  return markup`<details class="meta">
    <summary>${words.slice(0, end)} …</summary>
    ${words.slice(end + 1)}
  </details>`;
}

/** Letters of a description that is not folded. */
const SHORT = 210;

/** Keeps a number and its unit on one line, in all text but that of `<pre>`. */
function unbroken(body: string): string {
  return body.replace(/<pre[^]*?<\/pre>|>[^<]*[\d∞±] [^<]+/g, (part) =>
    part.startsWith('>') ? part.replace(BEFORE_UNIT, '\u202f') : part,
  );
}

const BEFORE_UNIT =
  /(?<=[\d∞]) (?=(?:ns|µs|ms|s|min|h|%|pt|B|KiB|MiB|GiB|TiB)(?![\p{L}\d]))|(?<=±) (?=\d)/gu;

function contents(sections: readonly PageSection[]): Markup | null {
  if (sections.length === 0) return null;
  const items = sections.map(({ id, name }) => markup`<li><a href="#${id}">${name}</a></li>`);
  return markup`<nav class="toc" aria-label="Contents">
    <ol>
      ${items}
    </ol>
  </nav>`;
}

function policy(): string {
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${SCRIPT_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`;
}
