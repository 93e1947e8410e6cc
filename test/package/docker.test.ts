import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_PROOFS, smallScenario } from '../cli/harness.js';

const ROOT = resolve(import.meta.dirname, '../..');
const DOCKERFILE = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
const [, BUILD, FINAL] = DOCKERFILE.split(/^FROM /m) as [string, string, string];
const NOBODY = 65_534;

// There is no Docker on this machine: the copies and the command of the image are made in folders. The first stage gets
// the files that .dockerignore lets through, the second what its COPY lines name.
let folder = '';
const source = (): string => join(folder, 'source');
const image = (path: string): string => join(folder, 'image', path);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultline-image-'));
  chmodSync(folder, 0o755);
  mkdirSync(source());
  for (const [, name] of readFileSync(join(ROOT, '.dockerignore'), 'utf8').matchAll(/^!(.+)$/gm)) {
    cpSync(join(ROOT, name!), join(source(), name!), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(source(), 'node_modules'));
  execFileSync(process.execPath, ['scripts/build.mjs', 'dist'], { cwd: source(), stdio: 'pipe' });
  for (const [from, to] of copies()) {
    const target = to.endsWith('/') ? join(to, from.split('/').at(-1)!) : to;
    mkdirSync(dirname(image(target)), { recursive: true });
    if (from !== 'node_modules') cpSync(join(source(), from), image(target), { recursive: true });
    else copyPackages(image(target));
  }
});
afterAll(() => {
  chmodSync(image('opt/faultline'), 0o755);
  rmSync(folder, { recursive: true, force: true });
});

/** Source below /source and target of each COPY of the image. */
function copies(): readonly (readonly [string, string])[] {
  return [...FINAL.matchAll(/^COPY --from=build (.+) (\S+)$/gm)].flatMap(([, from, to]) =>
    from!.split(' ').map((path) => [path.replace('/source/', ''), to!] as const),
  );
}

/** What `npm prune --omit=dev` leaves. */
function copyPackages(target: string): void {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: true; readonly optional?: true }>>;
  };
  for (const [path, { dev, optional }] of Object.entries(packages)) {
    if (path === '' || dev === true || optional === true) continue;
    cpSync(join(ROOT, path), join(target, path.replace(/^node_modules\//, '')), {
      recursive: true,
    });
  }
}

/** The entry of the image in a folder of a user who is not root. */
function run(...args: readonly string[]): { status: number | null; text: string; work: string } {
  const work = mkdtempSync(join(folder, 'work-'));
  writeFileSync(join(work, 'small.yaml'), smallScenario(['people.success >= 50%']));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) execFileSync('chown', ['-R', String(NOBODY), work]);
  const entry = JSON.parse(/^ENTRYPOINT (.+)$/m.exec(FINAL)![1]!) as readonly string[];
  const [, program] = entry as readonly [string, string];
  const { status, stdout, stderr } = spawnSync(process.execPath, [image(program), ...args], {
    cwd: work,
    env: { NODE_ENV: 'production', PATH: process.env['PATH'] },
    encoding: 'utf8',
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
  });
  return { status, text: stdout + stderr, work };
}

describe('Dockerfile', () => {
  it('builds in one stage and runs in another slim one, not as root', () => {
    expect(BUILD).toMatch(/^node:20-slim AS build/);
    expect(FINAL).toMatch(/^node:20-slim\n/);
    expect(FINAL).toMatch(/^USER node$/m);
    // Nothing after it needs root.
    expect(FINAL.slice(FINAL.indexOf('USER node'))).not.toMatch(/^(RUN|COPY|ADD) /m);
    expect(BUILD).not.toMatch(/curl|wget|apt-get/);
  });

  it('has the program and its packages, and nothing of the tools', () => {
    const packages = readdirSync(image('opt/faultline/node_modules'));
    expect(packages).toContain('commander');
    expect(packages).not.toContain('typescript');
    expect(packages).not.toContain('vitest');
    expect(existsSync(image('opt/faultline/src'))).toBe(false);
  });

  it('runs, and writes to the folder of the call alone', () => {
    execFileSync('chmod', ['-R', 'a-w', image('opt/faultline')]);
    const checked = run('check', 'small.yaml', NO_PROOFS);
    expect(checked.status, checked.text).toBe(0);
    const ran = run('run', 'small.yaml', NO_PROOFS);
    expect(ran.status, ran.text).toBe(0);
    expect(readdirSync(join(ran.work, 'reports'))).toContain('small.html');
    expect(run('--help').text).toContain('faultline');
  });
});
