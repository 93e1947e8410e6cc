// `npm run prose`: counts constructions of translated prose in comments, messages, documents and scenarios.
// `npm run prose -- src/lint` lists their places below a path; `-- --keep` lowers the counts in test/tidy/prose.json,
// which the tests do not allow to rise.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KINDS, byFolder, prose } from './prose/count.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const KEPT = join(ROOT, 'test', 'tidy', 'prose.json');
const asked = process.argv.slice(2);

if (asked.length > 0 && asked[0] !== '--keep') list(asked[0]);
else report();
if (asked[0] === '--keep') keep();

function list(below) {
  for (const kind of KINDS)
    for (const { path, found } of prose(ROOT, kind))
      if (path === below || path.startsWith(`${below.replace(/\/$/, '')}/`))
        for (const { line, marker, sentence } of found)
          console.log(
            `${path}:${line} ${kind}, ${marker}: ${sentence.trim().replace(/\s+/g, ' ').slice(0, 240)}`,
          );
}

function report() {
  for (const kind of KINDS) {
    const folders = byFolder(prose(ROOT, kind));
    const words = folders.reduce((sum, [, of]) => sum + of.words, 0);
    const markers = folders.reduce((sum, [, of]) => sum + of.markers, 0);
    console.log(`${kind}: ${markers} in ${words} words, ${rate(markers, words)} per 1,000`);
    for (const [folder, of] of folders)
      console.log(
        `  ${folder.padEnd(24)} ${String(of.markers).padStart(5)} ${rate(of.markers, of.words).padStart(6)}`,
      );
  }
}

function keep() {
  const before = JSON.parse(readFileSync(KEPT, 'utf8'));
  const after = {};
  for (const kind of KINDS) {
    after[kind] = {};
    for (const [folder, { markers }] of byFolder(prose(ROOT, kind))) {
      const most = before[kind]?.[folder] ?? markers;
      if (markers > 0) after[kind][folder] = Math.min(most, markers);
    }
  }
  writeFileSync(KEPT, `${JSON.stringify(after, null, 2)}\n`);
}

function rate(markers, words) {
  return words === 0 ? '0.0' : ((markers * 1000) / words).toFixed(1);
}
