import { sha256 } from './sha256.js';

/** A name for a file from any text: a slug of at most 40 characters, and 8 digits of its hash. */
export function safeName(text: string): string {
  return `${slugOf(text) || 'x'}-${sha256(text).slice(0, 8)}`;
}

/** The letters and digits of a text in lower case, at most 40 with a dash for all between them; '' if it has none. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
}
