import { execFile, execFileSync } from 'node:child_process';
import type { ExecFileException } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { serveInstalled } from '../support/npm-registry.js';
import type { Registry } from '../support/npm-registry.js';

const ROOT = resolve(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const CI = readFileSync(join(ROOT, 'docs/ci.md'), 'utf8');
/** Commands that the README shows for another repository. */
const SHOWN = blockOf(README, 'npm pack');
const MB = 1e6;
/**
 * A build that packs its sources twice, or a picture, shows here. 4.33 MB with the searches of the library, which the command
 * line has too (46 kB), the shapes of results in its declarations, and importers of five proxies.
 */
const LARGEST_MB = 4.34;
/** Every file of the package is one of these. */
const PACKED = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^dist\/cli\/(main|command-thread|trace-worker|[\w-]+-[\w-]{8})\.js$/,
  /^dist\/(library\/(index|node)|run\/worker)\.js$/,
  /^dist\/run\/warm-up\.plan$/,
  /^ci\/(comment\.mjs|gitlab\.yml)$/,
  /^dist\/THIRD-PARTY-NOTICES\.txt$/,
  /^dist\/(index|node|(kernel|stats|text|contracts|language|model|patterns|scenario|plan|run|lint|analysis|report|api)\/.+)\.d\.ts$/,
  /^schema\/(scenario|result)\.schema\.json$/,
  /^scenarios\/.+\.(yaml|json|csv)$/,
  /^docs\/[\w-]+\.md$/,
];

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder = '';
let registry: Registry;
let packed: Packed;
let installed: Ended;
const at = (...names: string[]): string => join(folder, ...names);

