import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const { noticesOf, packagesOf } = (await import(join(ROOT, 'scripts', 'notices.mjs'))) as {
  readonly noticesOf: (folders: readonly string[]) => string;
  readonly packagesOf: (modules: readonly string[], root: string) => readonly string[];
};

/** Names of packages in the imports of a text; types leave no code. */
function packagesIn(text: string): readonly string[] {
  const imports = text.matchAll(
    /(?:^|;)\s*(?:import|export)\b(?! type )[^;'"]*?from\s*['"]([^'"]+)['"]/gm,
  );
  return [...imports]
    .map(([, from]) => from!)
    .filter((from) => !/^[./]|^node:/.test(from))
    .map((from) =>
      from
        .split('/')
        .slice(0, from.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

function filesBelow(folder: string, ending: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

describe('the notices of the package', () => {
  const notices = (): string => readFileSync(join(ROOT, 'dist', 'THIRD-PARTY-NOTICES.txt'), 'utf8');

  it('have the licence of each package that the program no longer imports', () => {
    const used = new Set(filesBelow(join(ROOT, 'src'), '.ts').flatMap(packagesIn));
    expect(used.size).toBeGreaterThan(4);
    const program = readdirSync(join(ROOT, 'dist', 'cli'))
      .filter((name) => /^(main|.*-[\w-]{8})\.js$/.test(name))
      .map((name) => readFileSync(join(ROOT, 'dist', 'cli', name), 'utf8'));
    const kept = new Set(program.flatMap(packagesIn));
    const bundled = [...used].filter((name) => !kept.has(name));
    expect(bundled).toContain('zod');
    // The runtime of the bundler is in each bundle, too.
    for (const name of [...bundled, 'rolldown']) {
      const licence = readFileSync(join(ROOT, 'node_modules', name, 'LICENSE'), 'utf8').trim();
      expect(notices(), name).toContain(`\n${name} `);
      expect(notices(), name).toContain(licence);
    }
  });

  it('name no package whose code is not in the files', () => {
    const named = [...notices().matchAll(/^(\S+) \d+\.\d+\.\d+\S* \(/gm)].map(([, name]) => name);
    expect(named).toEqual(['@dagrejs/dagre', 'rolldown', 'seedrandom', 'yaml', 'zod']);
    // It has its licence in its README.
    expect(notices()).toContain('Copyright 2019 David Bau.\n\nPermission is hereby granted');
  });
});

describe('a bundled package', () => {
  const root = mkdtempSync(join(tmpdir(), 'faultline-notices-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const put = (name: string, files: readonly string[]): void => {
    const folder = join(root, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', license: 'MIT' }),
    );
    for (const file of files) writeFileSync(join(folder, file), `${file} of ${name}`);
  };
  const idOf = (name: string): string => join(root, 'node_modules', name, 'lib', 'index.js');

  it('is found by its modules, also within another one, and keeps its notice', () => {
    put('@scope/one', ['LICENSE-MIT', 'NOTICE']);
    put('two', ['licence.txt']);
    put('two/node_modules/three', ['COPYING']);
    const ids = ['@scope/one', 'two', 'two/node_modules/three'].map(idOf);
    const folders = packagesOf([...ids, ids[0]!, join(root, 'src', 'a.ts')], root);
    expect(folders).toHaveLength(3);
    const text = noticesOf(folders);
    for (const part of [
      '@scope/one 1.0.0 (MIT)',
      'LICENSE-MIT of',
      'NOTICE of',
      'licence.txt of',
      'COPYING of',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('without a licence file ends the build', () => {
    put('bare', ['README.md']);
    expect(() => noticesOf(packagesOf([idOf('bare')], root))).toThrow(
      'bare is bundled and has no licence: leave it out of the bundles',
    );
  });
});
