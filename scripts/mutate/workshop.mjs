// A copy of the build and of the tests, in which the mutants are planted.
import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../build-key.mjs';
import { buildModules } from '../build.mjs';
import { instrument, transpile } from './instrument.mjs';

/** Below the checkout, so that packages are found from there. One per process, because runs may be parallel. */
const WORKSHOP = join(ROOT, '.cache', `mutate-${process.pid}`);
const SUITE = join(ROOT, 'scripts', 'mutate', 'suite.mjs');
/** Tests get the library from the same modules, not from the bundle beside them. */
const BUILT = `
import * as all from '../../src/index.js';
export const library = all;
export const { runHere, runPlan, GuardStop } = all;
`;

/** Files below a folder of the checkout, in the order of their names. */
export function filesBelow(folder) {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}

export const textOf = (file) => readFileSync(join(ROOT, file), 'utf8');

/** Path of a test file of the checkout after its translation to JavaScript. */
export const placeOf = (file) => join(WORKSHOP, file.replace(/\.ts$/, '.js'));

const clear = () => rmSync(WORKSHOP, { recursive: true, force: true });

/** Creates the workshop again; every mutant has an `id`. */
export async function prepare(mutants) {
  clear();
  process.once('exit', clear);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  await buildModules(join(WORKSHOP, 'src'));
  for (const file of new Set(mutants.map((mutant) => mutant.file))) {
    const own = mutants.filter((mutant) => mutant.file === file);
    writeFileSync(placeOf(file), instrument(textOf(file), own));
  }
  for (const file of filesBelow('test')) {
    if (file.endsWith('.d.ts')) continue;
    const place = placeOf(file);
    mkdirSync(dirname(place), { recursive: true });
    if (file.endsWith('.ts')) writeFileSync(place, transpile(textOf(file)));
    else cpSync(join(ROOT, file), place);
  }
  writeFileSync(placeOf('test/support/built.ts'), BUILT);
  for (const name of ['scenarios', 'docs', 'schema', 'package.json']) {
    symlinkSync(join(ROOT, name), join(WORKSHOP, name));
  }
  const stand = join(WORKSHOP, 'node_modules', 'vitest');
  mkdirSync(stand, { recursive: true });
  writeFileSync(join(stand, 'package.json'), '{ "type": "module", "main": "index.js" }');
  writeFileSync(
    join(stand, 'index.js'),
    `export * from ${JSON.stringify(pathToFileURL(SUITE).href)};`,
  );
}
