// The declarations of the library's types that its entries reach. A compiler writes those of all modules, and a package
// needs a fifth of them, without the private members of classes.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const IMPORTED = /(?:from |import\()["'](\.[^"']+)\.js["']/g;
/** A private member, which a declaration names without its type, and its comment. */
const PRIVATE = /^ *(?:\/\*\*(?:[^*]|\*(?!\/))*\*\/\n *)?private [^\n]*;\n/gm;

/** Removes all declarations in a folder that no entry imports, directly or through others. */
export function keepReachable(folder, entries) {
  const reached = new Set();
  const open = entries.map((entry) => join(folder, entry));
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    const text = readFileSync(file, 'utf8').replace(PRIVATE, '');
    writeFileSync(file, text);
    for (const [, from] of text.matchAll(IMPORTED)) open.push(join(dirname(file), `${from}.d.ts`));
  }
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = join(folder, name);
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
  }
}
