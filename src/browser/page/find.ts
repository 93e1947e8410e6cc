import { all, made } from './dom.js';

/** From this many components on they can be searched. */
const MANY = 12;

/** A field that leaves only the components whose name contains a text; null where all are seen at a glance. */
export function finder(found: (text: string) => void): HTMLInputElement | null {
  if (new Set(all('[data-name]').map(({ dataset }) => dataset.name)).size < MANY) return null;
  const field = made('input', { type: 'search', placeholder: 'Find a component' });
  field.setAttribute('aria-label', 'Find a component');
  field.addEventListener('input', () => {
    leave(field.value);
    found(field.value);
  });
  return field;
}

/** Hides the rows of all components without a text in their name. */
export function leave(text: string): void {
  const wanted = text.trim().toLowerCase();
  for (const row of all('[data-name]')) {
    row.classList.toggle('off', !row.dataset.name!.toLowerCase().includes(wanted));
  }
}
