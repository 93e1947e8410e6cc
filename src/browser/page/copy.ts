import { csvOf, markdownOf } from '../table-texts.js';
import { all, made } from './dom.js';

/** Adds buttons that copy settings as YAML and tables as CSV and Markdown, and that save pictures as PNG. */
export function addCopies(): void {
  for (const block of all('pre[data-copy]')) {
    const text = (): string => block.dataset.copy || block.textContent;
    block.before(bar([block.dataset.copy ? 'Copy as a variant' : 'Copy', text]));
  }
  for (const table of all<HTMLTableElement>('main details table, #evidence table')) {
    const frame = table.closest<HTMLElement>('.scroll') ?? table;
    frame.after(
      bar(
        ['Copy as CSV', () => csvOf(rowsOf(table))],
        ['as Markdown', () => markdownOf(rowsOf(table))],
      ),
    );
  }
  for (const figure of all('figure')) {
    const svg = all<HTMLElement>('svg:not(.st)', figure).find((one) => one.clientWidth > 0);
    if (svg !== undefined) figure.append(bar(['Save as PNG', null, () => save(svg)]));
  }
}

/** Buttons: words, and the text that they copy or what they do. */
function bar(
  ...actions: readonly (readonly [string, (() => string) | null, (() => void)?])[]
): HTMLElement {
  const own = made('div', { className: 'copy' });
  for (const [words, text, act] of actions) {
    const button = made('button', { type: 'button', textContent: words });
    // Tables are many: the keyboard reaches the first button of each kind only by the table itself.
    button.tabIndex = actions.length > 1 || act !== undefined ? -1 : 0;
    button.addEventListener('click', () => {
      act?.();
      if (text !== null)
        void navigator.clipboard.writeText(text()).then(() => (button.textContent = 'Copied'));
    });
    for (const left of ['pointerleave', 'blur'])
      button.addEventListener(left, () => (button.textContent = words));
    own.append(button);
  }
  return own;
}

function rowsOf(table: HTMLTableElement): string[][] {
  return [...table.rows].map((row) =>
    [...row.cells].map((cell) => cell.innerText.replace(/\s+/g, ' ').trim()),
  );
}

/** Pixels of a picture for each of its units. */
const SHARP = 2;

/** Saves a picture with the colours that it has on the page. */
function save(svg: Element): void {
  const [, , width, height] = svg.getAttribute('viewBox')!.split(' ').map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const style = getComputedStyle(document.documentElement);
  const copy = svg.cloneNode(true) as Element;
  copy.setAttribute('width', String(width * SHARP));
  copy.setAttribute('height', String(height * SHARP));
  copy.setAttribute('style', `font-family:${style.getPropertyValue('--sans')}`);
  const text = new XMLSerializer()
    .serializeToString(copy)
    .replace(/var\((--[\w-]+)\)/g, (_, name: string) => style.getPropertyValue(name).trim());
  const image = new Image();
  image.addEventListener('load', () => {
    const canvas = made('canvas', { width: width * SHARP, height: height * SHARP });
    const context = canvas.getContext('2d')!;
    context.fillStyle = style.getPropertyValue('--bg');
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0);
    made('a', { href: canvas.toDataURL('image/png'), download: 'faultline.png' }).click();
  });
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}
