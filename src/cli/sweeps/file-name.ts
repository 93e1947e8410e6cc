import { sha256 } from '../../text/sha256.js';

/**
 * The name of the files of a sweep on the command line, `set-people-arrivals-rate-20-s-to-40-s-1f2e3d4c`: its paths and values, and 8 digits of the
 * hash of all `words` of the command that affect the result. Other words give other files.
 */
export function adHocFileName(set: readonly string[], words: readonly string[]): string {
  const digest = sha256(JSON.stringify(words)).slice(0, 8);
  const slug = set
    .map((text) => slugOf(text.replace(/^\s*[^=.]*\.(?=[^=]*\.)/, '').replaceAll('..', ' to ')))
    .join('-')
    .slice(0, SLUG_MAX)
    .replace(/-+$/, '');
  return ['set', slug, digest].filter((word) => word !== '').join('-');
}

/** Most characters of a file name that come from paths and values. */
const SLUG_MAX = 60;

function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