// Runs the README's commands for another repository in an empty folder. The npm registry is a local server with the
// packages of this checkout: no network, no cache, no manual installation.
beforeAll(async () => {
  const bootstrap = join(ROOT, 'scripts', 'bootstrap.mjs');
  execFileSync(process.execPath, [bootstrap, '--declarations'], { stdio: 'pipe' });
  folder = mkdtempSync(join(tmpdir(), 'faultline-other-'));
  registry = await serveInstalled(ROOT);
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await npm(pack, ROOT);
  const list = JSON.parse(stdout) as readonly Packed[] | Readonly<Record<string, Packed>>;
  packed = Object.values(list)[0]!;
  // Without its own file npm would install into a parent folder that has a node_modules.
  writeFileSync(at('package.json'), '{ "private": true }\n');
  mkdirSync(at('vendor'));
  copyFileSync(at(packed.filename), at('vendor', packed.filename));
  installed = await shell(SHOWN.find((line) => line.startsWith('npm install '))!);
});
afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('faultline in another repository', () => {
  it('is packed with what it needs and nothing else', () => {
    const paths = packed.files.map(({ path }) => path.replaceAll('\\', '/'));
    const strangers = paths.filter((path) => !PACKED.some((allowed) => allowed.test(path)));
    expect(strangers).toEqual([]);
    for (const [, link] of README.matchAll(/\]\(([^):#]+)\)/g)) {
      if (/\.png$/.test(link!)) continue;
      expect(paths.some((path) => path === link || path.startsWith(link!))).toBe(true);
    }
  });

  it('is as small as README says', () => {
    const size = packed.size / MB;
    expect(size).toBeLessThan(LARGEST_MB);
    expect(README).toContain(`${size.toFixed(1)} MB`);
  });

  it('has every type that another one of it imports, from the entry on, and no other', () => {
    const paths = new Set(packed.files.map(({ path }) => path.replaceAll('\\', '/')));
    const missing: string[] = [];
    const open = ['dist/index.d.ts', 'dist/node.d.ts'];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      if (!paths.delete(file)) continue;
      const text = readFileSync(join(ROOT, file), 'utf8');
      for (const [, from] of text.matchAll(/(?:from |import\()["'](\.[^"']+)\.js["']/g)) {
        const next = posix.join(posix.dirname(file), `${from!}.d.ts`);
        if (packed.files.some(({ path }) => path === next)) open.push(next);
        else missing.push(`${file} -> ${next}`);
      }
    }
    expect(missing).toEqual([]);
    expect([...paths].filter((path) => path.endsWith('.d.ts'))).toEqual([]);
  });

  it('is installed by npm', () => {
    expect(installed.stderr).toBe('');
    expect(installed.code).toBe(0);
    expect(existsSync(at('node_modules/.bin/faultline'))).toBe(true);
  });

  it('runs the scenario of README, and writes a report', async () => {
    const text = [...README.matchAll(/^```yaml\n([\s\S]*?)^```/gm)][0]![1]!;
    writeFileSync(at('checkout.yaml'), text);
    const { code, stdout } = await shell(SHOWN.find((line) => line.includes(' faultline run '))!);
    expect(stdout).toContain('users.success');
    expect(code).toBe(0);
    expect(readFileSync(at('reports/checkout.html'), 'utf8')).toContain('My first failure');
    const check = await shell(SHOWN.find((line) => line.includes(' faultline check '))!);
    expect(check.stdout).toContain('FAIL  users.success');
    expect(check.code).toBe(1);
  });

  it.each(stepsOf(CI))('docs/ci.md: `%s` is a step that runs', async (step) => {
    mkdirSync(at('resilience'), { recursive: true });
    copyFileSync(at('checkout.yaml'), at('resilience/checkout.yaml'));
    const { code, stderr } = await shell(step, { GITHUB_STEP_SUMMARY: at('summary.md') });
    expect(code, stderr).toBe(step.includes(' check ') ? 1 : 0);
    if (step.includes('--markdown')) expect(existsSync(at('summary.md'))).toBe(true);
    if (step.includes('--junit')) expect(existsSync(at('budgets.xml'))).toBe(true);
  });

  it('hands out its schema and its library', async () => {
    writeFileSync(
      at('use.mjs'),
      `import { loadScenario, metric, simulate } from 'faultline';
       import { scenarioFile, threads } from 'faultline/node';
       import result from 'faultline/result-schema.json' with { type: 'json' };
       import schema from 'faultline/schema.json' with { type: 'json' };
       import { readFileSync } from 'node:fs';
       const text = readFileSync('checkout.yaml', 'utf8');
       const { file } = loadScenario('checkout.yaml', () => ({ text }));
       console.log(file.variants.length, typeof schema.properties.services, result.title);
       const source = scenarioFile('checkout.yaml');
       const here = await simulate(source);
       const there = await simulate(source, { execute: threads({ workers: 2 }) });
       console.log(here.digest === there.digest, metric(there, 'users.success').unit);`,
    );
    const { stdout, stderr } = await shell('node use.mjs');
    expect(stdout, stderr).toBe('1 object faultline result document\ntrue share\n');
  });

  it('has types that its users compile against', async () => {
    writeFileSync(
      at('use.ts'),
      `import { loadScenario, type Scenario } from 'faultline';
       const { file } = loadScenario('a.yaml', () => ({ text: '' }));
       export const first: Scenario | undefined = file?.variants[0]?.scenario;
       // @ts-expect-error A scenario has no such field.
       export const wrong = first?.nothing;`,
    );
    const flags = '--noEmit --strict --skipLibCheck --target es2022 --module nodenext --types node';
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const types = join(ROOT, 'node_modules/@types');
    const { stdout } = await shell(`node ${compiler} ${flags} --typeRoots ${types} use.ts`);
    expect(stdout).toBe('');
  });
});

/** The lines of the first block of shell commands with this word, without their comments. */
function blockOf(page: string, word: string): string[] {
  const blocks = [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, text]) => text!);
  const lines = blocks.find((text) => text.includes(word))?.split('\n') ?? [];
  return lines.map((line) => line.replace(/\s+#.*$/, '').trim());
}

/** The commands of the pipelines of a page, in their order. */
function stepsOf(page: string): string[] {
  const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text]) => text!);
  const pipelines = blocks.filter((text) => /- uses:|image:/.test(text));
  const commands = pipelines.flatMap((text) => commandsIn(parse(text)));
  expect(commands.length).toBeGreaterThan(3);
  return [...new Set(commands)];
}

function commandsIn(node: unknown, key = ''): string[] {
  if (typeof node === 'string') return key === 'run' || key === 'script' ? [node] : [];
  if (Array.isArray(node)) return node.flatMap((item) => commandsIn(item, key));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => commandsIn(value, name));
}

function npm(args: readonly string[], cwd = folder): Promise<Ended> {
  return ended('npm', args, cwd, {});
}

function shell(command: string, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return ended('sh', ['-c', command], folder, env);
}

/** Runs in a separate process while this server stays up, without the npm settings of the npm that runs the tests. */
function ended(
  program: string,
  args: readonly string[],
  cwd: string,
  own: NodeJS.ProcessEnv,
): Promise<Ended> {
  const outer = Object.entries(process.env).filter(([name]) => !/^npm_|_proxy$/i.test(name));
  const env = {
    ...Object.fromEntries(outer),
    NO_COLOR: '1',
    FORCE_COLOR: undefined,
    npm_config_registry: registry.url,
    npm_config_cache: at('.npm'),
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    ...own,
  };
  return new Promise((done) => {
    const options = { cwd, env, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
    execFile(program, args, options, (error: ExecFileException | null, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}
