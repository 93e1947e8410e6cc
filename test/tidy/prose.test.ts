import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { KINDS, byFolder, prose } from '../../scripts/prose/count.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const KEPT = fileURLToPath(new URL('prose.json', import.meta.url));
const kept = JSON.parse(readFileSync(KEPT, 'utf8')) as Record<string, Record<string, number>>;

describe('constructions of translated prose', () => {
  it.each(KINDS)('become no more frequent in %s', (kind) => {
    const files = prose(ROOT, kind);
    const more = byFolder(files)
      .filter(([folder, { markers }]) => markers > (kept[kind]?.[folder] ?? 0))
      .map(([folder, { markers }]) => {
        const places = files
          .filter((file) => file.folder === folder)
          .flatMap(({ path, found }) =>
            found.map(({ line, marker, sentence }) => `${path}:${line} ${marker}: ${sentence}`),
          );
        return (
          `${folder}: ${markers}, at most ${kept[kind]?.[folder] ?? 0}. ` +
          `Rewrite the sentences that are new among:\n${places.join('\n')}`
        );
      });
    expect(more).toEqual([]);
  });
});
