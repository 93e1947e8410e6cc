// What a build was made of: whether `dist` is what the sources would be built to now.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const PROGRAM = join('dist', 'cli', 'main.js');
export const BUILD_STAMP = join('.cache', 'build-key');
/** How they bundle shows in what is built. */
const BUILDERS = ['bootstrap.mjs', 'no-schemas.mjs', 'threads.config.mjs'];

/** True where `dist` was built from the bytes that the sources have now. */
export function isBuilt() {
  return stampIs(BUILD_STAMP, buildKey()) && existsSync(join(ROOT, PROGRAM));
}

/** Changes with the sources, the way they are built and the dependencies. */
export function buildKey() {
  const builders = BUILDERS.map((name) => join('scripts', name));
  const sources = ['tsconfig.json', 'package.json', ...builders, ...filesBelow('src')];
  return `${digest(sources)} ${dependencyKey()}`;
}

/** Changes with the lock file and with the Node.js that modules were installed for. */
export function dependencyKey() {
  const { versions, platform, arch } = process;
  return `${digest(['package-lock.json'])} ${versions.modules} ${platform} ${arch}`;
}

/** True where a file holds this key. */
export function stampIs(path, key) {
  const stamp = join(ROOT, path);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === key;
}

function digest(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const bytes = readFileSync(join(ROOT, path));
    hash.update(path.replaceAll('\\', '/')).update('\0').update(bytes).update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(directory) {
  return readdirSync(join(ROOT, directory), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}
