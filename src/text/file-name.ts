import { sha256 } from './sha256.js';

/** A name for a file from any text: a slug of at most 40 characters, and 8 digits of its hash. */
export function safeName(text: string): string {
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return `${slug === '' ? 'x' : slug}-${sha256(text).slice(0, 8)}`;
}
