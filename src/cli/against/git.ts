import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { oneLine } from '../../text/line.js';
import { usageError } from '../exit.js';
import { MAX_BYTES, decode, refuseUnplain, tooLarge, type ReadAnswer } from '../files.js';
import { adviceOf, codeOf } from '../system-errors.js';

/** A scenario as it is at a commit. */
export interface FileAtRef {
  readonly commit: string;
  /** `REF:./NAME`, as git takes it in the folder of the file. */
  readonly path: string;
  /** Reads the file and what it includes, all from the commit. */
  readonly read: (path: string) => ReadAnswer;
}

/**
 * The file of this path at a ref. Its includes come from the same commit and are below its folder; a link leads nowhere.
 * Exit code 2 if there is no such ref, file or repository.
 */
export function fileAtRef(file: string, ref: string): FileAtRef {
  const own = realpathSync(file);
  const [folder, name] = [dirname(own), basename(own)];
  const commit = commitOf(folder, file, ref);
  const prefix = `${ref}:./`;
  const read = (path: string): ReadAnswer => {
    try {
      refuseUnplain(prefix, path);
      return { text: blobAt(folder, commit, path.slice(prefix.length)) };
    } catch (error) {
      return { error: adviceOf(error) };
    }
  };
  if (entryAt(folder, commit, name) === null) {
    throw usageError(
      `--against ${ref}: ${file} does not exist at ${short(commit)}: check a new file without --against, ` +
        `or name what it was copied from: --against FILE`,
    );
  }
  return { commit, path: `${prefix}${name}`, read };
}

/** The first digits of a commit. */
export function short(commit: string): string {
  return commit.slice(0, 10);
}

function commitOf(folder: string, file: string, ref: string): string {
  // A ref never begins with a hyphen, so it cannot be an option of git.
  if (/^-|[\0-\x20\x7f]/.test(ref))
    throw usageError(`--against: "${oneLine(ref)}" is no name of a ref`);
  const inside = git(folder, ['rev-parse', '--is-inside-work-tree']);
  if (inside.status !== 0 || inside.text.trim() !== 'true') {
    throw usageError(
      `--against ${ref}: there is no file ${ref}, and ${file} is in no git repository${reasonOf(inside)}: ` +
        'name another scenario or a result of run --json',
    );
  }
  const found = git(folder, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  if (found.status === 0) return found.text.trim();
  throw usageError(
    `--against ${ref}: there is no such file, and no such ref in the repository of ${file}${nearRefs(folder)}. ` +
      `A shallow clone has only its own commit: run git fetch --depth=1 origin BRANCH first, and use --against FETCH_HEAD`,
  );
}

/** Most refs that a message names. */
const NAMED = 5;

function nearRefs(folder: string): string {
  const refs = ['refs/heads', 'refs/remotes', 'refs/tags'];
  const found = git(folder, [
    'for-each-ref',
    `--count=${NAMED}`,
    '--sort=-committerdate',
    '--format=%(refname:short)',
    ...refs,
  ]);
  const names = found.text.split('\n').filter((name) => name !== '');
  return names.length === 0 ? '' : `; it has ${oneLine(names.join(', '))}`;
}

/** The object of a path at a commit, from the folder; null if there is none. */
function entryAt(
  folder: string,
  commit: string,
  path: string,
): { readonly mode: string; readonly id: string } | null {
  const { text } = git(folder, ['--literal-pathspecs', 'ls-tree', '-z', commit, '--', path]);
  const found = /^(\d{6}) \w+ ([0-9a-f]+)\t/.exec(text);
  return found === null ? null : { mode: found[1]!, id: found[2]! };
}

function blobAt(folder: string, commit: string, path: string): string {
  const entry = entryAt(folder, commit, path);
  if (entry === null) throw new Error(`does not exist at ${short(commit)}`);
  if (!entry.mode.startsWith('100')) {
    const what = entry.mode === '120000' ? 'a symbolic link' : 'no regular file';
    throw new Error(`is ${what} at ${short(commit)}`);
  }
  const { status, bytes, text, code } = git(folder, ['cat-file', 'blob', entry.id]);
  if (code === 'ENOBUFS') throw new Error(tooLarge(bytes.length, MAX_BYTES));
  if (status !== 0) throw new Error(`cannot be read from ${short(commit)}: ${firstLine(text)}`);
  return decode(bytes);
}

interface Answer {
  readonly status: number;
  /** Standard output, or standard error of a command that failed. */
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Of a failure of the system. */
  readonly code: string;
}

function git(folder: string, args: readonly string[]): Answer {
  try {
    const bytes = execFileSync('git', ['-C', folder, ...args], {
      maxBuffer: MAX_BYTES,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Git's own messages, so that a person can search for them.
      env: { ...process.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
    });
    return { status: 0, text: bytes.toString('utf8'), bytes, code: '' };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') {
      throw usageError('--against REF needs git, which is not installed here: name a file instead');
    }
    const { status, stderr, stdout } = error as {
      readonly status?: number;
      readonly stderr?: Buffer;
      readonly stdout?: Buffer;
    };
    const bytes = stdout ?? Buffer.alloc(0);
    return { status: status ?? 1, text: stderr?.toString('utf8') ?? '', bytes, code };
  }
}

/** Why git does not take a folder for a repository, where that is more than that it is none. */
function reasonOf({ text }: Answer): string {
  const line = firstLine(text);
  return line === '' || /not a git repository/.test(line) ? '' : ` (${line})`;
}

function firstLine(text: string): string {
  return oneLine(text.split('\n')[0] ?? '').replace(/^fatal: /, '');
}
