import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ROOT } from './build-key.mjs';

const IMPORT = /\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g;
/** How a test names the built program, which it starts and does not import. */
const STARTS = "'dist', 'cli', 'main.js'";
const PROGRAM = join(ROOT, 'src', 'cli', 'main.ts');

/** The test files that import a file, or that import another one that does, or that start the program with it in it. */
export function testsAffectedBy(file) {
  const importers = importersOfAll();
  const seen = new Set([file]);
  for (const own of seen) for (const importer of importers.get(own) ?? []) seen.add(importer);
  return [...seen].filter((path) => path.endsWith('.test.ts'));
}

/** The files that import each file. The text is all that is read: a few thousand files take a tenth of a second. */
function importersOfAll() {
  const importers = new Map();
  for (const file of [...sourcesBelow('src'), ...sourcesBelow('test')]) {
    for (const imported of importsOf(file)) {
      const own = importers.get(imported);
      if (own === undefined) importers.set(imported, [file]);
      else own.push(file);
    }
  }
  return importers;
}

function importsOf(file) {
  const text = readFileSync(file, 'utf8');
  const paths = Array.from(text.matchAll(IMPORT), ([, path]) => resolve(dirname(file), path));
  const sources = paths.map((path) => path.replace(/\.js$/, '.ts')).filter(existsSync);
  return text.includes(STARTS) ? [...sources, PROGRAM] : sources;
}

function sourcesBelow(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(ROOT, folder, name));
}
