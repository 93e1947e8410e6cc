import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Folder, NO_PROOFS, faultline, smallScenario } from './harness.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const PROGRAM = join(ROOT, 'dist', 'cli', 'main.js');
const PRELOAD = new URL('./file-faults-preload.mjs', import.meta.url).href;

/** A command line; every output it names is there before, with other content. */
export interface FaultCase {
  readonly name: string;
  readonly args: readonly string[];
  readonly earlier: readonly string[];
  /** The threads that touch files. */
  readonly threads: readonly Thread[];
}
type Thread = 'main' | 'worker';

const WRITING = ['create', 'write', 'fsync', 'mkdir', 'rename'];
const ALL = [
  ...WRITING,
  ...['open', 'close', 'read', 'fstat', 'lstat', 'stat', 'exists', 'rm', 'unlink', 'realpath'],
  ...['readFile', 'writeFile', 'appendFile', 'readdir', 'copyFile', 'access'],
];

/**
 * Error codes, the operations that can fail with them, and their messages. `lasts`: every operation from the N-th on
 * fails.
 */
export const FAULTS = {
  ENOSPC: { operations: WRITING, lasts: true, words: 'no space left on the device', exit: [3] },
  EIO: { operations: ALL, lasts: false, words: 'input/output error', exit: [3] },
  EROFS: {
    operations: ['create', 'mkdir', 'rename', 'rm'],
    lasts: true,
    words: 'the file system is read-only',
    exit: [2],
  },
  EMFILE: { operations: ['open', 'create'], lasts: false, words: 'too many open files', exit: [3] },
  EDQUOT: { operations: WRITING, lasts: true, words: 'disk quota is used up', exit: [3] },
  EACCES: {
    operations: ['open', 'create', 'lstat', 'stat', 'mkdir', 'rename', 'rm'],
    lasts: false,
    words: 'permission denied',
    exit: [2],
  },
  ENOMEM: { operations: ALL, lasts: false, words: 'out of memory', exit: [3] },
} as const;
export type FaultCode = keyof typeof FAULTS;

const MAIN = ['main'] as const;

/** The commands with their outputs. */
export const CASES: readonly FaultCase[] = [
  {
    name: 'run',
    args: [
      'run',
      's.yaml',
      NO_PROOFS,
      '--quiet',
      '--format',
      'html,md',
      '--out',
      'out',
      '--json',
      'out/r.json',
    ],
    earlier: ['out/s.html', 'out/r.json'],
    threads: MAIN,
  },
  {
    name: 'run --traces',
    args: [
      'run',
      's.yaml',
      NO_PROOFS,
      '--quiet',
      '--format',
      'csv',
      '--out',
      'new/out',
      '--traces',
      't.jsonl',
    ],
    earlier: ['t.jsonl'],
    threads: ['main', 'worker'],
  },
  {
    name: 'check',
    args: ['check', 's.yaml', NO_PROOFS, '--quiet', '--junit', 'j.xml', '--json', 'r.json'].concat([
      '--markdown',
      'new/m.md',
      '--baseline',
      'saved.json',
      '--update-baseline',
    ]),
    earlier: ['j.xml', 'saved.json'],
    threads: MAIN,
  },
  {
    name: 'compare',
    args: ['compare', 's.yaml', '--quiet', '--json', 'r.json'],
    earlier: ['r.json'],
    threads: MAIN,
  },
  {
    name: 'sweep',
    args: ['sweep', 's.yaml', 'load', '--quiet', '--format', 'csv', '--out', 'out'],
    earlier: ['out/s.load.csv'],
    threads: MAIN,
  },
  {
    name: 'lint',
    args: ['lint', 's.yaml', '--json', 'l.json'],
    earlier: ['l.json'],
    threads: MAIN,
  },
  { name: 'validate', args: ['validate', 's.yaml'], earlier: [], threads: MAIN },
  {
    name: 'graph',
    args: ['graph', 's.yaml', '--out', 'new/g.svg'],
    earlier: ['new/g.svg'],
    threads: MAIN,
  },
  { name: 'explain', args: ['explain', 's.yaml'], earlier: [], threads: MAIN },
];

/** Result of a command. */
interface End {
  readonly status: number | null;
  readonly stderr: string;
  readonly files: ReadonlyMap<string, string>;
  /** The operation that failed first, null where the command has fewer of them. */
  readonly hit: { readonly kind: string; readonly path: string } | null;
}

/** A command and its folder, with the content before each run and the result without a fault. */
export class FaultBench {
  private readonly one: FaultCase;
  private readonly before = new Folder();
  private readonly clean: End;

