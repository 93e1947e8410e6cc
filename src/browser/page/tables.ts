import { all } from './dom.js';

/** A click on the head of a column sorts its table. */
export function sortTables(): void {
  for (const table of all<HTMLTableElement>('table.sortable')) {
    for (const button of all('.sort', table)) {
      button.addEventListener('click', () => sortBy(table, button.closest('th')!));
    }
  }
}

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
