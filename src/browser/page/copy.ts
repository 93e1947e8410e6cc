import { csvOf, markdownOf } from '../table-texts.js';
import { all, made } from './dom.js';

/** Adds buttons that copy settings as YAML, and tables as CSV and Markdown. */
export function addCopies(): void {
  for (const block of all('pre[data-copy]')) {
    const text = (): string => block.dataset.copy || block.textContent;
    block.before(bar(['Copy', text]));
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
}

function bar(...actions: readonly (readonly [string, () => string])[]): HTMLElement {
  const own = made('div', { className: 'copy' });
  for (const [words, text] of actions) {
    const button = made('button', { type: 'button', textContent: words });
    // Tables are many: the keyboard reaches the first button of each kind only by the table itself.
    button.tabIndex = actions.length > 1 ? -1 : 0;
    button.addEventListener('click', () => {
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