  constructor(one: FaultCase) {
    this.one = one;
    const { before } = this;
    const scenario = smallScenario(['people.success >= 1%', 'people.success >= 50% of saved'])
      .replace('duration: 20s, warmup: 2s', 'duration: 4s, warmup: 1s')
      .replace('replications: 2', 'replications: 1')
      .replace('at: 8s, for: 4s', 'at: 2s, for: 1s')
      .replace('title: Small', 'title: Small\ninclude: [ parts/load.yaml ]');
    const sweeps =
      'sweeps: { load: { set: { workloads.people.arrivals.rate: [ 20/s, 30/s ] } } }\n';
    const isSaved = one.name === 'check';
    const text = isSaved ? scenario : scenario.replace(/.*of saved\n/, '');
    mkdirSync(before.at('parts'));
    before.put('parts/load.yaml', 'report: { hide: [] }\n');
    before.put('s.yaml', `${text}${sweeps}`);
    for (const path of one.earlier) {
      mkdirSync(join(before.path, path, '..'), { recursive: true });
      before.put(path, `earlier ${path}\n`);
    }
    if (isSaved) {
      // Figures of another scenario, which the update has to keep.
      before.put('other.yaml', text);
      const update = ['check', 'other.yaml', NO_PROOFS, '--quiet', '--baseline', 'first.json'];
      faultline([...update, '--update-baseline'], { cwd: before.path });
      cpSync(before.at('first.json'), before.at('saved.json'));
    }
    this.clean = this.end(null);
  }

  remove(): void {
    this.before.remove();
  }

  /**
   * Runs the command with its N-th operation failing. null = it has fewer operations; else the operation and the
   * problems found.
   */
  fault(code: FaultCode, n: number, thread: Thread): Told | null {
    const end = this.end({ code, n, thread });
    if (end.hit === null) return null;
    return { operation: `${end.hit.kind} ${end.hit.path}`, wrong: this.wrongIn(end, code) };
  }

  private end(fault: { code: FaultCode; n: number; thread: Thread } | null): End {
    const folder = new Folder();
    const log = `${folder.path}.log`;
    try {
      cpSync(this.before.path, folder.path, { recursive: true });
      // Without a fault the process may be one that ran other commands.
      const { status, stderr } =
        fault === null
          ? faultline(this.one.args, { cwd: folder.path })
          : launch(this.one.args, folder.path, environmentOf(fault, log));
      const hit = existsSync(log)
        ? (JSON.parse(readFileSync(log, 'utf8').split('\n')[0]!) as End['hit'])
        : null;
      const shown = hit === null ? null : { ...hit, path: relative(folder.path, hit.path) };
      return { status, stderr: stderr ?? '', files: filesIn(folder.path), hit: shown };
    } finally {
      folder.remove();
      rmSync(log, { force: true });
    }
  }

  /** All problems after a failed operation. */
  private wrongIn({ status, stderr, files }: End, code: FaultCode): readonly string[] {
    const { clean, one } = this;
    const wrong: string[] = [];
    const { exit, words } = FAULTS[code];
    const isUnharmed = status === clean.status;
    if (!isUnharmed && !(exit as readonly number[]).includes(status ?? -1)) {
      wrong.push(`exit code ${status}`);
    }
    if (!isUnharmed && !stderr.includes(words)) wrong.push('does not say what failed');
    if (
      !isUnharmed &&
      !/^faultline: .*(s\.yaml|load\.yaml|out|new|[a-z]+\.[a-z]+|\/tmp)/m.test(stderr)
    ) {
      wrong.push('names no file');
    }
    const hasRemedy = /\n {2}(Free|Try|Name|Raise|Check) |: check the rights of /.test(stderr);
    if (!isUnharmed && !hasRemedy) wrong.push('no remedy');
    if (/internal error|fault of faultline|\n\s+at /.test(stderr)) wrong.push('blames the program');
    const before = filesIn(this.before.path);
    for (const [path, text] of files) {
      const isTold = stderr.includes(`${path} is left behind`);
      if (text !== before.get(path) && text !== clean.files.get(path) && !isTold) {
        wrong.push(`leaves ${path}`);
      }
    }
    for (const path of before.keys()) if (!files.has(path)) wrong.push(`loses ${path}`);
    if (isUnharmed && one.earlier.some((path) => files.get(path) !== clean.files.get(path))) {
      wrong.push('ends as if all were written');
    }
    return wrong.length === 0 ? wrong : [...wrong, stderr.slice(0, 600)];
  }
}

/** The operation that failed, and the problems found. */
export interface Told {
  readonly operation: string;
  readonly wrong: readonly string[];
}

function environmentOf(
  { code, n, thread }: { code: FaultCode; n: number; thread: Thread },
  log: string,
): NodeJS.ProcessEnv {
  const { operations, lasts } = FAULTS[code];
  const ignored = [join(ROOT, 'node_modules'), join(ROOT, 'dist'), '/proc', '/sys', '/dev'];
  return {
    NODE_OPTIONS: `--import=${PRELOAD}`,
    FILE_FAULT: JSON.stringify({ code, n, from: lasts, thread, log, ignored, operations }),
  };
}

function launch(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): { readonly status: number | null; readonly stderr: string } {
  return spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

function filesIn(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    paths
      .filter((path) => statSync(join(folder, path)).isFile())
      .map((path) => [path, readFileSync(join(folder, path), 'latin1')]),
  );
}
