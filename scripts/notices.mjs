// The notices of the packages whose code is in the files of the program: `dist/THIRD-PARTY-NOTICES.txt`. The bundler
// removes comments, so no notice remains in the code itself.
import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

export const NOTICES = 'THIRD-PARTY-NOTICES.txt';
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;
/** Modules that the bundler adds itself, such as its runtime. */
const OF_BUNDLER = /^\0(rolldown|@?oxc)/;

/** Folders of the packages that modules belong to. `modules`: ids of the bundler by which it knows its sources. */
export function packagesOf(modules, root) {
  const folders = new Set();
  for (const id of modules) {
    if (OF_BUNDLER.test(id)) folders.add(join(root, 'node_modules', 'rolldown'));
    const path = id.split('?')[0];
    const parts = path.split(sep);
    const at = parts.lastIndexOf('node_modules');
    if (at < 0) continue;
    const end = parts[at + 1].startsWith('@') ? at + 3 : at + 2;
    folders.add(parts.slice(0, end).join(sep));
  }
  return [...folders].sort();
}

/** The licence at the end of the README of a package, where some have it; empty without one. */
function sectionsOf(folder) {
  const name = readdirSync(folder).find((file) => /^readme(\.md)?$/i.test(file));
  const text = name === undefined ? '' : readFileSync(join(folder, name), 'utf8');
  const [section] = /^(#+ *)?licen[cs]e\b[^\n]*\n[\s\S]*$/im.exec(text) ?? [''];
  return /permission|licen[cs]ed under/i.test(section) ? [section.trim()] : [];
}

/** The text of the notices. Throws if a package has none, because its code may not be passed on then. */
export function noticesOf(folders) {
  const parts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json')));
    const files = readdirSync(folder).filter((file) => LICENCE_FILE.test(file));
    const own = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
    const texts = own.length > 0 ? own : sectionsOf(folder);
    if (texts.length === 0) {
      throw new Error(`${name} is bundled and has no licence: leave it out of the bundles`);
    }
    return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
  });
  const head = 'faultline contains code of the following packages.\n';
  return [head, ...parts].join(`\n${'-'.repeat(80)}\n\n`);
}
