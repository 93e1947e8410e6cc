import { all } from './dom.js';

/** A click on the head of a column sorts its table. */
export function sortTables(): void {
  for (const table of all<HTMLTableElement>('table.sortable')) {
    for (const button of all('.sort', table)) {
      button.addEventListener('click', () => sortBy(table, button.closest('th')!));
    }
  }
}

/** On a phone, where a wide table would be cut, the cells of its rows get the words of their columns. */
export function makeCards(): void {
  for (const table of all<HTMLTableElement>('.scroll table')) {
    const heads = [...(table.tHead?.rows ?? [])].at(-1)?.cells ?? [];
    const names = [...heads].map((head) =>
      [...head.childNodes]
        .map(({ textContent }) => (textContent ?? '').trim())
        .filter((text) => text !== '')
        .join(' '),
    );
    if (names.length < CARDS || table.closest('.strips') !== null) continue;
    table.classList.add('cards');
    for (const { cells } of [...table.rows].filter((row) => row.parentElement !== table.tHead))
      [...cells].forEach((cell, i) => (cell.dataset.of ??= names[i] ?? ''));
  }
}

/** Tables with fewer columns fit on a phone. */
const CARDS = 2;

function sortBy(table: HTMLTableElement, head: HTMLTableCellElement): void {
  const isUp = head.getAttribute('aria-sort') !== 'ascending';
  all('th[aria-sort]', table).forEach((th) => th.removeAttribute('aria-sort'));
  head.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
  const body = table.tBodies[0]!;
  const valueOf = (row: HTMLTableRowElement): number => {
    const text = row.cells[head.cellIndex]?.dataset.v ?? '';
    return text === '' ? Infinity : Number(text);
  };
  const order = (a: HTMLTableRowElement, b: HTMLTableRowElement): number => {
    const [x, y] = [valueOf(a), valueOf(b)];
    return x === y ? 0 : (x < y ? -1 : 1) * (isUp ? 1 : -1);
  };
  body.append(...[...body.rows].sort(order));
}
