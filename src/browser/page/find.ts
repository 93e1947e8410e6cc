import { all, made } from './dom.js';

/** From this many components on they can be searched. */
const MANY = 12;

/** A component on the page: a row of pictures, or of the table of all. */
interface Named {
  readonly row: HTMLElement;
  readonly name: string;
}

/** A field that leaves only the components whose name contains a text; null where all are seen at a glance. */
export function finder(found: () => void): HTMLInputElement | null {
  if (new Set(named().map(({ name }) => name)).size < MANY) return null;
  const field = made('input', { type: 'search', placeholder: 'Find a component' });
  field.setAttribute('aria-label', 'Find a component');
  field.addEventListener('input', () => {
    leave(field.value);
    found();
  });
  return field;
}

/** Hides the rows of all components without a text in their name, and opens the table that has the others. */
export function leave(text: string): void {
  const wanted = text.trim().toLowerCase();
  for (const { row, name } of named()) {
    row.classList.toggle('off', !name.toLowerCase().includes(wanted));
    const table = row.closest('details');
    if (table !== null) table.open = wanted !== '';
  }
}

function named(): Named[] {
  const rows = all('[data-name]').map((row) => ({ row, name: row.dataset.name! }));
  const listed = all('#services details tbody tr').map((row) => ({
    row,
    name: row.querySelector('th')?.textContent ?? '',
  }));
  return [...rows, ...listed];
}
