import {
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
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandError } from '../../src/cli/exit.js';
import {
  beginOutput,
  checkOutputDirectory,
  checkOutputFile,
  discardOutputs,
  writeOutput,
} from '../../src/cli/output.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultline-output-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('writing a file', () => {
  it('creates missing folders and leaves nothing beside the file', () => {
    writeOutput(join(folder, 'a', 'b', 'result.json'), '{"é":1}\n');
    expect(readFileSync(join(folder, 'a', 'b', 'result.json'), 'utf8')).toBe('{"é":1}\n');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['result.json']);
  });

  it.runIf(existsSync('/proc/self'))('gives up at once where no folder can be made', () => {
    expect(codeOf(() => writeOutput('/proc/faultline/result.json', 'x'))).toBe(2);
  });

  it('keeps the old file until the new one is whole', () => {
    const path = join(folder, 'traces.jsonl');
    writeFileSync(path, 'old');
    const file = beginOutput(path);
    file.write('new ');
    file.write('text');
    expect(readFileSync(path, 'utf8')).toBe('old');
    file.commit();
    expect(readFileSync(path, 'utf8')).toBe('new text');
  });

  it('leaves no trace of a file that is discarded', () => {
    const file = beginOutput(join(folder, 'result.json'));
    file.write('half');
    discardOutputs();
    expect(existsSync(file.temporary)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses to write through a symbolic link', () => {
    const target = join(folder, 'target');
    writeFileSync(target, 'untouched');
    symlinkSync(target, join(folder, 'link'));
    expect(codeOf(() => writeOutput(join(folder, 'link'), 'x'))).toBe(2);
    expect(readFileSync(target, 'utf8')).toBe('untouched');
  });

  it('writes to a device as it is', () => {
    writeOutput('/dev/null', 'gone');
    expect(codeOf(() => checkOutputFile('/dev/null'))).toBe(0);
  });

  it('fails with exit code 3 where the device is full', () => {
    expect(codeOf(() => writeOutput('/dev/full', 'text'))).toBe(3);
  });
});

describe('looking at a file before the work', () => {
  it('refuses a directory, a link, and a path below a file', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    mkdirSync(join(folder, 'directory'));
    symlinkSync(file, join(folder, 'link'));
    for (const name of ['directory', 'link', 'file/below']) {
      expect([name, codeOf(() => checkOutputFile(join(folder, name)))]).toEqual([name, 2]);
    }
  });

  it('accepts what is there and what can be created', () => {
    writeFileSync(join(folder, 'file'), '');
    for (const name of ['file', 'new', 'new/folder/file']) checkOutputFile(join(folder, name));
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('refuses a file where a directory is wanted', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(codeOf(() => checkOutputDirectory(join(folder, 'file', 'reports')))).toBe(2);
    expect(codeOf(() => checkOutputDirectory(join(folder, 'file')))).toBe(2);
    expect(codeOf(() => checkOutputDirectory(join(folder, 'reports', 'new')))).toBe(0);
  });

  it('refuses a name that no system takes', () => {
    expect(codeOf(() => checkOutputFile(join(folder, 'x'.repeat(300))))).toBe(2);
  });
});

function codeOf(body: () => void): number {
  try {
    body();
    return 0;
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    return (error as CommandError).exitCode;
  }
}
